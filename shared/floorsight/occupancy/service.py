"""Counting crossings, and telling how many are inside."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from floorsight.occupancy.model import (
    Baseline,
    CameraOccupancy,
    Count,
    Crossing,
    Explanation,
    SiteOccupancy,
    Tally,
)
from floorsight.occupancy.rules import count_crossings, raw_count, shown_count
from floorsight.occupancy.store import (
    MAX_CROSSINGS_PER_WRITE,
    CountChanged,
    CrossingsKnown,
    OccupancyStore,
)
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.items import Item
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Page
from floorsight.sites.model import Camera
from floorsight.sites.service import SiteService

_log = logging.getLogger(__name__)
_EXPLAIN_ATTEMPTS = 3


@dataclass(frozen=True)
class OccupancyService:
    """Use cases of the occupancy room."""

    sites: SiteService
    store: OccupancyStore
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def record_crossings(self, camera_id: str, crossings: Iterable[Crossing]) -> None:
        """Enter a camera's crossings in its ledger and count those that its baseline does not contain.

        Any order, and any number of deliveries of the same crossing, give the same state. When it raises,
        some of them may have been recorded: deliver all again.

        Raises:
            NotFound: the camera is not registered (`unknown_camera`).
            Unavailable: the table was busy for too long.
        """
        camera = self.sites.get_camera(camera_id)
        distinct = iter({crossing.crossing_id: crossing for crossing in crossings}.values())
        while batch := list(islice(distinct, MAX_CROSSINGS_PER_WRITE)):
            self._record_batch(camera, batch)

    def _record_batch(self, camera: Camera, batch: Sequence[Crossing]) -> None:
        remaining = list(batch)
        fault: Exception | None = None
        for _ in self.backoff.tries():
            try:
                while remaining:
                    remaining = self._record_once(camera, remaining)
                return
            except (CountChanged, Unavailable) as error:
                fault = error
        raise Unavailable(
            f"{len(remaining)} crossings of camera {camera.camera_id} could not be recorded: {fault}"
        ) from fault

    def _record_once(self, camera: Camera, crossings: list[Crossing]) -> list[Crossing]:
        """One transaction; returns the crossings still to be written, fewer than there were."""
        loaded = self.store.load_count(camera.site_id, camera.camera_id)
        change = count_crossings(loaded.baseline, crossings)
        try:
            self.store.record(camera.site_id, loaded, change, crossings)
        except CrossingsKnown as known:
            _log.info(
                "crossings delivered again",
                extra={"camera": camera.camera_id, "known": len(known.crossing_ids)},
            )
            return [crossing for crossing in crossings if crossing.crossing_id not in known.crossing_ids]
        return []

    def set_baseline(self, camera_id: str, *, count: int, by: str, reason: str) -> Baseline:
        """Say how many are inside now; what happens later is counted from there. History is kept.

        Raises:
            NotFound: the camera is not registered (`unknown_camera`).
            Malformed: a negative count.
            Unavailable: the table was busy for too long.
        """
        if count < 0:
            raise Malformed("count must be 0 or more", code="out_of_range", field="count")
        camera = self.sites.get_camera(camera_id)
        baseline = Baseline(count, self.clock(), by, reason)
        fault: Exception | None = None
        for _ in self.backoff.tries():
            try:
                self._apply_baseline(camera, baseline)
                return baseline
            except (CountChanged, Unavailable) as error:
                fault = error
        raise Unavailable(f"the baseline of camera {camera_id} could not be set: {fault}") from fault

    def _apply_baseline(self, camera: Camera, baseline: Baseline) -> None:
        loaded = self.store.load_count(camera.site_id, camera.camera_id)
        if baseline.at < loaded.baseline.at:
            self.store.keep_baseline(camera.camera_id, baseline)
            return
        since = self.store.list_crossings(camera.camera_id, after=baseline.at).items
        new = replace(count_crossings(baseline, since), baseline_revision=loaded.baseline_revision + 1)
        self.store.set_baseline(camera.site_id, camera.camera_id, loaded, new)

    def get_camera_occupancy(self, camera_id: str) -> CameraOccupancy:
        """What is known of a camera now. Raises NotFound (`unknown_camera`)."""
        camera = self.sites.get_camera(camera_id)
        return self._describe(camera, self.store.load_count(camera.site_id, camera_id))

    def get_site_occupancy(self, site_id: str) -> SiteOccupancy:
        """A site's cameras and their sum. Raises NotFound (`unknown_site`).

        Negative raw numbers are summed as they are: people who came in by one door may leave by another.
        """
        site = self.sites.get_site(site_id)
        cameras = self.sites.list_cameras(site_id).items
        counts = self.store.load_counts(site_id)
        described = [self._describe(camera, counts.get(camera.camera_id, Count())) for camera in cameras]
        raw = sum(raw_count(each.count) for each in described)
        total = sum((each.count.total for each in described), Tally())
        return SiteOccupancy(site, tuple(described), total, raw, shown_count(raw))

    def explain_count(
        self, camera_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Explanation:
        """A camera's baseline and the crossings since, oldest first.

        Raises NotFound (`unknown_camera`) or Malformed (`bad_cursor`).
        """
        camera = self.sites.get_camera(camera_id)
        count = self.store.load_count(camera.site_id, camera_id)
        for _ in range(_EXPLAIN_ATTEMPTS):
            page = self.store.list_crossings(
                camera_id, after=count.baseline.at, limit=limit, start_key=start_key
            )
            # Count and list are read apart: read until no crossing came between, so that the sum is right.
            before, count = count, self.store.load_count(camera.site_id, camera_id)
            if count == before:
                break
        return Explanation(self.clock(), camera_id, count, page.items, page.next_key)

    def list_crossings(
        self, camera_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Crossing]:
        """A camera's crossings, newest first.

        Raises NotFound (`unknown_camera`) or Malformed (`bad_cursor`).
        """
        self.sites.get_camera(camera_id)
        return self.store.list_crossings(camera_id, newest_first=True, limit=limit, start_key=start_key)

    def _describe(self, camera: Camera, count: Count) -> CameraOccupancy:
        return CameraOccupancy(
            camera=camera,
            lines=self.sites.get_plan(camera.camera_id).lines,
            count=count,
            last_crossing_at=self.store.find_last_crossing_time(camera.camera_id),
        )
