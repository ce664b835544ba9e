"""What is kept of cameras that were ever offline, in the presence table."""

from __future__ import annotations

from dataclasses import dataclass

from floorsight.alerts.outages.model import Outage
from floorsight.platform.bus import Message
from floorsight.platform.clock import moment_text, read_moment
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import ABSENT, Expectation, Put, Table

OUTAGE = ItemType(
    name="camera_outage",
    table=TableName.PRESENCE,
    pk="OUTAGES#{site_id}",
    sk="CAMERA#{camera_id}",
    purpose="Whether a camera is offline, as the bus was told or is about to be: `outbox` is the event that "
    "is still to be published. It follows the camera's alert latch; `number` rises with every write.",
    writers=("run_job",),
    readers=("run_job",),
)
ITEM_TYPES: tuple[ItemType, ...] = (OUTAGE,)


@dataclass(frozen=True)
class OutageStore:
    """Outages in the presence table."""

    table: Table

    def load(self, site_id: str) -> dict[str, Outage]:
        """A site's cameras that were ever offline, by id."""
        items = self.table.query(OUTAGE.partition(site_id=site_id)).items
        return {item["camera_id"]: _read_outage(item) for item in items}

    def save(self, site_id: str, changed: Outage) -> None:
        """Write an outage, if what was loaded had the number before. Raises Conflict or Unavailable."""
        body: Item = {
            "camera_id": changed.camera_id,
            "number": changed.number,
            "since": moment_text(changed.since),
            "outbox": changed.outbox and [changed.outbox.detail_type, changed.outbox.detail],
        }
        item = OUTAGE.item(body, site_id=site_id, camera_id=changed.camera_id)
        before = Expectation(equals={"number": changed.number - 1}) if changed.number > 1 else ABSENT
        self.table.write(Put(item, expect=before))


def _read_outage(item: Item) -> Outage:
    outbox = item.get("outbox")
    return Outage(
        item["camera_id"],
        item["number"],
        read_moment(item.get("since")),
        Message(*outbox) if outbox else None,
    )
