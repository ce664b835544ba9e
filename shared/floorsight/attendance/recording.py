"""Cameras' sightings become punches, whatever comes first, twice, or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex

from floorsight.attendance.model import Punch, Record
from floorsight.attendance.pending import Pending
from floorsight.attendance.service import AttendanceService
from floorsight.attendance.sightings import SightedTrack, Sighting, TrackCrossing, TrackKey
from floorsight.attendance.track_store import TrackStore
from floorsight.employees.service import EmployeeService
from floorsight.events.attendance import PunchDirection
from floorsight.events.identity import PersonRecognised
from floorsight.events.vision import LineCrossed
from floorsight.platform.bus import Bus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, NotFound, Unavailable
from floorsight.platform.observability import emit_metrics
from floorsight.platform.retry import Backoff
from floorsight.sites.model import Camera, CameraRole, Identify
from floorsight.sites.service import SiteService

_log = logging.getLogger(__name__)

_DIRECTIONS = {
    CameraRole.ENTRY: PunchDirection.IN,
    CameraRole.EXIT: PunchDirection.OUT,
    CameraRole.BIDIRECTIONAL: PunchDirection.UNKNOWN,
}


@dataclass(frozen=True)
class SightingService:
    """Use cases of what attendance cameras see.

    Any order, and any number of deliveries, of the same events give the same punches. What is delivered
    again is recomputed and told again, under the same id: the first time may have died before. All raise
    Unavailable if the table or the bus was busy for too long: deliver again.
    """

    attendance: AttendanceService
    tracks: TrackStore
    sites: SiteService
    employees: EmployeeService
    bus: Bus
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def record_sighting(self, event: PersonRecognised) -> None:
        """Somebody was recognised: a punch, on a camera that is for attendance."""
        camera = self._find_camera(event)
        reason = self._why_not(event, camera)
        if camera is None or reason is not None:
            _ignore(event, reason or "unknown_camera")
            return
        sighting = _sighting_of(event, camera, self.clock())
        if self._is_of_old(sighting, _key_of(event)):
            _log.info("sighting delivered again after weeks", extra={"punch": sighting.punch_id})
            return
        track = self._learn(_key_of(event), lambda track: track.with_sighting(sighting))
        self._tell(track, [sighting.event_id])

    def record_crossing(self, event: LineCrossed) -> None:
        """A line was crossed: on a camera of both ways, it may say which way somebody went who is named."""
        camera = self._find_camera(event)
        if camera is None or not _asks_lines(camera):
            return
        way = PunchDirection(event.direction.value)
        crossing = TrackCrossing(event.event_id, event.occurred_at, way)
        track = self._learn(_key_of(event), lambda track: track.with_crossing(crossing))
        decided = [each for each in track.sightings.values() if track.find_crossing(each) == crossing]
        self._tell(track, [each.event_id for each in decided])

    def _find_camera(self, event: PersonRecognised | LineCrossed) -> Camera | None:
        """The camera of an event, if it is, or was, one of that site."""
        try:
            camera = self.sites.get_camera(event.camera_id, with_deleted=True)
        except NotFound:
            return None
        return camera if camera.site_id == event.site_id else None

    def _why_not(self, event: PersonRecognised, camera: Camera | None) -> str | None:
        """Why a sighting is no punch."""
        if camera is None:
            return "unknown_camera"
        if camera.identify is not Identify.ATTENDANCE:
            return "not_for_attendance"
        try:
            employee = self.employees.get_employee(event.employee_id)
        except NotFound:
            return "unknown_employee"
        if employee.erased_at is not None:
            return "erased_employee"
        return None if employee.site_id == event.site_id else "employee_of_another_site"

    def _is_of_old(self, sighting: Sighting, key: TrackKey) -> bool:
        """Whether it was recorded so long ago that the facts of its track have expired."""
        if sighting.event_id in self.tracks.load(key).sightings:
            return False
        return self.attendance.store.find_punch(sighting.employee_id, sighting.punch_id) is not None

    def _learn(self, key: TrackKey, add: Callable[[SightedTrack], SightedTrack]) -> SightedTrack:
        """The track with what is known now, kept together with what follows from it."""
        return self.backoff.until_done(
            lambda: self._learn_once(key, add),
            passing=(Conflict, Unavailable),  # somebody else was faster: look again
            failure=f"track {key.track_id} of camera {key.camera_id} could not be kept",
        )

    def _learn_once(self, key: TrackKey, add: Callable[[SightedTrack], SightedTrack]) -> SightedTrack:
        before = self.tracks.load(key)
        after = add(before)
        if after != before:
            self.tracks.save(before, after, self.clock())
        return after

    def _tell(self, track: SightedTrack, sightings: Iterable[str]) -> None:
        for event_id in sightings:
            sighting = track.sightings[event_id]
            punch = track.punch_of(sighting)
            outcome = self.attendance.recompute_at(punch.employee_id, punch.at)
            self._mark_late(punch, outcome.records)
            scheduled = punch.punch_id not in {each.punch_id for each in outcome.unplaced}
            self.bus.publish([track.tell(sighting, scheduled=scheduled).to_message()])

    def _mark_late(self, punch: Punch, records: Iterable[Record]) -> None:
        """Days are locked once their windows have closed: what comes later may change what was paid.

        Also those that it is not in are marked: another direction may have taken it from them.
        """
        for record in records:
            instance = record.instance
            if record.closed and instance.opens_at <= punch.at <= instance.closes_at:
                on = instance.local_date
                mark = Pending(punch.site_id, punch.employee_id, on, on, token_hex(8), self.clock())
                self.attendance.store.pending.add(mark)


def _asks_lines(camera: Camera) -> bool:
    return camera.identify is Identify.ATTENDANCE and camera.role is CameraRole.BIDIRECTIONAL


def _key_of(event: PersonRecognised | LineCrossed) -> TrackKey:
    return TrackKey(event.site_id, event.camera_id, event.stream_session, event.track_id)


def _sighting_of(event: PersonRecognised, camera: Camera, now: datetime) -> Sighting:
    return Sighting(
        event_id=event.event_id,
        employee_id=event.employee_id,
        at=event.occurred_at,
        first_seen_at=event.first_seen_at,
        last_seen_at=event.last_seen_at,
        confidence=event.confidence,
        snapshot_key=event.snapshot_key,
        direction=_DIRECTIONS[camera.role],
        recorded_at=now,
    )


def _ignore(event: PersonRecognised, reason: str) -> None:
    _log.warning(
        "sighting is no punch",
        extra={"reason": reason, "event": event.event_id, "camera": event.camera_id, "site": event.site_id},
    )
    emit_metrics({"SightingsIgnored": 1}, dimensions={"reason": reason})
