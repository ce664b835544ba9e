"""Looking whether something is wrong, and seeing to it that it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from floorsight.alerts.model import AlertKind, Concern, Finding, Latch
from floorsight.alerts.rules import find_crowding, find_drift, find_end, find_silence
from floorsight.alerts.service import AlertService
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.errors import NotFound
from floorsight.sites.model import Camera, Site, Zone
from floorsight.sites.service import SiteService
from floorsight.streams.model import PublisherReport

# Raw numbers of a site's counters now, by counter id; those where nothing was counted yet are missing.
LiveCounts = Callable[[str], Mapping[str, int]]
# When a site's cameras were seen last, by camera id; those never seen are missing.
LastSeen = Callable[[str], Mapping[str, datetime]]
# What the publishers of a site's cameras said last, by camera id; those that said nothing are missing.
Reports = Callable[[str], Mapping[str, PublisherReport]]
# Publishes which of a site's cameras went offline or came back, by their latches; how many events.
TellChanges = Callable[[str], int]
# What else is done for a site by the clock; counts what it did.
Also = Callable[[str], Mapping[str, int]]
NOT_WATCHED = "no longer watched: the limit was removed, or what it was about was deleted"
_OF_COUNTS = (AlertKind.CAPACITY, AlertKind.NEGATIVE_DRIFT)


@dataclass(frozen=True)
class CountChecks:
    """Alerts about how many are inside: too many, or fewer than nobody."""

    alerts: AlertService
    sites: SiteService
    live_counts: LiveCounts

    def check_counters(self, site_id: str, counter_ids: Iterable[str]) -> Mapping[str, int]:
        """Look at a site, its cameras, and those of these counters that are zones; then tell what is due.

        What is looked at are the live counts, not what an event says of them: order and number of events
        make no difference. A site or a zone that was deleted meanwhile is no error.

        Raises Unavailable when a table or the topic did not answer; the same may be tried again.
        """
        wanted = dict.fromkeys(counter_ids)

        def look(_: Mapping[Concern, Latch]) -> list[Finding]:
            try:
                return list(self.look(site_id, filter(None, map(self._find_zone, wanted))))
            except NotFound:  # deleted meanwhile: `check_site` ends what is open
                return []

        return self.alerts.record_and_send(site_id, look)

    def look(self, site_id: str, zones: Iterable[Zone]) -> Iterator[Finding]:
        """What there is to say of a site, its cameras and these zones."""
        site = self.sites.get_site(site_id)
        cameras = self.sites.list_cameras(site_id).items
        raw = self.live_counts(site_id)
        yield from self._look_at_site(site, sum(raw.get(c.camera_id, 0) for c in cameras if c.counting))
        # A camera's own number may well be negative: who came in by one door leaves by another.
        yield from filter(None, (_crowding_of_camera(c, raw.get(c.camera_id, 0)) for c in cameras))
        for zone in zones:
            yield from self._look_at_zone(site_id, zone, raw.get(zone.zone_id, 0))

    def _look_at_site(self, site: Site, raw: int) -> Iterator[Finding]:
        subject = (site.site_id, SubjectKind.SITE, site.site_id)
        crowding = find_crowding(Concern(AlertKind.CAPACITY, *subject), site.name, site.limits, max(0, raw))
        yield from filter(None, (crowding,))
        drift = Concern(AlertKind.NEGATIVE_DRIFT, *subject)
        yield find_drift(drift, site.name, raw, self.alerts.policy.drift_tolerance)

    def _look_at_zone(self, site_id: str, zone: Zone, raw: int) -> Iterator[Finding]:
        subject = (site_id, SubjectKind.ZONE, zone.zone_id)
        crowding = find_crowding(Concern(AlertKind.CAPACITY, *subject), zone.name, zone.limits, max(0, raw))
        yield from filter(None, (crowding,))
        drift = Concern(AlertKind.NEGATIVE_DRIFT, *subject)
        yield find_drift(drift, zone.name, raw, self.alerts.policy.drift_tolerance)

    def _find_zone(self, counter_id: str) -> Zone | None:
        if "." not in counter_id:
            return None
        try:
            return self.sites.get_zone(counter_id)
        except NotFound:
            return None


@dataclass(frozen=True)
class SiteChecks:
    """What is checked by the clock: all counts, silent cameras, ends of cooldowns and snoozes, the outbox."""

    alerts: AlertService
    sites: SiteService
    counts: CountChecks
    last_seen: LastSeen
    reports: Reports = lambda _: {}
    tell_changes: TellChanges = lambda _: 0
    also: Sequence[Also] = ()

    def check_site(self, site_id: str) -> Mapping[str, int]:
        """Look at everything of a site, and tell what is due; again changes nothing.

        Of a deleted site everything that is open ends.

        Returns how many alerts were raised, escalated, resolved, how many notices were sent, and how many
        events of cameras published. Raises NotFound (`unknown_site`), or Unavailable when a table, the topic
        or the bus did not answer.
        """

        def look(latches: Mapping[Concern, Latch]) -> list[Finding]:
            if self.sites.get_site(site_id, with_deleted=True).deleted_at:
                return find_ended(latches, (), AlertKind)
            cameras = self.sites.list_cameras(site_id).items
            zones = [zone for camera in cameras for zone in self.sites.get_plan(camera.camera_id).zones]
            findings = [*self.counts.look(site_id, zones), *self._look_for_silence(site_id, cameras)]
            return findings + find_ended(latches, findings, (*_OF_COUNTS, AlertKind.CAMERA_OFFLINE))

        done = Counter(self.alerts.record_and_send(site_id, look))
        done += Counter(camera_events=self.tell_changes(site_id))
        if not self.sites.get_site(site_id, with_deleted=True).deleted_at:
            for act in self.also:
                done += Counter(act(site_id))
        return done

    def _look_for_silence(self, site_id: str, cameras: Iterable[Camera]) -> Iterator[Finding]:
        now, seen, reports = self.alerts.clock(), self.last_seen(site_id), self.reports(site_id)
        for camera in cameras:
            yield find_silence(camera, seen.get(camera.camera_id), now, reports.get(camera.camera_id))


def find_ended(
    latches: Mapping[Concern, Latch], findings: Iterable[Finding], kinds: Iterable[AlertKind]
) -> list[Finding]:
    """The end of episodes of these kinds of which nothing was found, neither good nor bad."""
    looked_at = {finding.concern for finding in findings}
    return [
        find_end(concern, NOT_WATCHED)
        for concern, latch in latches.items()
        if latch.severity is not None and concern.kind in set(kinds) and concern not in looked_at
    ]


def _crowding_of_camera(camera: Camera, raw: int) -> Finding | None:
    concern = Concern(AlertKind.CAPACITY, camera.site_id, SubjectKind.CAMERA, camera.camera_id)
    return find_crowding(concern, camera.name, camera.limits, max(0, raw))
