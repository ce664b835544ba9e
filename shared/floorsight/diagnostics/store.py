"""Hours of processing in the trails table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.diagnostics.model import ProcessingHour
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import ABSENT, Page, Put, Refusal, Table, TransactionRefused, Update

KEPT = timedelta(days=90)
# Longer than an event may wait among the dead letters.
MARKS_KEPT = timedelta(days=21)

HOUR = ItemType(
    name="processing_hour",
    table=TableName.TRAILS,
    pk="PROCESSING#{camera_id}",
    sk="{hour}",
    purpose="What workers took for a camera in an hour of UTC: chunks, frames, bytes, microseconds by stage "
    "(`us:<stage>`), calls of AWS (`calls:<service:Operation>`), the plan cache's hits and misses. Camera "
    "`_worker` is what they did for all cameras together.",
    writers=("record_processing",),
    readers=("query_api",),
    retention=f"{KEPT.days} days",
)
COUNTED = ItemType(
    name="processing_counted",
    table=TableName.TRAILS,
    pk="PROCESSING_COUNTED#{camera_id}",
    sk="{event_id}",
    purpose="An event that its hour has in it; written in one transaction with the hour.",
    writers=("record_processing",),
    readers=(),
    retention=f"{MARKS_KEPT.days} days",
)
ITEM_TYPES = (HOUR, COUNTED)

_NUMBERS = ("chunks", "frames", "bytes", "plan_hits", "plan_misses", "lag_ms", "lag_samples")
_STAGE, _CALLS = "us:", "calls:"


@dataclass(frozen=True)
class ProcessingStore:
    """Hours, each the sum of its events. DynamoDB deletes late: age is compared here too."""

    table: Table

    def add(self, event_id: str, measured: ProcessingHour, now: datetime) -> bool:
        """Add what an event measured to its hour; False if it is in it already. Raises Unavailable."""
        keys = {"camera_id": measured.camera_id}
        mark: Item = {"expires_at": int((now + MARKS_KEPT).timestamp())}
        hour = to_sort_key(measured.hour)
        try:
            self.table.transact(
                [
                    Put(COUNTED.item(mark, **keys, event_id=event_id), expect=ABSENT),
                    Update(
                        HOUR.key(**keys, hour=hour),
                        add=_dump_numbers(measured),
                        set={
                            "type": HOUR.name,
                            "v": HOUR.version,
                            "expires_at": int((measured.hour + KEPT).timestamp()),
                        },
                    ),
                ]
            )
        except TransactionRefused as refused:
            if refused.refusals[0] is Refusal.EXPECTATION:
                return False
            raise Unavailable("others are adding to the same hour", code="contention") from refused
        return True

    def list_hours(
        self,
        camera_id: str,
        *,
        start: datetime,
        end: datetime,
        now: datetime,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[ProcessingHour]:
        """A camera's hours that begin at `start` or later and before `end`, in order."""
        earliest = max(start, now - KEPT)
        page = self.table.query(
            HOUR.partition(camera_id=camera_id),
            after=_before(earliest),
            until=_before(end),
            limit=limit,
            start_key=start_key,
        )
        return page.map(lambda item: _load(camera_id, item))

    def find_latest(self, camera_id: str, since: datetime) -> ProcessingHour | None:
        """The newest hour that began `since` or later."""
        page = self.table.query(
            HOUR.partition(camera_id=camera_id), after=_before(since), newest_first=True, limit=1
        )
        return _load(camera_id, page.items[0]) if page.items else None


def _before(moment: datetime) -> str:
    """The last sort key before a moment's."""
    return to_sort_key(moment - timedelta(microseconds=1))


def _dump_numbers(measured: ProcessingHour) -> dict[str, int]:
    numbers = {name: getattr(measured, name) for name in _NUMBERS}
    numbers |= {_STAGE + stage: spent for stage, spent in measured.stage_us.items()}
    numbers |= {_CALLS + call: count for call, count in measured.aws_calls.items()}
    return {name: number for name, number in numbers.items() if number}


def _load(camera_id: str, item: Item) -> ProcessingHour:
    return ProcessingHour(
        camera_id=camera_id,
        hour=from_sort_key(item["SK"]),
        **{name: int(item.get(name, 0)) for name in _NUMBERS},
        stage_us=_load_group(item, _STAGE),
        aws_calls=_load_group(item, _CALLS),
    )


def _load_group(item: Item, prefix: str) -> Mapping[str, int]:
    return {
        name.removeprefix(prefix): int(value)
        for name, value in sorted(item.items())
        if name.startswith(prefix)
    }
