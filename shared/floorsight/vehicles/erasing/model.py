"""An erasure of a plate: what was asked for, how far it is, and what was removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from floorsight.platform.backups import ACCESS_LOG_DAYS, backups_end, explain_backups

DEAD_LETTER_DAYS = 14
SNAPSHOT_DAYS = 97
STREAM_DAYS = 97


class PlateTrace(StrEnum):
    """What is removed."""

    PASSAGES = "passages"  # with their decisions
    READINGS = "readings"
    VISITS = "visits"
    PICTURES = "pictures"  # of vehicles and of plates
    ALERTS = "alerts"  # which stay, without the plate
    LISTINGS = "listings"  # entries that were removed from the lists before, with their versions


@dataclass(frozen=True)
class PlateErasure:
    """The removal of what gates kept of a plate, begun by `by`; `removed` counts what is gone by now.

    `digest` follows from site and plate. The plate itself is not kept: a proof that somebody is forgotten
    must not name them.
    """

    site_id: str
    digest: str
    by: str
    started_at: datetime
    finished_at: datetime | None = None
    removed: Mapping[str, int] = field(default_factory=dict)
    revision: int = 0

    @property
    def backups_end_at(self) -> datetime | None:
        """When no backup has a copy any more."""
        return backups_end(self.finished_at)


def explain_what_is_left(erasure: PlateErasure) -> list[str]:
    """Where copies of what was removed may still be, and for how long."""
    return [
        explain_backups(erasure.backups_end_at),
        "Pictures are gone at once: the bucket keeps no earlier versions. Its access log keeps their keys, "
        f"which have no plate, for {ACCESS_LOG_DAYS} days.",
        "Decisions about other plates that were taken for this one, while it was on a list, name it in their "
        "reasons.",
        "Readings of the plate that were misread are kept under what was read. The log shows them with their "
        "pictures: erase each of these texts too.",
        "What the plate's camera saw last (its tracks, last readings and answers) is kept with its stream "
        "until it sends more frames; then it is written over. Of a camera that never does it is deleted "
        f"{STREAM_DAYS} days after its last frame.",
        "Readings that were never decided about, as all attempts failed, wait among the dead letters for "
        f"{DEAD_LETTER_DAYS} days; whoever redrives them enters them.",
        "Pictures of vehicles that cross a line are kept by place and day, not by plate, for "
        f"{SNAPSHOT_DAYS} days at the most; so are those of plates that were read too poorly to be told.",
        "The logs name no plate: of requests they have the route, not the address.",
        "What subscribers were told by mail, message or queue is theirs.",
        "A vehicle that comes again is read again.",
    ]
