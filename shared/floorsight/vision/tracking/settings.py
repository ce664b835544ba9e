"""The tracker's thresholds."""

from __future__ import annotations

from dataclasses import dataclass, field

from floorsight.vision.tracking.kalman import MotionNoise


@dataclass(frozen=True)
class TrackerSettings:
    """One set for every camera and detector; docs/adr/0004 says how it was chosen. Times are in seconds.

    A match is worth likeness x score, less `least_worth`, less `doubt_per_second` for the time since the
    track was seen (up to one second of it). `young_claim` is what a track that is not confirmed yet gets
    for it: so little that it hardly ever takes a detection from a confirmed one.
    """

    high_score: float = 0.45
    low_score: float = 0.1
    new_track_score: float = 0.45
    least_worth: float = 0.15
    young_claim: float = 0.1
    doubt_per_second: float = 0.1
    faint_likeness: float = 0.5
    faint_seconds: float = 0.25
    widening: float = 0.1
    camera_pairs: int = 4
    confirm_hits: int = 2
    keep_lost_seconds: float = 1.5
    noise: MotionNoise = field(default_factory=MotionNoise)
