"""A guard opens or refuses, whatever the gate has decided."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from floorsight.events.vehicles import OverrideAction
from floorsight.platform.bus import Bus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import TransactionRefused
from floorsight.sites.fields import check_text
from floorsight.vehicles.gate.items import KEPT
from floorsight.vehicles.gate.model import GateDecision, Override
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.gate.telling import describe_override

MAX_OVERRIDES = 20  # of a passage, which is one item


@dataclass(frozen=True)
class OverridingService:
    """The use case of an override: kept beside the decision, which stays, and told."""

    store: GateStore
    bus: Bus
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def override(
        self,
        decision_id: str,
        action: OverrideAction,
        reason: str,
        *,
        by: str,
        revision: int | None = None,
        known: int = 0,
    ) -> GateDecision:
        """Open or refuse: once a passage, once more after a graver alarm, and to correct what was done.

        The very same again changes nothing, and is told again. Who is refused has not come in: a visit that
        the gate had counted is the visitor's again. Who is opened for uses a visit, if one is left.
        `revision` is that of the decision as the guard saw it, `known` how many overrides it had then: what
        somebody else has done since is not undone unseen.

        Raises:
            NotFound: `unknown_decision`.
            Malformed: `bad_text`, of the reason.
            Conflict: `already_overridden`, by one that is not known; `decided_anew`, since they saw it;
                `too_many_overrides`.
            Unavailable: something did not answer; the same call may succeed later.
        """
        check_text("reason", reason)
        done = self.backoff.until_done(
            lambda: self._override_once(decision_id, action, reason, by, revision, known),
            passing=(TransactionRefused, Unavailable),
            failure="the override could not be written",
        )
        told = done.override
        if told is not None:
            self.bus.publish([describe_override(done, told, self.clock()).to_message()])
        return done

    def _override_once(
        self,
        decision_id: str,
        action: OverrideAction,
        reason: str,
        by: str,
        revision: int | None,
        known: int,
    ) -> GateDecision:
        found = find_decided(self.store, decision_id, self.clock())
        book = self.store.load_book(found.site_id, found.subject)
        found = find_decided(self.store, decision_id, self.clock())  # not older than the book
        if found.override is not None:
            if (found.override.action, found.override.reason, found.override.by) == (action, reason, by):
                return found
            if known != len(found.overrides):
                raise _overridden(found.override, len(found.overrides))
        if len(found.overrides) >= MAX_OVERRIDES:
            raise Conflict(
                f"this passage was overridden {MAX_OVERRIDES} times: it stays so", code="too_many_overrides"
            )
        # Passages that turned out to be one have one's decision, whose revision may be the same number.
        if revision is not None and (decision_id, revision) != (found.decision_id, found.revision):
            raise Conflict(
                "the gate has decided anew since: look at its decision as it is now", code="decided_anew"
            )
        override = Override(action, reason, by, self.clock(), found.gravest)
        visit_used = self._find_visit(found) if action is OverrideAction.OPEN else None
        overridden = replace(found, overrides=(*found.overrides, override), visit_used=visit_used)
        after = overridden.with_passage(found.passage)
        change = self.store.plan(book, [found], after)
        expected = found.expected
        limits = {expected.vehicle_id: expected.max_visits} if expected and expected.max_visits else {}
        self.store.commit(replace(change, limits=limits))
        return after

    def _find_visit(self, found: GateDecision) -> str | None:
        """The entry of which the passage uses a visit once it is let in; None if none has one left."""
        expected = found.expected
        if found.visit_used or expected is None:
            return found.visit_used
        if expected.max_visits is None:
            return expected.vehicle_id
        used = self.store.count_visits([expected.vehicle_id])[expected.vehicle_id]
        return expected.vehicle_id if used < expected.max_visits else None


def find_decided(store: GateStore, decision_id: str, now: datetime) -> GateDecision:
    """Raises NotFound (`unknown_decision`), also when it is no longer kept."""
    found = store.find_decision(decision_id)
    if found is None or now >= found.passage.last_seen + KEPT:
        raise NotFound(
            f"there is no decision {decision_id}, or it is no longer kept", code="unknown_decision"
        )
    return found


def _overridden(override: Override, number: int) -> Conflict:
    did = {OverrideAction.OPEN: "opened", OverrideAction.REFUSE: "refused"}[override.action]
    return Conflict(
        f"{override.by} has {did} already ({override.reason}). To do otherwise all the same, say that you "
        f"know of it: known_overrides {number}",
        code="already_overridden",
    )
