"""Telling the bus, in order, which cameras went offline or came back: what their alert latches say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from floorsight.alerts.model import AlertKind, Concern, Latch
from floorsight.alerts.outages.model import Outage
from floorsight.alerts.outages.store import OutageStore
from floorsight.alerts.store import AlertStore
from floorsight.events.cameras import CameraCameBack, CameraWentOffline
from floorsight.events.envelope import Event
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.bus import Bus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import NotFound
from floorsight.platform.ids import derived_id
from floorsight.sites.service import SiteService
from floorsight.streams.model import Seen

# What was seen last of a site's cameras, by camera id; those never seen are missing.
SeenCameras = Callable[[str], Mapping[str, Seen]]


@dataclass(frozen=True)
class OutageService:
    """Use case: tell the bus which cameras changed. Written first, then published, then marked as told."""

    sites: SiteService
    alerts: AlertStore
    outages: OutageStore
    seen: SeenCameras
    bus: Bus
    clock: Clock = utc_now

    def tell_changes(self, site_id: str) -> int:
        """Publish which cameras went offline or came back since the last time; how many events.

        Events that an earlier run has not published, or not marked as published, come first, with the same
        ids. Raises Conflict or Unavailable: nothing is lost, the next run goes on.
        """
        told = {
            camera_id: self._publish(site_id, outage)
            for camera_id, outage in self.outages.load(site_id).items()
        }
        latches, seen, published = self.alerts.load_latches(site_id), self.seen(site_id), 0
        for camera_id in self._list_camera_ids(site_id):
            latch = latches.get(_concern(site_id, camera_id), Latch())
            outage = told.get(camera_id, Outage(camera_id))
            if camera_id in seen and (latch.severity is None) == (outage.since is not None):
                changed = self._change(site_id, outage, latch, seen[camera_id])
                self.outages.save(site_id, changed)
                self._publish(site_id, changed)
                published += 1
        return published

    def _list_camera_ids(self, site_id: str) -> list[str]:
        """Of a deleted camera there is nothing more to tell."""
        try:
            return [camera.camera_id for camera in self.sites.list_cameras(site_id).items]
        except NotFound:
            return []

    def _change(self, site_id: str, outage: Outage, latch: Latch, seen: Seen) -> Outage:
        """The outage after its camera went offline or came back, with the event that says so."""
        now, number = self.clock(), outage.number + 1
        envelope = {
            "event_id": derived_id("camera_outage", outage.camera_id, number),
            "occurred_at": now,
            "site_id": site_id,
            "camera_id": outage.camera_id,
            "stream_session": seen.stream_session,
            "cause": f"outage/{number}",
            "last_seen_at": seen.alive_at,
        }
        if outage.since is None:
            event: Event = CameraWentOffline(**envelope, alert_id=latch.alert_id)
            return Outage(outage.camera_id, number, now, event.to_message())
        event = CameraCameBack(**envelope, offline_since=outage.since)
        return Outage(outage.camera_id, number, None, event.to_message())

    def _publish(self, site_id: str, outage: Outage) -> Outage:
        """Publish what is to be told of an outage, if anything is; the outage afterwards."""
        if outage.outbox is None:
            return outage
        self.bus.publish([outage.outbox])
        done = replace(outage, number=outage.number + 1, outbox=None)
        self.outages.save(site_id, done)
        return done


def _concern(site_id: str, camera_id: str) -> Concern:
    return Concern(AlertKind.CAMERA_OFFLINE, site_id, SubjectKind.CAMERA, camera_id)
