"""Passages as the events that a vision worker would have published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

from floorsight.events.vision import LineCrossed
from floorsight.platform.ids import derived_id
from infra.local.history.plausible import Passage

# Whoever looks at such an event sees where it came from.
CAUSE = "synthetic"


@dataclass(frozen=True)
class Door:
    """A camera and its line."""

    site_id: str
    camera_id: str
    line_id: str
    line_revision: int


def crossing_events(passages: Iterable[Passage], doors: Mapping[int, Door]) -> Iterator[LineCrossed]:
    """One event a passage. The same passage always gives the same id, whatever is told beside it: publishing
    it twice counts nothing twice.
    """
    tracks: dict[str, int] = defaultdict(int)
    for passage in passages:
        door, at = doors[passage.door], passage.at.astimezone(UTC)
        session = f"{at:%Y%m%d}T000000.000000Z-5e5e"
        tracks[door.camera_id + session] += 1
        track_id = tracks[door.camera_id + session]
        yield LineCrossed(
            event_id=derived_id(CAUSE, door.camera_id, at.isoformat(), passage.direction),
            occurred_at=at,
            site_id=door.site_id,
            camera_id=door.camera_id,
            stream_session=session,
            cause=CAUSE,
            line_id=door.line_id,
            line_revision=door.line_revision,
            track_id=track_id,
            crossing_number=1,
            direction=passage.direction,
            object_class="person",
            confidence=1.0,
            anchor=(0.5, 0.5),
        )
