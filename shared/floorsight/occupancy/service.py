"""Counting crossings, and telling how many are inside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from floorsight.events.occupancy import CounterKind, OccupancyChanged
from floorsight.occupancy.calibrating import Calibrator
from floorsight.occupancy.facts import changed_event
from floorsight.occupancy.model import (
    Baseline,
    CameraOccupancy,
    Count,
    Counter,
    Crossing,
    Explanation,
    SiteOccupancy,
    Tally,
    ZoneOccupancy,
    kind_of,
)
from floorsight.occupancy.recording import Recorder
from floorsight.occupancy.rules import raw_count, shown_count
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Malformed
from floorsight.platform.items import Item
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Page
from floorsight.sites.model import CameraPlan
from floorsight.sites.service import SiteService

MAX_BASELINE = 1_000_000
MAX_REASON_LENGTH = 200
# DynamoDB refuses one of two transactions that meet on a counter, at once. These tries let eight writers of
# one camera by (tests/integration/test_counting_under_load.py); their waits add up to 6 s on average and
# 11 s at most, less than a function's time.
WAIT_FOR_OTHER_WRITERS = Backoff(attempts=10, base_seconds=0.05)
_EXPLAIN_ATTEMPTS = 3
_CORRECTIONS_EXPLAINED = 10


@dataclass(frozen=True)
class OccupancyService:
    """Use cases of the occupancy room.

    Whatever takes a counter's id raises NotFound (`unknown_camera` or `unknown_zone`). What was counted at a
    deleted counter stays explainable; it has no live count any more.
    """

    sites: SiteService
    store: OccupancyStore
    clock: Clock = utc_now
    backoff: Backoff = WAIT_FOR_OTHER_WRITERS

    def find_counter(self, counter_id: str, *, with_deleted: bool = False) -> Counter:
        """The counter with its site."""
        camera_id = counter_id
        if kind_of(counter_id) is CounterKind.ZONE:
            camera_id = self.sites.get_zone(counter_id, with_deleted=with_deleted).camera_id
        camera = self.sites.get_camera(camera_id, with_deleted=with_deleted)
        return Counter(counter_id, camera.site_id)

    def record_crossings(self, counter_id: str, crossings: Iterable[Crossing]) -> OccupancyChanged | None:
        """Enter a counter's crossings in its ledger and count those that its baseline does not contain.

        Any order, and any number of deliveries of the same crossing, give the same state. Returns the event
        to publish, also when all were known (the first time may have died before publishing); None if there
        were no crossings. When it raises, some may have been recorded: deliver all again.

        Raises Unavailable if the table was busy for too long.
        """
        counter, given = self.find_counter(counter_id, with_deleted=True), list(crossings)
        Recorder(self.store, self.backoff).record(counter, given)
        return changed_event(counter, given) if given else None

    def calibrate(self, counter_id: str, *, count: int, by: str, reason: str) -> Baseline:
        """Say how many are inside now; what happens later is counted from there. History is kept.

        Returns the baseline with the raw count that it replaced. Raises as `set_baseline_at`.
        """
        return self.set_baseline_at(counter_id, Baseline(count, self.clock(), by, reason))

    def set_baseline_at(self, counter_id: str, baseline: Baseline) -> Baseline:
        """Say how many were inside at a moment that is over.

        The same moment and count again change nothing. A moment before the newest baseline only enters the
        history. Returns the baseline as it is kept, with the raw count that it replaced.

        Raises:
            Malformed: the count, reason or moment is wrong.
            Conflict: another count was given for that very moment (`baseline_exists`).
            Unavailable: the table was busy for too long.
        """
        self._check_baseline(baseline)
        return Calibrator(self.store, self.backoff).set(self.find_counter(counter_id), baseline)

    def close_counter(self, counter_id: str, at: datetime, *, by: str = "floorsight") -> None:
        """Empty a camera, with its zones, or a zone that was deleted at a moment. Again changes nothing.

        Raises Unavailable if the table was busy for too long.
        """
        counter = self.find_counter(counter_id, with_deleted=True)
        gone = Baseline(0, at, by, f"the {counter.kind} was deleted")
        calibrator = Calibrator(self.store, self.backoff)
        calibrator.set(counter, gone)
        if counter.kind is CounterKind.CAMERA:
            for zone in self.sites.get_plan(counter_id, with_deleted=True).zones:
                if zone.deleted_at == at:  # with the camera; those deleted before were closed then
                    calibrator.set(Counter(zone.zone_id, counter.site_id), gone)

    def list_baselines(
        self, counter_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Baseline]:
        """The baselines that a counter was given, newest first. Raises Malformed (`bad_cursor`)."""
        self.find_counter(counter_id, with_deleted=True)
        return self.store.list_baselines(counter_id, newest_first=True, limit=limit, start_key=start_key)

    def get_camera_occupancy(self, camera_id: str) -> CameraOccupancy:
        """What is known of a camera now."""
        plan = self.sites.get_plan(camera_id)
        return self._describe(plan, self.store.load_count(Counter(camera_id, plan.camera.site_id)))

    def get_count(self, counter: Counter) -> Count:
        """A counter's count now, in one read; what is not known has the first one."""
        return self.store.load_count(counter)

    def get_zone_occupancy(self, zone_id: str) -> ZoneOccupancy:
        """What is known of a zone now."""
        counter = self.find_counter(zone_id)
        return ZoneOccupancy(self.sites.get_zone(zone_id), counter.site_id, self.store.load_count(counter))

    def get_site_occupancy(self, site_id: str) -> SiteOccupancy:
        """A site's cameras and zones, and the sum of its counting cameras. Raises NotFound (`unknown_site`).

        Negative raw numbers are summed as they are: people who came in by one door may leave by another.
        """
        site = self.sites.get_site(site_id)
        plans = [self.sites.get_plan(camera.camera_id) for camera in self.sites.list_cameras(site_id).items]
        counts = self.store.load_counts(site_id)
        cameras = [self._describe(plan, counts.get(plan.camera.camera_id, Count())) for plan in plans]
        zones = [
            ZoneOccupancy(zone, site_id, counts.get(zone.zone_id, Count()))
            for plan in plans
            for zone in plan.zones
        ]
        counting = [each.count for each in cameras if each.camera.counting]
        raw = sum(raw_count(count) for count in counting)
        total = sum((count.total for count in counting), Tally())
        return SiteOccupancy(site, tuple(cameras), tuple(zones), total, raw, shown_count(raw))

    def list_raw_counts(self, site_id: str) -> dict[str, int]:
        """The raw numbers of a site's counters by id, in one query; those of deleted ones may be among them.

        Counters where nothing was counted yet are missing.
        """
        return {name: raw_count(count) for name, count in self.store.load_counts(site_id).items()}

    def explain_count(
        self, counter_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Explanation:
        """A counter's baseline and the crossings since, oldest first, and the latest corrections.

        Raises Malformed (`bad_cursor`).
        """
        counter = self.find_counter(counter_id, with_deleted=True)
        count = self.store.load_count(counter)
        for _ in range(_EXPLAIN_ATTEMPTS):
            page = self.store.list_crossings(
                counter_id, after=count.baseline.at, limit=limit, start_key=start_key
            )
            # Count and list are read apart: read until no crossing came between, so that the sum is right.
            before, count = count, self.store.load_count(counter)
            if count == before:
                break
        corrections = self.store.list_baselines(counter_id, newest_first=True, limit=_CORRECTIONS_EXPLAINED)
        return Explanation(self.clock(), counter, count, page.items, page.next_key, tuple(corrections.items))

    def list_crossings(
        self, counter_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Crossing]:
        """A counter's crossings, newest first. Raises Malformed (`bad_cursor`)."""
        self.find_counter(counter_id, with_deleted=True)
        return self.store.list_crossings(counter_id, newest_first=True, limit=limit, start_key=start_key)

    def _describe(self, plan: CameraPlan, count: Count) -> CameraOccupancy:
        last_crossing_at = self.store.find_last_crossing_time(plan.camera.camera_id)
        return CameraOccupancy(plan.camera, plan.lines, count, last_crossing_at)

    def _check_baseline(self, baseline: Baseline) -> None:
        if not 0 <= baseline.count <= MAX_BASELINE:
            raise Malformed(f"count must be 0 to {MAX_BASELINE}", code="out_of_range", field="count")
        reason = baseline.reason
        if not 1 <= len(reason) <= MAX_REASON_LENGTH or reason != reason.strip() or not reason.isprintable():
            raise Malformed(
                f"reason must be 1 to {MAX_REASON_LENGTH} printable characters with no space around them",
                code="bad_text",
                field="reason",
            )
        if baseline.at > self.clock():
            raise Malformed("a baseline tells of a moment that is over", code="in_the_future", field="at")
