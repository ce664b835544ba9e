"""Raising, telling and resolving alerts."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from floorsight.alerts.lifecycle import (
    Action,
    Decision,
    acknowledge,
    begin_alert,
    begin_of_ids,
    claim_next,
    decide,
    escalate,
    expire,
    find_claimed,
    hand_over,
    mark_sent,
    resolve_by_person,
    resolve_over,
    site_of,
    snooze,
    take_back,
    unknown_alert,
    wake,
)
from floorsight.alerts.model import Alert, AlertPolicy, AlertState, Concern, Finding, Latch
from floorsight.alerts.notifications import compose_notice
from floorsight.alerts.store import AlertChanged, AlertStore, LatchChange
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import NotFound, Unavailable
from floorsight.platform.items import Item
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Page, Range
from floorsight.platform.topics import Topic
from floorsight.sites.service import SiteService

_log = logging.getLogger(__name__)
Change = Callable[[Alert], Alert]
# What there is to say of a site now; called with its latches, loaded before anything is looked at.
Look = Callable[[Mapping[Concern, Latch]], Iterable[Finding]]
Done = tuple[Action, str | None]  # what was done, and the alert's id; None where only a latch was changed


def new_claimant() -> str:
    """A name that nobody else has."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class AlertService:
    """Use cases of the alerts room. An alert is written first, then told, then marked as told."""

    sites: SiteService
    store: AlertStore
    topic: Topic
    clock: Clock = utc_now
    policy: AlertPolicy = field(default_factory=AlertPolicy)
    backoff: Backoff = field(default_factory=Backoff)
    new_claimant: Callable[[], str] = new_claimant

    def record_and_send(self, site_id: str, look: Look) -> Mapping[str, int]:
        """Record what is found at a site, and tell what is due.

        Returns how many alerts were raised, escalated, resolved, and how many notices were `sent`. Raises as
        `record_findings` and `send_due` do.
        """
        done = self.record_findings(site_id, look)
        sent = self.send_due(site_id, [alert_id for _, alert_id in done if alert_id])
        return Counter(_PAST[action] for action, _ in done) + Counter(sent=sent)

    def record_findings(self, site_id: str, look: Look) -> list[Done]:
        """Raise, escalate and resolve what is found at a site; nothing is sent yet.

        What was found before somebody else changed a latch says nothing of what is so since: latches are
        loaded before the look, and when one has changed by the time of writing, all is looked at again.

        The same findings again change nothing. Returns what was done, in order.
        Raises what `look` raises, and Unavailable when the table was busy for too long.
        """
        fault: Exception | None = None
        done: list[Done] = []
        for _ in self.backoff.tries():
            latches = self.store.load_latches(site_id)
            findings = list(look(latches))
            try:
                for finding in findings:
                    done.extend(self._record(finding, latches.get(finding.concern, Latch())))
                return done
            except (AlertChanged, Unavailable) as error:
                fault = error
        raise Unavailable(f"alerts of {site_id} could not be recorded: {fault}") from fault

    def _record(self, finding: Finding, latch: Latch) -> list[Done]:
        """What was done, if anything. Raises AlertChanged or Unavailable."""
        decision = decide(latch, finding, self.clock(), self.policy)
        if decision.action is Action.NOTHING:
            return []
        return [(decision.action, self._carry_out(latch, decision, finding))]

    def _carry_out(self, latch: Latch, decision: Decision, finding: Finding) -> str | None:
        """The id of the alert that was changed; None where only the latch was."""
        now, change = self.clock(), LatchChange(finding.concern, latch, decision.latch)
        if decision.action is Action.REARM:
            self.store.save_latch(change)
            return None
        if decision.action is Action.RAISE:
            severity = decision.latch.severity
            assert severity is not None  # noqa: S101 - to raise is to have one
            alert = begin_alert(finding, severity, decision.latch, now)
            pointing = replace(decision.latch, alert_id=alert.alert_id)
            self.store.save(None, alert, replace(change, changed=pointing))
        else:
            loaded = self._load(finding.concern.site_id, str(latch.alert_id))
            alter = escalate if decision.action is Action.ESCALATE else resolve_over
            alert = alter(loaded, finding, now)
            self.store.save(loaded, alert, change)
        _log.info(
            "alert changed",
            extra={"alert": alert.alert_id, "action": decision.action.value, "found": finding.text},
        )
        return alert.alert_id

    def send_due(self, site_id: str, changed: Sequence[str] = ()) -> int:
        """Send what a site's alerts have to tell, and end what has its time; returns how many were sent.

        First the alerts that were just `changed`, by key, as the index may not show them yet; then what
        others left. What could not be sent stays due. Raises Unavailable (`topic`) after trying all.
        """
        sent, fault = 0, None
        for alert_id in self._list_due(site_id, changed):
            try:
                sent += self._send_steps(site_id, alert_id)
            except Unavailable as error:
                fault = error
        if fault is not None:
            raise fault
        return sent

    def _list_due(self, site_id: str, changed: Sequence[str]) -> Iterator[str]:
        yield from dict.fromkeys(changed)
        now = self.clock()
        due = (alert for alert in self.store.list_unfinished(site_id) if alert.has_business_at(now))
        yield from (alert.alert_id for alert in due if alert.alert_id not in changed)

    def _send_steps(self, site_id: str, alert_id: str) -> int:
        """Claim, publish and mark step by step; after a crash between them a step is sent again."""
        sent, claimant = 0, self.new_claimant()
        while True:
            alert = self._change(
                site_id, alert_id, lambda each: claim_next(settle(each, self.clock()), self.clock(), claimant)
            )
            step = find_claimed(alert, claimant)
            if step is None:
                return sent
            self.topic.publish(compose_notice(alert, step, self._zone_of(site_id)))
            self._change(site_id, alert_id, lambda each: mark_sent(each, claimant, self.clock()))
            sent += 1

    def _zone_of(self, site_id: str) -> ZoneInfo:
        try:
            return ZoneInfo(self.sites.get_site(site_id).time_zone)
        except NotFound:  # deleted since
            return ZoneInfo("UTC")

    def acknowledge(self, alert_id: str, *, by: str) -> Alert:
        """Somebody takes care of it. Raises NotFound (`unknown_alert`) or Conflict (`alert_resolved`)."""
        return self._change(
            site_of(alert_id), alert_id, lambda alert: acknowledge(alert, self.clock(), by=by)
        )

    def snooze(self, alert_id: str, *, until: datetime, by: str) -> Alert:
        """Send nothing about it before `until`. Raises NotFound, Conflict or Malformed (`bad_snooze`)."""
        return self._change(
            site_of(alert_id), alert_id, lambda alert: snooze(alert, self.clock(), until=until, by=by)
        )

    def resolve(self, alert_id: str, *, by: str, note: str = "") -> Alert:
        """A person ends it. The condition raises no other alert before it was over, unless it gets worse.

        Raises NotFound (`unknown_alert`), Conflict (`alert_resolved`) or Malformed (`bad_note`).
        """
        site_id = site_of(alert_id)
        self._change(
            site_id,
            alert_id,
            lambda alert: resolve_by_person(alert, self.clock(), by=by, note=note),
            release=True,
        )
        try:
            self._send_steps(site_id, alert_id)
        except Unavailable:
            _log.warning("resolved, to be told later", exc_info=True, extra={"alert": alert_id})
        return self._load(site_id, alert_id)

    def take_back(self, alert_id: str, text: str) -> None:
        """What an occurrence's alert said was wrong: whoever was told of it is told that, if it is alive.

        Raises NotFound (`unknown_alert`) or Unavailable: the same may be tried again.
        """
        site_id = site_of(alert_id)
        self._change(site_id, alert_id, lambda alert: take_back(alert, text, self.clock()))
        self._send_steps(site_id, alert_id)

    def _change(self, site_id: str, alert_id: str, change: Change, *, release: bool = False) -> Alert:
        """Load, change and save an alert until nobody comes between; with `release`, let its latch go."""
        fault: Exception | None = None
        changed: Alert | None = None
        for _ in self.backoff.tries():
            loaded = self._load(site_id, alert_id)
            if loaded == changed:  # it was written, and only the answer got lost
                return loaded
            changed = change(loaded)
            if changed == loaded:
                return loaded
            try:
                latch = self._let_go(loaded) if release and not loaded.is_occurrence else None
                self.store.save(loaded, changed, latch)
                return changed
            except (AlertChanged, Unavailable) as error:
                fault = error
        raise Unavailable(f"alert {alert_id} could not be changed: {fault}") from fault

    def _let_go(self, alert: Alert) -> LatchChange:
        latch = self.store.load_latch(alert.concern)
        return LatchChange(alert.concern, latch, hand_over(latch))

    def get_alert(self, alert_id: str) -> Alert:
        """Raises NotFound (`unknown_alert`)."""
        return self._load(site_of(alert_id), alert_id)

    def _load(self, site_id: str, alert_id: str) -> Alert:
        alert = self.store.find(site_id, alert_id)
        if alert is None:
            raise unknown_alert(alert_id)
        return alert

    def list_alerts(
        self,
        site_id: str,
        *,
        limit: int,
        states: Iterable[AlertState] = tuple(AlertState),
        begin: datetime | None = None,
        end: datetime | None = None,
        start_key: Item | None = None,
    ) -> Page[Alert]:
        """A site's alerts that were raised from `begin` until before `end`, newest first.

        Raises NotFound (`unknown_site`) or Malformed (`bad_cursor`).
        """
        self.sites.get_site(site_id)
        wanted = Range(
            after=begin_of_ids(site_id, begin) if begin else None,
            until=begin_of_ids(site_id, end) if end else None,
        )
        return self.store.list_alerts(
            site_id, states=frozenset(states), wanted=wanted, limit=limit, start_key=start_key
        )


def settle(alert: Alert, now: datetime) -> Alert:
    """The alert after what the clock does to it: a snooze ends, and an occurrence's alert does."""
    return expire(wake(alert, now), now)


_PAST = {
    Action.RAISE: "raised",
    Action.ESCALATE: "escalated",
    Action.RESOLVE: "resolved",
    Action.REARM: "rearmed",
}
