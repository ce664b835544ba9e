"""Counters of recognition."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date


@dataclass(frozen=True)
class Tally:
    """What was asked, and what answering took. Money is in millionths of a US dollar, and estimated.

    Each question was answered from an earlier answer (`cache_hits`) or decided anew: by the gallery alone
    (`gallery_decisions`) or after Rekognition was called. `cost_avoided_micro_usd` is what the policy
    `rekognition` would have spent at the least where it was not called.
    """

    questions: int = 0
    cache_hits: int = 0
    gallery_decisions: int = 0
    recognised: int = 0
    unknown: int = 0
    rekognition_calls: int = 0
    cost_micro_usd: int = 0
    cost_avoided_micro_usd: int = 0

    @property
    def cache_misses(self) -> int:
        return self.questions - self.cache_hits

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def __neg__(self) -> Tally:
        return Tally(*(-getattr(self, each.name) for each in fields(self)))


@dataclass(frozen=True)
class CameraDay:
    """A camera's counters of a local date of its site."""

    camera_id: str
    day: date
    tally: Tally
