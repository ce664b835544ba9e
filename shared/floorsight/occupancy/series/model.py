"""Stretches of time and what was counted in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from floorsight.occupancy.model import kind_of

MICROSECOND = timedelta(microseconds=1)


class Level(StrEnum):
    """How long a row's stretch of time is."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class SubjectKind(StrEnum):
    """Whose people are counted."""

    CAMERA = "camera"
    ZONE = "zone"
    SITE = "site"


@dataclass(frozen=True, order=True)
class Subject:
    """A camera, a zone or a site."""

    kind: SubjectKind
    subject_id: str


def subject_of(counter_id: str) -> Subject:
    """A camera or zone as a subject."""
    return Subject(SubjectKind(kind_of(counter_id).value), counter_id)


@dataclass(frozen=True, order=True)
class Bucket:
    """The instants `start` <= t < `end`, both UTC: an hour, day or month of a site's own clock."""

    start: datetime
    end: datetime
    level: Level = field(compare=False)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @property
    def microseconds(self) -> int:
        return (self.end - self.start) // MICROSECOND


@dataclass(frozen=True, slots=True)
class Move:
    """All that happened to a count at one instant.

    `correction` is what a baseline of that instant added to the number that it replaced.
    """

    at: datetime
    entries: int = 0
    exits: int = 0
    correction: int = 0

    @property
    def change(self) -> int:
        return self.entries - self.exits + self.correction


@dataclass(frozen=True)
class Figures:
    """What was counted in a stretch of time, in whole numbers, so that putting stretches together is exact.

    `opening` and `closing` are raw numbers before the first and after the last move; the difference that
    entries and exits leave unexplained is `correction`. `minimum`, `maximum` and `peak_at` (the first
    instant of the maximum) are of the shown number, max(0, raw); a level that lasted no time is not seen.
    `floor_hits` are the exits that took the raw number below 0. `person_microseconds` is the shown number
    integrated over the time. A stretch that is not over yet is reckoned as if nothing more happened in it.
    """

    entries: int
    exits: int
    opening: int
    closing: int
    minimum: int
    maximum: int
    peak_at: datetime
    floor_hits: int
    person_microseconds: int

    @property
    def correction(self) -> int:
        """What baselines added in all."""
        return self.closing - self.opening - self.entries + self.exits


@dataclass(frozen=True)
class Rollup:
    """One row of a series.

    `openings` is the opening number of each camera that a site's row was made from: it explains the sum,
    and a row needs no second look while they stand. It is empty for cameras, zones and minutes.
    """

    subject: Subject
    bucket: Bucket
    figures: Figures
    openings: Mapping[str, int] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        return self.bucket.start

    @property
    def end(self) -> datetime:
        return self.bucket.end
