"""The gates' log, visits and who is on the site, for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from floorsight.events.vehicles import Verdict
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Item
from floorsight.platform.retry import Backoff
from floorsight.platform.snapshot import read_unchanged
from floorsight.platform.table import Page
from floorsight.sites.service import SiteService
from floorsight.vehicles.gate.items import KEPT
from floorsight.vehicles.gate.log import GateLog, PlateVisit, Slice
from floorsight.vehicles.gate.model import Evidence, GateDecision
from floorsight.vehicles.gate.overriding import find_decided
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.gate.visits import VisitState


@dataclass(frozen=True)
class LogFilter:
    """Which decisions are wanted: those that are all that is given here.

    `plate` is as its format has it. Those with an alarm raised one at any of their readings.
    """

    plate: str | None = None
    gate_id: str | None = None
    verdict: Verdict | None = None
    has_alarm: bool | None = None
    is_overridden: bool | None = None

    def wants(self, decided: GateDecision) -> bool:
        return (
            self.gate_id in (None, decided.gate_id)
            and self.verdict in (None, decided.decision.verdict)
            and self.has_alarm in (None, bool(decided.alarms))
            and self.is_overridden in (None, bool(decided.overrides))
        )


@dataclass(frozen=True)
class VisitFilter:
    """Which visits are wanted: those that are all that is given here. At `gate_id` they begin or end."""

    plate: str | None = None
    gate_id: str | None = None
    state: VisitState | None = None
    admitted: bool | None = None

    def wants(self, found: PlateVisit) -> bool:
        visit = found.visit
        return (
            (self.gate_id is None or self.gate_id in {each.gate_id for each in visit.passages})
            and self.state in (None, visit.state)
            and self.admitted in (None, visit.admitted)
        )


@dataclass(frozen=True)
class GateLists:
    """Reads, newest first. Errors: NotFound (`unknown_site`, `unknown_decision`), Malformed (`bad_cursor`).

    A page may be short, even empty, and yet not be the last. A plate's lists are read consistently, a site's
    are a moment late. What is no longer kept is not shown.
    """

    store: GateStore
    sites: SiteService
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def list_decisions(self, site_id: str, wanted: LogFilter, part: Slice) -> Page[GateDecision]:
        """Decisions by when their vehicle was seen first."""
        self.sites.get_site(site_id, with_deleted=True)
        return self._log.list_decisions(site_id, wanted.plate, self._kept(part), wanted.wants)

    def get_evidence(self, decision_id: str) -> Evidence:
        """A decision with all readings of its passage, both of one moment.

        Raises Unavailable: something new came each time, or the table did not answer; ask again.
        """
        decided, readings = read_unchanged(  # a reading changes how many there are
            lambda: find_decided(self.store, decision_id, self.clock()),
            self.store.list_readings,
            tries=self.backoff.tries(),
            unavailable=Unavailable("the decision changed each time that it was read: ask again"),
        )
        return Evidence(decided, tuple(readings))

    def list_visits(self, site_id: str, wanted: VisitFilter, part: Slice) -> Page[PlateVisit]:
        """Visits by when they began."""
        self.sites.get_site(site_id, with_deleted=True)
        return self._log.list_visits(site_id, wanted.plate, self._kept(part), wanted.wants)

    def list_on_site(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[PlateVisit]:
        """Vehicles that were let in and have not gone, by plate; read consistently."""
        self.sites.get_site(site_id)
        page = self._log.list_on_site(site_id, limit=limit, start_key=start_key)
        kept_since = self.clock() - KEPT
        kept = [each for each in page.items if each.visit.passages[-1].last_seen > kept_since]
        return Page(kept, page.next_key)

    @property
    def _log(self) -> GateLog:
        return GateLog(self.store.table)

    def _kept(self, part: Slice) -> Slice:
        """Without what is over, whether or not it is deleted yet."""
        kept_since = self.clock() - KEPT
        return replace(part, since=max(part.since, kept_since) if part.since else kept_since)
