"""What the views room keeps in the trails table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import Put, Table
from floorsight.views.model import SeenTrack, View

WATCH = ItemType(
    name="watch",
    table=TableName.TRAILS,
    pk="WATCH#{camera_id}",
    sk="WATCH",
    purpose="Somebody is watching a camera until `expires_at`: the worker keeps pictures for them.",
    writers=("query_api",),
    readers=("vision_worker",),
    retention="30 seconds",
)
VIEW = ItemType(
    name="view",
    table=TableName.TRAILS,
    pk="VIEW#{camera_id}",
    sk="LATEST",
    purpose="A camera's latest picture: where it lies, when it was taken, and the tracks on it.",
    writers=("vision_worker",),
    readers=("query_api",),
    retention="1 day, as the picture",
)
ITEM_TYPES: tuple[ItemType, ...] = (WATCH, VIEW)


@dataclass(frozen=True)
class ViewStore:
    """Watches and views in the trails table. DynamoDB deletes late: expiry is compared here too."""

    table: Table

    def watch(self, camera_id: str, until: datetime) -> None:
        expires_at = math.ceil(until.timestamp())
        self.table.write(
            Put(WATCH.item({"camera_id": camera_id, "expires_at": expires_at}, camera_id=camera_id))
        )

    def is_watched(self, camera_id: str, now: datetime) -> bool:
        return _alive(self.table.get(WATCH.key(camera_id=camera_id)), now) is not None

    def save(self, view: View, until: datetime) -> None:
        body: Item = {
            "camera_id": view.camera_id,
            "captured_at": to_sort_key(view.captured_at),
            "image_key": view.image_key,
            "width": view.width,
            "height": view.height,
            "tracks": [vars(track) for track in view.tracks],
            "expires_at": math.ceil(until.timestamp()),
        }
        self.table.write(Put(VIEW.item(body, camera_id=view.camera_id)))

    def find_latest(self, camera_id: str, now: datetime) -> View | None:
        item = _alive(self.table.get(VIEW.key(camera_id=camera_id)), now)
        return _read_view(item) if item else None


def _alive(item: Item | None, now: datetime) -> Item | None:
    return item if item is not None and item["expires_at"] > now.timestamp() else None


def _read_view(item: Item) -> View:
    return View(
        camera_id=item["camera_id"],
        captured_at=from_sort_key(item["captured_at"]),
        image_key=item["image_key"],
        width=item["width"],
        height=item["height"],
        tracks=tuple(map(_read_track, item["tracks"])),
    )


def _read_track(item: Item) -> SeenTrack:
    left, top, right, bottom = map(float, item["box"])  # a whole number comes back as int
    return SeenTrack(
        item["track_id"], item["object_class"], (left, top, right, bottom), float(item["confidence"])
    )
