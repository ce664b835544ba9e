"""Keeping what processing took, by camera and hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from floorsight.diagnostics.model import ProcessingHour
from floorsight.diagnostics.rules import hour_of, measured_hour
from floorsight.diagnostics.store import ProcessingStore
from floorsight.events.diagnostics import ProcessingMeasured
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Item
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Page

DEFAULT_PERIOD = timedelta(days=1)
# Older than that says nothing of now.
LATEST_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class ProcessingService:
    """Use cases on measurements: record them, list their hours."""

    store: ProcessingStore
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def record(self, event: ProcessingMeasured) -> None:
        """Add a measurement to its hour, once however often it is delivered. Raises Unavailable."""
        self.backoff.until_done(
            lambda: self.store.add(event.event_id, measured_hour(event), self.clock()),
            passing=(Unavailable,),
            failure=f"the processing of {event.camera_id} could not be kept",
        )

    def list_hours(
        self,
        camera_id: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int | None = None,
        start_key: Item | None = None,
    ) -> Page[ProcessingHour]:
        """A camera's hours in which something was measured; by default of the last day.

        Raises Malformed (`bad_cursor`).
        """
        end = end or self.clock()
        start = hour_of(start or end - DEFAULT_PERIOD)
        return self.store.list_hours(
            camera_id, start=start, end=end, now=self.clock(), limit=limit, start_key=start_key
        )

    def find_latest(self, camera_id: str) -> ProcessingHour | None:
        """The newest hour of the last day."""
        return self.store.find_latest(camera_id, hour_of(self.clock() - LATEST_WITHIN))
