"""Removing a plate, wherever gates have kept it.

All of it may be interrupted: everything is found by the plate, and what leads to the rest goes last, so that
asking again goes on.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.ids import derived_id
from floorsight.platform.objects import ObjectStore
from floorsight.sites.service import SiteService
from floorsight.vehicles.erasing.listings import ListingTraces
from floorsight.vehicles.erasing.model import PlateErasure, PlateTrace
from floorsight.vehicles.erasing.store import PlateErasureStore, Traces, TraceStore
from floorsight.vehicles.gate.changes import PLATE
from floorsight.vehicles.gate.items import PASSAGE, READING, VISIT
from floorsight.vehicles.gate.subjects import name_text
from floorsight.vehicles.plates import clean

LONGEST_SECONDS = 10.0  # of the 29 s that the API's function may run
UNFINISHED = "erasure_unfinished"
# Takes a plate out of the words of a site's alerts; returns of how many. Raises Unavailable.
ForgetInAlerts = Callable[[str, str], int]


@dataclass(frozen=True)
class PlateErasureService:
    """Use cases of erasing a plate that is on no list of the site."""

    sites: SiteService
    traces: TraceStore
    listings: ListingTraces
    objects: ObjectStore
    store: PlateErasureStore
    forget_in_alerts: ForgetInAlerts
    clock: Clock = utc_now
    monotonic: Callable[[], float] = time.monotonic

    def erase(self, site_id: str, plate: str, *, by: str) -> PlateErasure:
        """Remove all that is kept of a plate, or of a text as it was read.

        Raises NotFound (`unknown_site`), Malformed (`no_plate`), Conflict (`still_listed`,
        `erased_meanwhile`), Unavailable (`erasure_unfinished` among others: ask again, and it goes on).
        """
        self.sites.get_site(site_id, with_deleted=True)
        text = clean(plate)
        if not text:
            raise Malformed("a plate has letters or digits", code="no_plate", field="plate")
        self.listings.check_unlisted(site_id, text)
        ends_at = self.monotonic() + LONGEST_SECONDS
        erasure = self._begin(site_id, text, by)
        for subject in (PLATE + text, name_text(text)):
            while not self.traces.close(site_id, subject):
                if self.monotonic() >= ends_at:
                    raise Unavailable(
                        "there is more of this plate than can be removed at once; ask again, and it goes on",
                        code=UNFINISHED,
                    )
                erasure = self._remove_page(erasure, subject, text)
        erasure = self._count(erasure, {PlateTrace.ALERTS: self.forget_in_alerts(site_id, text)})
        erasure = self._count(erasure, {PlateTrace.LISTINGS: self.listings.remove(site_id, text)})
        return self.store.save(replace(erasure, finished_at=self.clock()))

    def list_erasures(self, site_id: str) -> list[PlateErasure]:
        """A site's reports, newest first. Raises NotFound (`unknown_site`)."""
        self.sites.get_site(site_id, with_deleted=True)
        return self.store.list_erasures(site_id)

    def _begin(self, site_id: str, text: str, by: str) -> PlateErasure:
        digest = derived_id("plate_erasure", site_id, text)
        known = self.store.find_unfinished(site_id, digest)
        return known or self.store.save(PlateErasure(site_id, digest, by, self.clock()))

    def _remove_page(self, erasure: PlateErasure, subject: str, text: str) -> PlateErasure:
        traces: Traces = self.traces.load_page(erasure.site_id, subject)
        if not traces.items:  # only the book was left, and somebody wrote in it
            return erasure
        pictures = traces.picture_keys
        self.objects.delete(pictures)
        self.traces.remove(erasure.site_id, subject, text, traces)
        return self._count(
            erasure,
            {
                PlateTrace.PASSAGES: traces.count(PASSAGE),
                PlateTrace.READINGS: traces.count(READING),
                PlateTrace.VISITS: traces.count(VISIT),
                PlateTrace.PICTURES: len(pictures),
            },
        )

    def _count(self, erasure: PlateErasure, more: dict[PlateTrace, int]) -> PlateErasure:
        removed = Counter(erasure.removed)
        removed.update({kind.value: number for kind, number in more.items() if number})
        return self.store.save(replace(erasure, removed=dict(removed)))
