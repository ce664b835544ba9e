"""A portion of a site's marks: first the counters that they name, then the site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from floorsight.events.occupancy import CounterKind
from floorsight.occupancy.model import Mark, kind_of
from floorsight.occupancy.rules import QUARTER
from floorsight.occupancy.series.buckets import bucket_at, buckets_between
from floorsight.occupancy.series.model import Bucket, Level, Subject, SubjectKind, subject_of
from floorsight.occupancy.series.rolling import Sources, SubjectRoll
from floorsight.occupancy.series.rows import Rows
from floorsight.occupancy.store import OccupancyStore
from floorsight.sites.service import SiteService


def list_cameras(site_id: str, sites: SiteService, ledger: OccupancyStore) -> dict[str, bool]:
    """Whether each of a site's cameras counts, by camera id; deleted ones that have counted too."""
    counting = {camera.camera_id: camera.counting for camera in sites.store.list_cameras(site_id).items}
    for counter_id in ledger.load_counts(site_id):
        if kind_of(counter_id) is CounterKind.CAMERA and counter_id not in counting:
            counting[counter_id] = sites.get_camera(counter_id, with_deleted=True).counting
    return counting


@dataclass(frozen=True)
class SiteRoll:
    """Rolls up a site's counters and then the site, whose `cameras` count or don't."""

    site_id: str
    cameras: Mapping[str, bool]
    sources: Sources

    def roll(self, marks: Sequence[Mark]) -> None:
        """Compute whatever follows from what is marked, and from minutes in which cameras were live."""
        dirty = self._find_dirty_hours(marks)
        if not dirty:
            return
        first = min(hour for hours in dirty.values() for hour in hours)
        since = bucket_at(Level.DAY, first.start, self.sources.zone).start
        hours = {counter_id: self._roll_counter(counter_id, dirty[counter_id], since) for counter_id in dirty}
        self._roll_site(dirty, hours, since)

    def _roll_counter(self, counter_id: str, dirty: Collection[Bucket], since: datetime) -> Rows:
        subject = subject_of(counter_id)
        hours = self.sources.load(subject, Level.HOUR, since)
        cameras = [counter_id] if subject.kind is SubjectKind.CAMERA else []
        SubjectRoll(subject, {counter_id: hours}, hours, cameras, self.sources).roll(dirty)
        return hours

    def _roll_site(
        self, dirty: Mapping[str, set[Bucket]], known: Mapping[str, Rows], since: datetime
    ) -> None:
        counting = sorted(camera_id for camera_id, counts in self.cameras.items() if counts)
        touched = {hour for camera_id in counting for hour in dirty.get(camera_id, ())}
        if not touched:
            return
        members = {
            camera_id: known.get(camera_id) or self.sources.load(subject_of(camera_id), Level.HOUR, since)
            for camera_id in counting
        }
        subject = Subject(SubjectKind.SITE, self.site_id)
        hours = self.sources.load(subject, Level.HOUR, since)
        SubjectRoll(subject, members, hours, counting, self.sources).roll(touched)

    def _find_dirty_hours(self, marks: Sequence[Mark]) -> dict[str, set[Bucket]]:
        """The hours to compute, by counter id."""
        zone = self.sources.zone
        dirty: dict[str, set[Bucket]] = defaultdict(set)
        for mark in marks:
            dirty[mark.counter_id] |= set(
                buckets_between(Level.HOUR, mark.quarter, mark.quarter + QUARTER, zone)
            )
        for camera_id in self.cameras:
            for slot in self._find_quiet_slots(camera_id):
                dirty[camera_id].add(bucket_at(Level.HOUR, slot, zone))
        return dict(dirty)

    def _find_quiet_slots(self, camera_id: str) -> set[datetime]:
        """The last hours' five minutes in which a camera was live and that have no row yet."""
        slots = self.sources.live.recent(camera_id)
        if not slots:
            return set()
        kept = self.sources.store.list_rows(
            subject_of(camera_id), Level.MINUTE, start=slots[0], end=slots[-1] + QUARTER
        )
        return set(slots) - {row.start for row in kept}
