"""HR's digest: once a day, whose punches are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from floorsight.alerts.model import AlertKind, Concern, Finding, Severity
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.people.store import PeoplePolicyStore
from floorsight.attendance.model import Record, Status
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.local_time import instant_at
from floorsight.sites.service import SiteService

LASTS = timedelta(days=1)  # the next digest says what is still missing
DAYS_BACK = 7
MAX_NAMED = 20
# The records of a site whose shifts begin on a local date.
ListRecords = Callable[[str, date], Iterable[Record]]


@dataclass(frozen=True)
class MissingPunches:
    """Use case of the clock. A punch stays in the digests of a week until it is corrected."""

    teller: Teller
    sites: SiteService
    policies: PeoplePolicyStore
    list_records: ListRecords

    def tell_digest(self, site_id: str) -> Mapping[str, int]:
        """Tell what is missing, once a local day, from the site's hour on; how many digests were sent.

        Raises NotFound (`unknown_site`) or Unavailable.
        """
        at = self.policies.find(site_id).digest_at
        if at is None:
            return {}
        zone = ZoneInfo(self.sites.get_site(site_id).time_zone)
        now = self.teller.alerts.clock()
        today = now.astimezone(zone).date()
        if now < instant_at(today, at, zone):
            return {}
        told = self.teller.tell_once(
            site_id,
            AlertKind.MISSING_PUNCHES,
            today.isoformat(),
            lambda: self._describe(site_id, today),
            lasts=LASTS,
        )
        return {"digests": 1} if told else {}

    def _describe(self, site_id: str, today: date) -> Finding | None:
        days = [today - timedelta(days=back) for back in range(DAYS_BACK, -1, -1)]
        missing = [record for day in days for record in self.list_records(site_id, day) if is_missing(record)]
        if not missing:
            return None
        return Finding(
            Concern(AlertKind.MISSING_PUNCHES, site_id, SubjectKind.SITE, site_id),
            self.sites.get_site(site_id).name,
            Severity.NOTICE,
            over=False,
            text=write_digest(missing),
            numbers={"records": len(missing), "days": DAYS_BACK},
        )


def is_missing(record: Record) -> bool:
    """Whether a record that can't change by itself any more lacks a punch."""
    return record.closed and Status.MISSING_PUNCH in record.statuses


def write_digest(records: list[Record]) -> str:
    """Employee, date and shift of each, by date; of very many the first. Names stay in the system."""
    ordered = sorted(
        records, key=lambda r: (r.instance.local_date, r.instance.employee_id, r.instance.starts_at)
    )
    named = [record.instance for record in ordered[:MAX_NAMED]]
    lines = [f"{each.local_date.isoformat()} {each.employee_id} ({each.shift.name})" for each in named]
    more = f"; and {len(ordered) - MAX_NAMED} more" if len(ordered) > MAX_NAMED else ""
    return f"{len(ordered)} shifts of the last {DAYS_BACK} days lack a punch: {'; '.join(lines)}{more}"
