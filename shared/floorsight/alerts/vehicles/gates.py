"""Blocked vehicles at gates: security is told at once, and once a passage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from floorsight.alerts.model import AlertKind, Concern, Finding
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.vehicles.words import judge_alarm, write_alarm
from floorsight.events.vehicles import Alarm, GateDecided
from floorsight.occupancy.series.model import SubjectKind
from floorsight.sites.service import SiteService

LASTS = timedelta(hours=8)  # a guard's shift


@dataclass(frozen=True)
class BlockedVehicles:
    """Use case of `GateDecided`. Its events may be repeated, and come in any order."""

    teller: Teller
    sites: SiteService

    def note_decision(self, event: GateDecided) -> None:
        """Tell of a decision with an alarm. Raises NotFound (`unknown_site`, …) or Unavailable.

        A passage's alarm may become a worse one, once it is read better: that is told too. The milder one is
        not told any more after it. What a guard does about the vehicle takes nothing back.
        """
        alarm = event.alarm
        if alarm is None:
            return
        self.teller.tell_once(
            event.site_id,
            AlertKind.BLOCKED_VEHICLE,
            _occurrence(event, alarm),
            lambda: self._describe(event, alarm),
            lasts=LASTS,
        )

    def _describe(self, event: GateDecided, alarm: Alarm) -> Finding | None:
        if alarm is Alarm.NEAR_BLOCKED and self._was_told(event, Alarm.BLOCKED):
            return None
        site = self.sites.get_site(event.site_id, with_deleted=True)
        camera = self.sites.get_camera(event.camera_id, with_deleted=True)
        return Finding(
            Concern(AlertKind.BLOCKED_VEHICLE, event.site_id, SubjectKind.CAMERA, event.camera_id),
            camera.name,
            judge_alarm(alarm),
            over=False,
            text=write_alarm(event, alarm, ZoneInfo(site.time_zone)),
            numbers={"track_id": event.track_id, "confidence": event.confidence},
        )

    def _was_told(self, event: GateDecided, alarm: Alarm) -> bool:
        kind = AlertKind.BLOCKED_VEHICLE
        return self.teller.was_told(event.site_id, kind, _occurrence(event, alarm))


def _occurrence(event: GateDecided, alarm: Alarm) -> str:
    return f"{event.passage_id}/{alarm}"
