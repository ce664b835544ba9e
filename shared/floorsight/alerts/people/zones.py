"""Unknown people in restricted zones: what zones say of a track, joined with what identity says of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from floorsight.alerts.lifecycle import begin_occurrence
from floorsight.alerts.model import Alert, AlertKind, Concern, Finding, Severity
from floorsight.alerts.people.model import Followed, TrackName, Verdict, Visit
from floorsight.alerts.people.rules import (
    judge,
    list_told,
    note_answer,
    note_entered,
    note_left,
    note_told,
)
from floorsight.alerts.people.store import FollowedStore
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertChanged
from floorsight.events.envelope import Event
from floorsight.events.identity import PersonNotRecognised, PersonRecognised
from floorsight.events.vision import ZoneEntered, ZoneLeft
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.errors import NotFound, Unavailable
from floorsight.sites.model import Identify

_log = logging.getLogger(__name__)
Change = Callable[[Followed], Followed]
ZoneEvent = ZoneEntered | ZoneLeft
Answered = PersonRecognised | PersonNotRecognised
PERSON = "person"
LASTS = timedelta(hours=8)  # a guard's shift: who comes next finds what happened in the history
_SEVERITIES = {Verdict.UNKNOWN: Severity.CRITICAL, Verdict.UNIDENTIFIED: Severity.WARNING}


@dataclass(frozen=True)
class RestrictedZones:
    """Use cases of what happens in restricted zones. All may be repeated, and come in any order."""

    alerts: AlertService
    tracks: FollowedStore

    def note_visit(self, event: ZoneEvent) -> None:
        """Somebody entered or left a zone; other zones, and cameras that look for no faces, are no matter.

        Raises Unavailable.
        """
        if not event.restricted or event.object_class != PERSON or not self._looks_for_faces(event):
            return
        visit = (event.zone_id, event.visit_number)
        if isinstance(event, ZoneEntered):
            self._note(_name(event), lambda track: note_entered(track, *visit, event.occurred_at))
            return
        times, now = (event.entered_at, event.occurred_at), self.alerts.clock()
        self._note(_name(event), lambda track: note_left(track, *visit, *times, now))

    def note_answer(self, event: Answered) -> None:
        """Identity has an answer: nobody, or an employee; then what was told is taken back.

        Raises Unavailable.
        """
        review_id = event.review_id if isinstance(event, PersonNotRecognised) else None
        followed = self._note(_name(event), lambda track: note_answer(track, review_id))
        if followed.recognised:
            for alert_id in list_told(followed):
                self.alerts.take_back(alert_id, "recognised as an employee meanwhile")

    def judge_due(self, site_id: str) -> Mapping[str, int]:
        """Tell of visits that are over and still have no answer; how many tracks. Raises Unavailable."""
        due = self.tracks.list_due(site_id, self.alerts.clock())
        for name in due:
            self._note(name, lambda track: track)
        return {"unanswered": len(due)} if due else {}

    def _note(self, name: TrackName, change: Change) -> Followed:
        """Change a track until nobody comes between; tell what that raises. Returns it as it is kept."""
        fault: Exception | None = None
        for _ in self.alerts.backoff.tries():
            loaded = self.tracks.load(name)
            now = self.alerts.clock()
            changed, raised = self._raise(change(loaded), now)
            try:
                if changed != loaded:
                    changed = replace(changed, revision=loaded.revision + 1)
                    self.tracks.save(changed, raised, now)
            except (AlertChanged, Unavailable) as error:
                fault = error
                continue
            if told := list_told(changed):  # also what an attempt before wrote and did not come to tell
                self.alerts.send_due(name.site_id, told)
            return changed
        raise Unavailable(f"a track of {name.camera_id} could not be followed: {fault}") from fault

    def _raise(self, followed: Followed, now: datetime) -> tuple[Followed, list[Alert]]:
        """The track with the alerts that it raises now."""
        raised: list[Alert] = []
        for visit, verdict in list(judge(followed, now)):
            finding = self._describe(followed, visit, verdict)
            track = followed.name
            occurrence = f"{track.stream_session}/{track.track_id}/{visit.visit_number}"
            alert = begin_occurrence(finding, occurrence, now, LASTS)
            followed = note_told(followed, visit, alert.alert_id)
            raised.append(alert)
        return followed, raised

    def _describe(self, followed: Followed, visit: Visit, verdict: Verdict) -> Finding:
        name = followed.name
        zone = self._zone_of(name.site_id)
        entered = visit.entered_at.astimezone(zone).strftime("%H:%M:%S")
        until = visit.left_at.astimezone(zone).strftime(" to %H:%M:%S") if visit.left_at else " on"
        where = f"in a restricted zone from {entered}{until}, track {name.track_id} of {name.camera_id}"
        said = {
            Verdict.UNKNOWN: f"nobody who is enrolled was {where}; review {followed.review_id}",
            Verdict.UNIDENTIFIED: f"somebody was {where}, and could not be identified",
        }[verdict]
        concern = Concern(AlertKind.UNKNOWN_PERSON, name.site_id, SubjectKind.ZONE, visit.zone_id)
        numbers = {"track_id": name.track_id, "visit_number": visit.visit_number}
        return Finding(concern, self._zone_name(visit.zone_id), _SEVERITIES[verdict], False, said, numbers)

    def _looks_for_faces(self, event: Event) -> bool:
        try:
            return self.alerts.sites.get_camera(event.camera_id).identify is not Identify.OFF
        except NotFound:
            _log.info("a visit of a camera that was deleted", extra={"camera": event.camera_id})
            return False

    def _zone_name(self, zone_id: str) -> str:
        try:
            return self.alerts.sites.get_zone(zone_id, with_deleted=True).name
        except NotFound:
            return zone_id

    def _zone_of(self, site_id: str) -> ZoneInfo:
        return ZoneInfo(self.alerts.sites.get_site(site_id, with_deleted=True).time_zone)


def _name(event: ZoneEvent | Answered) -> TrackName:
    return TrackName(event.site_id, event.camera_id, event.stream_session, event.track_id)
