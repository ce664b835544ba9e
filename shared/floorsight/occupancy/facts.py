"""Events made from what was counted. Their ids follow from what happened alone."""

from __future__ import annotations

from collections.abc import Collection

from floorsight.events.occupancy import OccupancyChanged
from floorsight.occupancy.model import Counter, Crossing
from floorsight.platform.ids import derived_id


def changed_event(counter: Counter, crossings: Collection[Crossing]) -> OccupancyChanged:
    """Says that these crossings, at least one, are in the ledger; the same ones make the same event."""
    latest = max(crossings, key=lambda crossing: (crossing.occurred_at, crossing.crossing_id))
    crossing_ids = sorted({crossing.crossing_id for crossing in crossings})
    return OccupancyChanged(
        event_id=derived_id(OccupancyChanged.detail_type(), counter.counter_id, *crossing_ids),
        occurred_at=latest.occurred_at,
        site_id=counter.site_id,
        camera_id=latest.camera_id,
        stream_session=latest.stream_session,
        cause=latest.crossing_id,
        counter_id=counter.counter_id,
        counter_kind=counter.kind,
    )
