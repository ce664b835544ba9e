"""Reading series: every bucket of a stretch of time, whether something happened in it or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from floorsight.occupancy.rules import shown_count
from floorsight.occupancy.series.buckets import bucket_at, buckets_between
from floorsight.occupancy.series.model import (
    MICROSECOND,
    Bucket,
    Figures,
    Level,
    Rollup,
    Subject,
    SubjectKind,
)
from floorsight.occupancy.series.rules import stand_still
from floorsight.occupancy.series.store import MINUTES_KEPT, SeriesStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Malformed
from floorsight.sites.service import SiteService


@dataclass(frozen=True)
class Entry:
    """A bucket and its figures; `average` is the shown number, weighted by time, up to `as_of`.

    `complete` is false while the bucket is running: its figures are those of what is over.
    """

    bucket: Bucket
    figures: Figures
    as_of: datetime

    @property
    def complete(self) -> bool:
        return self.bucket.end <= self.as_of

    @property
    def elapsed_microseconds(self) -> int:
        """How much of the bucket is over."""
        return (min(self.bucket.end, self.as_of) - self.bucket.start) // MICROSECOND

    @property
    def person_microseconds(self) -> int:
        """The shown number integrated over what is over of the bucket."""
        ahead = self.bucket.microseconds - self.elapsed_microseconds
        return self.figures.person_microseconds - shown_count(self.figures.closing) * ahead

    @property
    def average(self) -> float:
        elapsed = self.elapsed_microseconds
        return self.person_microseconds / elapsed if elapsed else float(shown_count(self.figures.opening))


@dataclass(frozen=True)
class HistoryPage:
    """Part of a subject's history, ascending; `next_start` is where the next part begins, if there is one."""

    subject: Subject
    zone: ZoneInfo
    entries: list[Entry]
    next_start: datetime | None


@dataclass(frozen=True)
class HistoryService:
    """Histories of cameras, zones and sites. What was deleted keeps its history.

    Whatever takes a subject raises NotFound (`unknown_camera`, `unknown_zone`, `unknown_site`).
    """

    sites: SiteService
    series: SeriesStore
    clock: Clock = utc_now

    def list_entries(
        self, subject: Subject, level: Level, *, start: datetime, end: datetime, limit: int
    ) -> HistoryPage:
        """The first `limit` buckets that have an instant in `start` <= t < `end` and have begun.

        Hours, days and months are all there: one without a row stands at the number before it. Of minutes
        there are those with a row, which are kept for 30 days.

        Raises Malformed (`empty_range`) unless `start` is before `end`.
        """
        if start >= end:
            raise Malformed("`from` must be before `to`", code="empty_range", field="from")
        zone, now = self.find_zone(subject), self.clock()
        end = min(end, now + MICROSECOND)
        if level is Level.MINUTE:
            return self._list_minutes(subject, zone, start, end, limit, now)
        buckets = list(islice(buckets_between(level, start, end, zone), limit + 1))
        next_start = buckets.pop().start if len(buckets) > limit else None
        rows = self._fill(subject, level, buckets)
        entries = [Entry(bucket, figures, now) for bucket, figures in rows]
        return HistoryPage(subject, zone, entries, next_start)

    def find_zone(self, subject: Subject) -> ZoneInfo:
        """The clock that a subject's buckets go by."""
        site_id = subject.subject_id
        if subject.kind is SubjectKind.ZONE:
            zone = self.sites.get_zone(subject.subject_id, with_deleted=True)
            site_id = self.sites.get_camera(zone.camera_id, with_deleted=True).site_id
        elif subject.kind is SubjectKind.CAMERA:
            site_id = self.sites.get_camera(subject.subject_id, with_deleted=True).site_id
        return ZoneInfo(self.sites.get_site(site_id, with_deleted=True).time_zone)

    def _list_minutes(
        self, subject: Subject, zone: ZoneInfo, start: datetime, end: datetime, limit: int, now: datetime
    ) -> HistoryPage:
        # DynamoDB deletes late: what should be gone is not shown, so that the same range shows the same.
        start = max(bucket_at(Level.MINUTE, start, zone).start, now - MINUTES_KEPT)
        rows: list[Rollup] = []
        if start < end:
            rows = self.series.list_rows(subject, Level.MINUTE, start=start, end=end, limit=limit + 1)
        next_start = rows.pop().start if len(rows) > limit else None
        return HistoryPage(subject, zone, [Entry(r.bucket, r.figures, now) for r in rows], next_start)

    def _fill(
        self, subject: Subject, level: Level, buckets: Sequence[Bucket]
    ) -> Iterable[tuple[Bucket, Figures]]:
        """Each bucket's figures. One query, if something happened in any of them."""
        if not buckets:
            return []
        rows = self.series.list_rows(subject, level, start=buckets[0].start, end=buckets[-1].end)
        by_start = {row.start: row for row in rows}
        filled, raw = [], self._raw_before(subject, level, buckets[0], rows)
        for bucket in buckets:
            row = by_start.get(bucket.start)
            figures = row.figures if row else stand_still(raw, bucket)
            raw = figures.closing
            filled.append((bucket, figures))
        return filled

    def _raw_before(self, subject: Subject, level: Level, first: Bucket, rows: Sequence[Rollup]) -> int:
        if rows:
            return rows[0].figures.opening
        last = self.series.find_last(subject, level, before=first.start)
        return last.figures.closing if last else 0
