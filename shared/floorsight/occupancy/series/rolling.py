"""One subject's roll-up: hours from the ledger, days from hours, months from days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from floorsight.occupancy.series.buckets import bucket_at
from floorsight.occupancy.series.model import Bucket, Figures, Level, Move, Rollup, Subject, SubjectKind
from floorsight.occupancy.series.rows import Rows, cascade
from floorsight.occupancy.series.rules import combine, roll
from floorsight.occupancy.series.store import MINUTES_KEPT, SeriesStore
from floorsight.occupancy.series.timelines import LiveMinutes, Timelines
from floorsight.occupancy.series.writing import RowWriter


@dataclass(frozen=True)
class Sources:
    """What a run reads from and writes to."""

    store: SeriesStore
    timelines: Timelines
    live: LiveMinutes
    writer: RowWriter
    zone: ZoneInfo
    now: datetime

    def load(self, subject: Subject, level: Level, since: datetime, end: datetime | None = None) -> Rows:
        """A subject's rows from a moment on, or those between two."""
        return Rows(
            since,
            self.store.list_rows(subject, level, start=since, end=end),
            lambda moment: self.store.find_last(subject, level, before=moment),
        )

    def outer(self, level: Level, inner: Iterable[Bucket]) -> set[Bucket]:
        """The buckets of a level that shorter ones lie in."""
        return {bucket_at(level, bucket.start, self.zone) for bucket in inner}


@dataclass(frozen=True)
class SubjectRoll:
    """Rolls one subject up.

    `members` are the counters whose sum it is, with their hours; a camera or zone is the sum of itself alone,
    and its `hours` are its member's. `cameras` are those whose live minutes are the subject's.
    """

    subject: Subject
    members: Mapping[str, Rows]
    hours: Rows
    cameras: Collection[str]
    sources: Sources

    def roll(self, dirty: Collection[Bucket]) -> None:
        """Compute the dirty hours, at least one, and whatever follows from them."""
        days, months = self.sources.outer(Level.DAY, dirty), self.sources.outer(Level.MONTH, dirty)
        since = min(months).start
        day_rows = self.sources.load(self.subject, Level.DAY, since)
        month_rows = self.sources.load(self.subject, Level.MONTH, since)
        for hour in cascade(self.hours, dirty, self._is_current):
            self._roll_hour(hour)
        self._combine(self.hours, day_rows, days)
        self._combine(day_rows, month_rows, months)

    def _is_current(self, row: Rollup) -> bool:
        """Whether a row follows on from what was before it."""
        openings = self._openings(row.start)
        if self.subject.kind is SubjectKind.SITE:
            return openings == row.openings
        return sum(openings.values()) == row.figures.opening

    def _openings(self, moment: datetime) -> dict[str, int]:
        """The members' raw numbers just before a moment; who has 0 is left out, as in the rows."""
        raw = {member: rows.raw_at(moment) for member, rows in self.members.items()}
        return {member: number for member, number in raw.items() if number}

    def _roll_hour(self, hour: Bucket) -> None:
        openings = self._openings(hour.start)
        raw = {member: openings.get(member, 0) for member in self.members}
        moves = self.sources.timelines.read_sum(raw, hour)
        row = self._row(hour, roll(sum(raw.values()), moves, hour), openings)
        # Together, and the hour last: where the hour is right its minutes are.
        self.sources.writer.write(
            [*self._roll_minutes(hour, row.figures.opening, moves), *_changed(self.hours, row)]
        )

    def _roll_minutes(self, hour: Bucket, opening: int, moves: Sequence[Move]) -> list[Rollup]:
        """The minute rows of an hour that differ from what is kept.

        Minutes with moves have one, each five minutes in which a camera was live, and whatever had one.
        """
        oldest = self.sources.now - MINUTES_KEPT
        if hour.end <= oldest:
            return []
        rows = self.sources.load(self.subject, Level.MINUTE, hour.start, hour.end)
        by_minute: dict[datetime, list[Move]] = {row.start: [] for row in rows.within(hour)}
        by_minute |= {start: [] for start in self.sources.live.within(self.cameras, hour)}
        for move in moves:
            by_minute.setdefault(move.at.replace(second=0, microsecond=0), []).append(move)
        changed, raw = [], opening
        for start in sorted(by_minute):
            minute = bucket_at(Level.MINUTE, start, self.sources.zone)
            row = self._row(minute, roll(raw, by_minute[start], minute), {})
            raw = row.figures.closing
            if start > oldest:
                changed += _changed(rows, row)
        return changed

    def _combine(self, inner: Rows, outer: Rows, dirty: Collection[Bucket]) -> None:
        for bucket in cascade(outer, dirty, self._is_current):
            openings = self._openings(bucket.start)
            parts = [(row.bucket, row.figures) for row in inner.within(bucket)]
            figures = combine(sum(openings.values()), parts, bucket)
            self.sources.writer.write(_changed(outer, self._row(bucket, figures, openings)))

    def _row(self, bucket: Bucket, figures: Figures, openings: Mapping[str, int]) -> Rollup:
        explained = self.subject.kind is SubjectKind.SITE and bucket.level is not Level.MINUTE
        return Rollup(self.subject, bucket, figures, openings if explained else {})


def _changed(rows: Rows, row: Rollup) -> list[Rollup]:
    return [row] if rows.put(row) else []
