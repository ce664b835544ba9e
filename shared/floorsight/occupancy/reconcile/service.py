"""Reconciling a site when its quiet hour has come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from floorsight.occupancy.model import Baseline
from floorsight.occupancy.reconcile.model import Reconciliation
from floorsight.occupancy.reconcile.rules import due_date
from floorsight.occupancy.reconcile.store import ReconcileStore
from floorsight.occupancy.service import OccupancyService
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item
from floorsight.platform.local_time import instant_at
from floorsight.platform.observability import emit_metrics
from floorsight.platform.table import Page
from floorsight.sites.model import Site
from floorsight.sites.service import SiteService

AUTHOR = "floorsight"


@dataclass(frozen=True)
class ReconcileService:
    """Use cases of reconciling. Any number of runs, one after another, at once, or one that died halfway,
    end in the same baselines and one record a local date."""

    sites: SiteService
    occupancy: OccupancyService
    store: ReconcileStore
    clock: Clock = utc_now

    def reconcile_site(self, site_id: str) -> Reconciliation | None:
        """Make the site's counters 0 at its latest quiet instant; None if that is done already.

        The baselines hold for that instant, not for now: who has come in since stays counted. They come
        first, and the record that the date is done last, so that a run that died is finished by the next.

        Raises:
            NotFound: there is no such site (`unknown_site`).
            Unavailable: the table was busy for too long.
        """
        site = self.sites.get_site(site_id)
        zone = ZoneInfo(site.time_zone)
        due = due_date(site.quiet_hour, zone, self._last_done(site_id), self.clock())
        if due is None:
            return None
        quiet_at = instant_at(due, site.quiet_hour, zone)
        found = {} if site.always_open else self._empty_counters(site, due, quiet_at)
        drifts = {counter_id: drift for counter_id, drift in found.items() if drift}
        done = Reconciliation(
            site_id, due, quiet_at, self.clock(), site.always_open, counters=len(found), drifts=drifts
        )
        if self.store.add(done):
            emit_metrics({"CountDrift": done.camera_drift}, dimensions={"site": site_id})
        return done

    def list_reconciliations(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Reconciliation]:
        """A site's reconciliations, newest first. Raises Malformed (`bad_cursor`)."""
        return self.store.list_newest(site_id, limit=limit, start_key=start_key)

    def _last_done(self, site_id: str) -> date | None:
        newest = self.store.list_newest(site_id, limit=1).items
        return newest[0].local_date if newest else None

    def _empty_counters(self, site: Site, local_date: date, quiet_at: datetime) -> dict[str, int]:
        """What each counter had too many of at the quiet instant, by its id."""
        reason = f"nobody is inside at {site.quiet_hour.isoformat('minutes')} on {local_date.isoformat()}"
        wanted = Baseline(0, quiet_at, AUTHOR, reason)
        found: dict[str, int] = {}
        for counter_id in self._list_counters(site.site_id, quiet_at):
            try:
                kept = self.occupancy.set_baseline_at(counter_id, wanted)
            except Conflict as error:
                if error.code != "baseline_exists":
                    raise
                continue  # somebody counted heads at that very moment, and knows better
            found[counter_id] = kept.replaced_raw or 0
        return found

    def _list_counters(self, site_id: str, quiet_at: datetime) -> Iterator[str]:
        """The site's cameras and zones, but for cameras that did not exist at that instant yet."""
        for camera in self.sites.list_cameras(site_id).items:
            if camera.created_at <= quiet_at:
                yield camera.camera_id
                yield from (zone.zone_id for zone in self.sites.get_plan(camera.camera_id).zones)
