"""Where series are kept: the port, and its adapter on the presence table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from floorsight.occupancy.series.fence import FENCE, Fence, Superseded, fence_update
from floorsight.occupancy.series.model import MICROSECOND, Bucket, Figures, Level, Rollup, Subject
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import MAX_TRANSACTION_WRITES, Put, Table, TransactionRefused, Write

MINUTES_KEPT = timedelta(days=30)
MAX_ROWS_PER_WRITE = MAX_TRANSACTION_WRITES - 1  # the fence is the first write

SERIES = ItemType(
    name="rollup",
    table=TableName.PRESENCE,
    pk="SERIES#{level}#{kind}#{subject_id}",
    sk="{start}",
    purpose="What was counted in a minute, hour, day or month of a camera, zone or site, by the site's "
    "clock: whole numbers only, so that the longer stretch is exactly the sum of the shorter. A stretch in "
    "which nothing happened has no row: the last closing number stood.",
    writers=("run_job",),
    readers=("query_api", "run_job"),
    retention=f"minutes {MINUTES_KEPT.days} days, the others are kept",
)
ITEM_TYPES: tuple[ItemType, ...] = (SERIES, FENCE)


class SeriesStore(Protocol):
    """Rows of all subjects and levels. Minutes older than `MINUTES_KEPT` may be gone: nobody may ask."""

    def list_rows(
        self,
        subject: Subject,
        level: Level,
        *,
        start: datetime,
        end: datetime | None = None,
        limit: int | None = None,
    ) -> list[Rollup]:
        """The rows with `start` <= row.start < `end`, ascending; the first `limit` of them."""

    def find_last(self, subject: Subject, level: Level, *, before: datetime) -> Rollup | None:
        """The latest row that starts before a moment."""

    def write(self, fence: Fence, rows: Sequence[Rollup]) -> None:
        """Write at most `MAX_ROWS_PER_WRITE` rows, each once, in place of what is kept of them.

        Raises:
            Superseded: another run has begun since; nothing of this one must be written any more.
            Unavailable: contention, or no answer: it may have been written, and may be tried again.
        """


@dataclass(frozen=True)
class TableSeries:
    """`SeriesStore` in the presence table. Rows and the look at the fence are one transaction."""

    table: Table

    def list_rows(
        self,
        subject: Subject,
        level: Level,
        *,
        start: datetime,
        end: datetime | None = None,
        limit: int | None = None,
    ) -> list[Rollup]:
        found = self.table.query(
            _partition(subject, level),
            after=to_sort_key(start - MICROSECOND),
            until=to_sort_key(end - MICROSECOND) if end else None,
            limit=limit,
        )
        return [_read_row(subject, level, item) for item in found.items]

    def find_last(self, subject: Subject, level: Level, *, before: datetime) -> Rollup | None:
        until = to_sort_key(before - MICROSECOND)
        found = self.table.query(_partition(subject, level), until=until, newest_first=True, limit=1).items
        return _read_row(subject, level, found[0]) if found else None

    def write(self, fence: Fence, rows: Sequence[Rollup]) -> None:
        writes: list[Write] = [fence_update(fence), *(Put(_row_item(row)) for row in rows)]
        try:
            self.table.transact(writes)
        except TransactionRefused as refused:
            if refused.contended_only:
                raise Unavailable("others are writing the same rows", code="contention") from refused
            raise Superseded(fence) from refused


def _partition(subject: Subject, level: Level) -> str:
    return SERIES.partition(level=level, kind=subject.kind, subject_id=subject.subject_id)


def _row_item(row: Rollup) -> Item:
    body = vars(row.figures) | {
        "peak_at": to_sort_key(row.figures.peak_at),
        "end": to_sort_key(row.end),
        "openings": dict(row.openings) or None,
        "expires_at": _expiry(row.bucket),
    }
    return SERIES.item(
        body,
        level=row.bucket.level,
        kind=row.subject.kind,
        subject_id=row.subject.subject_id,
        start=to_sort_key(row.start),
    )


def _expiry(bucket: Bucket) -> int | None:
    return int((bucket.start + MINUTES_KEPT).timestamp()) if bucket.level is Level.MINUTE else None


def _read_row(subject: Subject, level: Level, item: Item) -> Rollup:
    return Rollup(
        subject=subject,
        bucket=Bucket(from_sort_key(item["SK"]), from_sort_key(item["end"]), level),
        figures=Figures(
            entries=item["entries"],
            exits=item["exits"],
            opening=item["opening"],
            closing=item["closing"],
            minimum=item["minimum"],
            maximum=item["maximum"],
            peak_at=from_sort_key(item["peak_at"]),
            floor_hits=item["floor_hits"],
            person_microseconds=item["person_microseconds"],
        ),
        openings=item.get("openings", {}),
    )
