"""A site at a glance: today, this week, its busiest door, and its usual day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from floorsight.occupancy.series.buckets import bucket_at, start_of_date
from floorsight.occupancy.series.history import Entry, HistoryService
from floorsight.occupancy.series.model import Level, Subject, SubjectKind
from floorsight.sites.model import Camera

# Four weeks: each day of the week as often as any other, and a change of habits shows within a month.
USUAL_DAYS = 28
_MOST_HOURS = (USUAL_DAYS + 2) * 25


@dataclass(frozen=True)
class Period:
    """Sums over some time up to now. `maximum` is the highest shown number and `peak_at` its first moment."""

    start: datetime
    entries: int
    exits: int
    average: float
    maximum: int
    peak_at: datetime


@dataclass(frozen=True)
class Door:
    """A counting camera and the people who passed it this week."""

    camera: Camera
    entries: int
    exits: int


@dataclass(frozen=True)
class UsualHour:
    """An hour of the day as it was on average over the last four weeks' complete days with any crossing."""

    hour: int
    entries_a_day: float
    exits_a_day: float
    average: float


@dataclass(frozen=True)
class Statistics:
    """What a site's front page says. `usual_days` is the number of days that `usual_hours` are made of."""

    site_id: str
    as_of: datetime
    zone: ZoneInfo
    today: Period
    this_week: Period
    busiest_door: Door | None
    usual_days: int
    usual_hours: tuple[UsualHour, ...]


@dataclass(frozen=True)
class StatisticsService:
    """Use case of the statistics."""

    history: HistoryService

    def describe_site(self, site_id: str) -> Statistics:
        """Raises NotFound (`unknown_site`)."""
        site = self.history.sites.get_site(site_id)
        zone, now = ZoneInfo(site.time_zone), self.history.clock()
        today = bucket_at(Level.DAY, now, zone).start.astimezone(zone).date()
        monday = start_of_date(today - timedelta(days=today.weekday()), zone)
        hours = self._list_hours(site_id, start_of_date(today - timedelta(days=USUAL_DAYS), zone), now)
        midnight = start_of_date(today, zone)
        days, usual = _usual_hours([each for each in hours if each.bucket.start < midnight], zone)
        return Statistics(
            site_id=site_id,
            as_of=now,
            zone=zone,
            today=_sum_up([each for each in hours if each.bucket.start >= midnight]),
            this_week=_sum_up([each for each in hours if each.bucket.start >= monday]),
            busiest_door=self._find_busiest_door(site_id, monday, now),
            usual_days=days,
            usual_hours=usual,
        )

    def _list_hours(self, site_id: str, start: datetime, now: datetime) -> list[Entry]:
        subject, end = Subject(SubjectKind.SITE, site_id), now + timedelta.resolution
        page = self.history.list_entries(subject, Level.HOUR, start=start, end=end, limit=_MOST_HOURS)
        return page.entries

    def _find_busiest_door(self, site_id: str, monday: datetime, now: datetime) -> Door | None:
        """The counting camera with the most crossings; of two, the first by id. None if there were none."""
        doors = []
        for camera in self.history.sites.list_cameras(site_id).items:
            if camera.counting:
                subject = Subject(SubjectKind.CAMERA, camera.camera_id)
                rows = self.history.series.list_rows(subject, Level.DAY, start=monday, end=now)
                doors.append(
                    Door(
                        camera,
                        sum(row.figures.entries for row in rows),
                        sum(row.figures.exits for row in rows),
                    )
                )
        busiest = max(doors, key=lambda door: door.entries + door.exits, default=None)
        return busiest if busiest and busiest.entries + busiest.exits else None


def _sum_up(entries: Sequence[Entry]) -> Period:
    """Of at least one entry."""
    highest = max(entry.figures.maximum for entry in entries)
    return Period(
        start=entries[0].bucket.start,
        entries=sum(entry.figures.entries for entry in entries),
        exits=sum(entry.figures.exits for entry in entries),
        average=_average(entries),
        maximum=highest,
        peak_at=next(entry.figures.peak_at for entry in entries if entry.figures.maximum == highest),
    )


def _usual_hours(entries: Iterable[Entry], zone: ZoneInfo) -> tuple[int, tuple[UsualHour, ...]]:
    """The number of days with any crossing, and the hours of the day over these."""
    by_date: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_date[entry.bucket.start.astimezone(zone).date()].append(entry)
    busy = [day for day in by_date.values() if any(e.figures.entries or e.figures.exits for e in day)]
    by_hour: dict[int, list[Entry]] = defaultdict(list)
    for entry in (entry for day in busy for entry in day):
        by_hour[entry.bucket.start.astimezone(zone).hour].append(entry)
    return len(busy), tuple(_usual_hour(hour, by_hour[hour], len(busy)) for hour in sorted(by_hour))


def _usual_hour(hour: int, entries: Sequence[Entry], days: int) -> UsualHour:
    return UsualHour(
        hour=hour,
        entries_a_day=sum(entry.figures.entries for entry in entries) / days,
        exits_a_day=sum(entry.figures.exits for entry in entries) / days,
        average=_average(entries),
    )


def _average(entries: Sequence[Entry]) -> float:
    elapsed = sum(entry.elapsed_microseconds for entry in entries)
    return sum(entry.person_microseconds for entry in entries) / elapsed if elapsed else 0.0
