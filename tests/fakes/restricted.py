"""A camera that looks for faces, a server room behind it where nobody should be, and what happens there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from floorsight.alerts.people.store import FollowedStore
from floorsight.alerts.people.zones import RestrictedZones
from floorsight.events.attendance import PunchDirection, PunchRecorded
from floorsight.events.envelope import Event
from floorsight.events.identity import AnswerSource, PersonNotRecognised, PersonRecognised
from floorsight.events.vision import VisitEnd, ZoneEntered, ZoneLeft
from floorsight.platform.ids import derived_id
from floorsight.sites.model import Identify
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SESSION, SITE
from tests.fakes.watch import Watch
from tests.fakes.zones import make_zone


class People:
    """Events of tracks on a watch's camera; each is the same whenever it is made."""

    def __init__(self, watch: Watch, identify: Identify = Identify.RECOGNISE) -> None:
        self.watch = watch
        camera = watch.sites.get_camera(CAMERA)
        watch.sites.update_camera(replace(camera, identify=identify))
        self.zone_id = make_zone(watch.scene, name="Server room", restricted=True).zone_id
        self.hall_id = make_zone(watch.scene, name="Hall").zone_id
        self.zones = RestrictedZones(watch.alerts, FollowedStore(watch.alerts.store.table))

    def take(self, *events: Event) -> None:
        """Handle events in this order."""
        for event in events:
            if isinstance(event, ZoneEntered | ZoneLeft):
                self.zones.note_visit(event)
            elif isinstance(event, PersonRecognised | PersonNotRecognised):
                self.zones.note_answer(event)

    def entered(self, track: int = 1, visit: int = 1, **changes: Any) -> ZoneEntered:
        return ZoneEntered(**{**self._visit("entered", track, visit), **changes})

    def left(self, track: int = 1, visit: int = 1, **changes: Any) -> ZoneLeft:
        fields = self._visit("left", track, visit)
        fields["occurred_at"] += timedelta(seconds=20)
        end = {"entered_at": NOON, "dwell_seconds": 20.0, "reason": VisitEnd.LEFT}
        return ZoneLeft(**{**fields, **end, **changes})

    def recognised(self, track: int = 1) -> PersonRecognised:
        return PersonRecognised(
            **self._envelope("recognised", track),
            employee_id="anna",
            confidence=0.9,
            source=AnswerSource.GALLERY,
            first_seen_at=NOON,
            last_seen_at=NOON,
        )

    def not_recognised(self, track: int = 1) -> PersonNotRecognised:
        fields = self._envelope("not recognised", track)
        return PersonNotRecognised(**fields, review_id="r-1", first_seen_at=NOON, last_seen_at=NOON)

    def punched(self, *, punch_id: str = "p-1", scheduled: bool = False, seconds: int = 0) -> PunchRecorded:
        fields = self._envelope(f"punch {seconds}", 1)
        return PunchRecorded(
            **fields,
            punch_id=punch_id,
            employee_id="anna",
            direction=PunchDirection.IN if seconds else PunchDirection.UNKNOWN,
            confidence=0.9,
            scheduled=scheduled,
        )

    def _visit(self, what: str, track: int, visit: int) -> dict[str, Any]:
        return self._envelope(f"{what} {visit}", track) | {
            "zone_id": self.zone_id,
            "zone_revision": 1,
            "restricted": True,
            "visit_number": visit,
            "object_class": "person",
            "confidence": 0.9,
            "anchor": (0.2, 0.7),
        }

    def _envelope(self, what: str, track: int) -> dict[str, Any]:
        return {
            "event_id": derived_id("person", what, track),
            "occurred_at": NOON,
            "site_id": SITE,
            "camera_id": CAMERA,
            "stream_session": SESSION,
            "cause": "chunk/1",
            "track_id": track,
        }
