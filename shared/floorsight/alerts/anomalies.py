"""Looking whether an hour was out of the ordinary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from floorsight.alerts.checks import find_ended
from floorsight.alerts.model import AlertKind, Concern, Finding, Latch
from floorsight.alerts.rules import find_anomaly
from floorsight.alerts.service import AlertService
from floorsight.occupancy.series.buckets import bucket_at
from floorsight.occupancy.series.model import Bucket, Level, Subject, SubjectKind
from floorsight.occupancy.series.store import SeriesStore
from floorsight.platform.errors import Malformed
from floorsight.sites.service import SiteService

WEEKS_COMPARED = 8


@dataclass(frozen=True)
class AnomalyChecks:
    """Alerts about hours with far more or fewer people than this hour of the week usually has."""

    alerts: AlertService
    sites: SiteService
    series: SeriesStore

    def detect_anomalies(self, site_id: str, hour: datetime) -> Mapping[str, int]:
        """Compare the hour that this moment lies in with the same one of earlier weeks; tell what is due.

        The same hour again changes nothing. Returns how many alerts were raised, escalated, resolved, and
        how many notices were sent.

        Raises:
            NotFound: `unknown_site`.
            Malformed: the hour is not over yet (`hour_not_over`).
            Unavailable: a table or the topic did not answer.
        """
        zone = ZoneInfo(self.sites.get_site(site_id).time_zone)
        bucket = bucket_at(Level.HOUR, hour, zone)
        if bucket.end > self.alerts.clock():
            raise Malformed(f"the hour ends at {bucket.end.isoformat()}", code="hour_not_over", field="hour")
        usual = list(same_hours(bucket, zone, WEEKS_COMPARED))

        def look(latches: Mapping[Concern, Latch]) -> list[Finding]:
            findings = list(self._look(site_id, bucket, usual))
            return findings + find_ended(latches, findings, (AlertKind.ANOMALY,))

        return self.alerts.record_and_send(site_id, look)

    def _look(self, site_id: str, bucket: Bucket, usual: list[Bucket]) -> Iterator[Finding]:
        for subject, name in self._subjects(site_id):
            observed = self._average(subject, bucket)
            earlier = [self._average(subject, each) for each in usual]
            if observed is not None:
                concern = Concern(AlertKind.ANOMALY, site_id, subject.kind, subject.subject_id)
                found = find_anomaly(concern, name, observed, [each for each in earlier if each is not None])
                yield from filter(None, (found,))

    def _subjects(self, site_id: str) -> Iterator[tuple[Subject, str]]:
        yield Subject(SubjectKind.SITE, site_id), self.sites.get_site(site_id).name
        for camera in self.sites.list_cameras(site_id).items:
            yield Subject(SubjectKind.CAMERA, camera.camera_id), camera.name
            for zone in self.sites.get_plan(camera.camera_id).zones:
                yield Subject(SubjectKind.ZONE, zone.zone_id), zone.name

    def _average(self, subject: Subject, bucket: Bucket) -> float | None:
        """How many were inside on average; None before anything was ever counted."""
        row = self.series.find_last(subject, Level.HOUR, before=bucket.end)
        if row is None:
            return None
        if row.start < bucket.start:  # nothing happened in this hour: the last number stood
            return float(max(0, row.figures.closing))
        return row.figures.person_microseconds / bucket.microseconds


def same_hours(bucket: Bucket, zone: ZoneInfo, weeks: int) -> Iterator[Bucket]:
    """The same hour by the site's clock in each of the weeks before, latest first.

    A week in which the clock skipped that hour is left out.
    """
    local = bucket.start.astimezone(zone)
    for week in range(1, weeks + 1):
        wanted = local.replace(tzinfo=None) - timedelta(weeks=week)
        moment = wanted.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wanted:
            yield bucket_at(Level.HOUR, moment, zone)
