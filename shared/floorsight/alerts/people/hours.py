"""Employees who are seen when no shift of theirs is on, where a site wants to hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from floorsight.alerts.model import AlertKind, Concern, Finding, Severity
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.people.store import PeoplePolicyStore
from floorsight.events.attendance import PunchRecorded
from floorsight.occupancy.series.model import SubjectKind
from floorsight.sites.service import SiteService

LASTS = timedelta(hours=8)


@dataclass(frozen=True)
class OutsideHours:
    """Use case of `PunchRecorded`. The event comes again when its direction is learnt: it is told once."""

    teller: Teller
    sites: SiteService
    policies: PeoplePolicyStore

    def note_punch(self, event: PunchRecorded) -> None:
        """Tell of a punch in no shift's window, if the site wants it. Raises Unavailable."""
        if event.scheduled or not self.policies.find(event.site_id).outside_hours:
            return
        kind = AlertKind.OUTSIDE_HOURS
        self.teller.tell_once(event.site_id, kind, event.punch_id, lambda: self._describe(event), lasts=LASTS)

    def _describe(self, event: PunchRecorded) -> Finding:
        site = self.sites.get_site(event.site_id, with_deleted=True)
        camera = self.sites.get_camera(event.camera_id, with_deleted=True)
        when = event.occurred_at.astimezone(ZoneInfo(site.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
        return Finding(
            Concern(AlertKind.OUTSIDE_HOURS, event.site_id, SubjectKind.CAMERA, event.camera_id),
            camera.name,
            Severity.NOTICE,
            over=False,
            text=f"employee {event.employee_id} was seen at {when} and has no shift then",
            numbers={"track_id": event.track_id},
        )
