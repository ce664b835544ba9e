"""Counters of recognition in the presence table, where they change in one transaction with the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from floorsight.identity.metrics.model import CameraDay, Tally
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import Table, Update

KEPT_DAYS = 400  # a year, and a month to look back on it

DAY = ItemType(
    name="identity_day",
    table=TableName.PRESENCE,
    pk="IDENTITY_METRICS#{site_id}",
    sk="{day}#{camera_id}",
    purpose="How often it was asked who somebody is at a camera on a local date, what answered, what that "
    "cost and what it saved.",
    writers=("recognise_person", "analyse_image"),
    readers=("query_api",),
    retention=f"{KEPT_DAYS} days",
)
ITEM_TYPES: tuple[ItemType, ...] = (DAY,)
_AFTER_ALL_IDS = "~"


@dataclass(frozen=True)
class MetricsStore:
    """Counters by camera and local date."""

    table: Table

    def add_write(self, site_id: str, camera_id: str, day: date, tally: Tally) -> Update:
        """Add to a day's counters, in a transaction with what is counted."""
        expires_on = day + timedelta(days=KEPT_DAYS)
        return Update(
            DAY.key(site_id=site_id, camera_id=camera_id, day=day.isoformat()),
            add={name: number for name, number in vars(tally).items() if number},
            set={
                "type": DAY.name,
                "v": DAY.version,
                "camera_id": camera_id,
                "day": day.isoformat(),
                "expires_at": _epoch_seconds(expires_on),
            },
        )

    def list_days(self, site_id: str, first: date, last: date) -> list[CameraDay]:
        """All cameras' days from `first` to `last`, both included, in order of day, then camera."""
        page = self.table.query(
            DAY.partition(site_id=site_id),
            after=first.isoformat(),
            until=f"{last.isoformat()}#{_AFTER_ALL_IDS}",
        )
        return [_read(item) for item in page.items]


def _read(item: Item) -> CameraDay:
    counters = {name: item[name] for name in Tally.__dataclass_fields__ if name in item}
    return CameraDay(item["camera_id"], date.fromisoformat(item["day"]), Tally(**counters))


def _epoch_seconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400
