"""How the cameras fare now, and in words what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.alerts.rules import find_silence
from floorsight.diagnostics.model import ProcessingHour
from floorsight.diagnostics.service import ProcessingService
from floorsight.platform.clock import Clock, utc_now
from floorsight.sites.model import Camera
from floorsight.sites.service import SiteService
from floorsight.streams.model import PublisherReport, Seen
from floorsight.streams.service import PublisherService, StreamService

LAG_LIMIT_SECONDS = 300.0  # as the alarm on lag has it
# An hour's lag says something of now as long as the hour, or the one before, is now.
LAG_TOLD_WITHIN = timedelta(hours=2)


@dataclass(frozen=True)
class CameraDiagnosis:
    """How a camera fares. `reasons` say in words what is wrong; there are none if all is well."""

    camera: Camera
    seen: Seen | None
    report: PublisherReport | None
    processing: ProcessingHour | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Diagnosis:
    """How all cameras of some sites fare at a moment."""

    checked_at: datetime
    cameras: tuple[CameraDiagnosis, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(reason for camera in self.cameras for reason in camera.reasons)


@dataclass(frozen=True)
class DiagnosticService:
    """How the cameras of a site, or of all sites, fare now."""

    sites: SiteService
    streams: StreamService
    publishers: PublisherService
    processing: ProcessingService
    clock: Clock = utc_now

    def diagnose(self, site_id: str | None = None) -> Diagnosis:
        """Raises NotFound (`unknown_site`)."""
        chosen = [self.sites.get_site(site_id)] if site_id else self.sites.list_sites().items
        cameras = [camera for site in chosen for camera in self._diagnose_site(site.site_id)]
        return Diagnosis(self.clock(), tuple(cameras))

    def _diagnose_site(self, site_id: str) -> Iterable[CameraDiagnosis]:
        seen = self.streams.list_last_seen(site_id)
        reports = self.publishers.list_reports(site_id)
        for camera in self.sites.list_cameras(site_id).items:
            name = camera.camera_id
            latest = self.processing.find_latest(name)
            found: tuple[Seen | None, PublisherReport | None] = seen.get(name), reports.get(name)
            reasons = tuple(find_faults(camera, *found, latest, self.clock()))
            yield CameraDiagnosis(camera, *found, latest, reasons)


def find_faults(
    camera: Camera,
    seen: Seen | None,
    report: PublisherReport | None,
    processing: ProcessingHour | None,
    now: datetime,
) -> Iterator[str]:
    """What is wrong with a camera, in words. One that never sent anything is not missed."""
    silence = find_silence(camera, seen.alive_at if seen else None, now)
    if not silence.over:
        yield f"{camera.camera_id}: {silence.text}"
    if report is not None and not report.event.stopping:
        yield from _faults_of_publisher(camera, report)
    lag = processing.lag_seconds if processing else None
    if (
        processing
        and lag is not None
        and lag > LAG_LIMIT_SECONDS
        and processing.hour >= now - LAG_TOLD_WITHIN
    ):
        yield f"{camera.camera_id}: its counts were {lag:.0f} s behind the camera in the last measured hour"


def _faults_of_publisher(camera: Camera, report: PublisherReport) -> Iterator[str]:
    event = report.event
    if not event.connected:
        why = event.camera_error or "no reason given"
        yield f"{camera.camera_id}: its publisher has lost the camera ({why})"
    if event.disk_error:
        yield f"{camera.camera_id}: its publisher can't write its spool ({event.disk_error})"
    if event.chunks_dropped:
        yield f"{camera.camera_id}: its publisher has dropped {event.chunks_dropped} chunks in this run"
