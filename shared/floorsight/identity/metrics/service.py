"""Reading what recognition took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from floorsight.identity.metrics.model import CameraDay
from floorsight.identity.metrics.store import MetricsStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Malformed
from floorsight.sites.model import Site
from floorsight.sites.service import SiteService

MAX_DAYS = 92
USUAL_DAYS = 7


def local_day(site: Site, moment: datetime) -> date:
    """The site's date at a moment."""
    return moment.astimezone(ZoneInfo(site.time_zone)).date()


@dataclass(frozen=True)
class MetricsService:
    """Use cases of the counters."""

    sites: SiteService
    store: MetricsStore
    clock: Clock = utc_now

    def list_days(
        self,
        site_id: str,
        *,
        first: date | None = None,
        last: date | None = None,
        camera_id: str | None = None,
    ) -> list[CameraDay]:
        """A site's days, or one camera's: until today, and a week of them, unless it is said.

        Raises NotFound (`unknown_site`); Malformed (`out_of_range`) for more than 92 days or none.
        """
        last = last or local_day(self.sites.get_site(site_id), self.clock())
        first = first or last - timedelta(days=min(USUAL_DAYS, last.toordinal()) - 1)
        if not 1 <= (last - first).days + 1 <= MAX_DAYS:
            raise Malformed(
                f"`from` must not be after `to`, and at most {MAX_DAYS} days are answered at once",
                code="out_of_range",
                field="from",
            )
        days = self.store.list_days(site_id, first, last)
        return [day for day in days if camera_id in (None, day.camera_id)]
