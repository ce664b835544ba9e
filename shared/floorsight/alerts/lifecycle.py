"""What becomes of an alert: decisions about latches, and an alert's changes. Pure; time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from floorsight.alerts.model import (
    MAX_NOTE_LENGTH,
    MAX_SNOOZE,
    Alert,
    AlertPolicy,
    AlertState,
    Concern,
    Delivery,
    Finding,
    Latch,
    Severity,
    Step,
    StepName,
)
from floorsight.platform.clock import to_sort_key
from floorsight.platform.errors import Conflict, Malformed, NotFound
from floorsight.platform.ids import derived_id

# Longer than publishing one notice takes with its repetitions. Functions that send may run longer: a claim is
# taken anew for each step, just before it is published. Whoever is held up for longer may tell what another
# has told meanwhile; receivers know it by the message's id.
CLAIM = timedelta(seconds=60)
_WITHOUT_MARKS = str.maketrans("", "", "-:.")
AUTOMATIC = "floorsight"  # who resolves an alert whose condition is over


class Action(StrEnum):
    """What a finding asks for."""

    NOTHING = "nothing"
    RAISE = "raise"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    REARM = "rearm"  # the episode is over, and its alert was resolved by a person before


@dataclass(frozen=True)
class Decision:
    """What to do, and the latch afterwards."""

    action: Action
    latch: Latch


def decide(latch: Latch, finding: Finding, now: datetime, policy: AlertPolicy) -> Decision:
    """What a finding asks for, given the episode so far.

    A condition that returns within the cooldown raises nothing until the cooldown is over, unless it is worse
    than the last time.
    """
    if latch.severity is None:
        if finding.severity is None or _cools_down(latch, finding.severity, now, policy):
            return Decision(Action.NOTHING, latch)
        return Decision(Action.RAISE, _next(latch, severity=finding.severity))
    if finding.severity is not None and finding.severity.rank > latch.severity.rank:
        action = Action.ESCALATE if latch.alert_id else Action.RAISE
        return Decision(action, _next(latch, severity=finding.severity))
    if finding.over:
        action = Action.RESOLVE if latch.alert_id else Action.REARM
        return Decision(action, release(latch, now))
    return Decision(Action.NOTHING, latch)


def release(latch: Latch, now: datetime) -> Latch:
    """The latch after its episode."""
    return _next(latch, severity=None, alert_id=None, released_at=now, released_severity=latch.severity)


def hand_over(latch: Latch) -> Latch:
    """The latch after a person resolved its alert while the condition may still hold."""
    return _next(latch, alert_id=None)


def _next(latch: Latch, **changes: object) -> Latch:
    return replace(latch, revision=latch.revision + 1, **changes)  # type: ignore[arg-type]


def _cools_down(latch: Latch, severity: Severity, now: datetime, policy: AlertPolicy) -> bool:
    if latch.released_severity is not None and severity.rank > latch.released_severity.rank:
        return False
    return latch.released_at is not None and now < latch.released_at + policy.cooldown


def begin_alert(finding: Finding, severity: Severity, latch: Latch, now: datetime) -> Alert:
    """A new alert of what was found; `latch` is as `decide` left it."""
    return Alert(
        alert_id=make_alert_id(finding.concern, latch.revision, now),
        concern=finding.concern,
        subject_name=finding.subject_name,
        state=AlertState.OPEN,
        severity=severity,
        raised_at=now,
        steps=(_step(StepName.RAISED, severity, finding, now),),
    )


def begin_occurrence(finding: Finding, occurrence: str, now: datetime, lasts: timedelta) -> Alert:
    """A new alert of something that happened, named so that its kind and subject tell it from others.

    Nobody will find that it is over: it resolves itself after `lasts`, and that is told to nobody.
    """
    if finding.severity is None:
        raise ValueError("what happened has a severity")
    return Alert(
        alert_id=make_alert_id(finding.concern, occurrence, now),
        concern=finding.concern,
        subject_name=finding.subject_name,
        state=AlertState.OPEN,
        severity=finding.severity,
        raised_at=now,
        steps=(_step(StepName.RAISED, finding.severity, finding, now),),
        ends_at=now + lasts,
    )


def make_alert_id(concern: Concern, episode: int | str, raised_at: datetime) -> str:
    """`<site_id>.<when, to the microsecond>.<digest of the concern>`: in order of time within a site.

    `episode` is the latch's revision, or an occurrence's name.
    """
    digest = derived_id("alert", concern.kind, concern.subject_kind, concern.subject_id, episode)
    return f"{begin_of_ids(concern.site_id, raised_at)}.{digest[:8]}"


def begin_of_ids(site_id: str, moment: datetime) -> str:
    """What the ids of a site's alerts of this moment begin with; text order is time order."""
    return f"{site_id}.{to_sort_key(moment).translate(_WITHOUT_MARKS)}"


def site_of(alert_id: str) -> str:
    """The site that an alert belongs to, by its id. Raises NotFound (`unknown_alert`)."""
    parts = alert_id.split(".")
    if len(parts) != 3 or not all(parts):
        raise unknown_alert(alert_id)
    return parts[0]


def unknown_alert(alert_id: str) -> NotFound:
    return NotFound(f"there is no alert {alert_id}", code="unknown_alert")


def escalate(alert: Alert, finding: Finding, now: datetime) -> Alert:
    """It got worse. The notification waits while the alert is snoozed."""
    severity = finding.severity or alert.severity
    step = _step(StepName.ESCALATED, severity, finding, now)
    return _changed(alert, severity=severity, steps=(*alert.steps, step))


def resolve_over(alert: Alert, finding: Finding, now: datetime) -> Alert:
    """The condition is over."""
    return _resolved(alert, finding.text, finding, now, by=AUTOMATIC, note=None)


def resolve_by_person(alert: Alert, now: datetime, *, by: str, note: str) -> Alert:
    """A person says that it is over. Raises Conflict (`alert_resolved`) or Malformed (`bad_note`)."""
    _check_alive(alert)
    _check_note(note)
    return _resolved(alert, f"resolved by {by}: {note}" if note else f"resolved by {by}", None, now, by, note)


def _resolved(
    alert: Alert, text: str, finding: Finding | None, now: datetime, by: str, note: str | None
) -> Alert:
    steps = alert.steps
    step = Step(StepName.RESOLVED, now, alert.severity, text, finding.numbers if finding else {})
    if alert.is_snoozed(now):
        # It is too late to tell of what is over; its end is told to whoever knows of its beginning.
        steps = tuple(_withheld(each) for each in steps)
        step = step if steps[0].delivery is Delivery.SENT else _withheld(step)
    return _changed(
        alert,
        state=AlertState.RESOLVED,
        resolved_at=now,
        resolved_by=by,
        note=note or None,
        steps=(*steps, step),
    )


def expire(alert: Alert, now: datetime) -> Alert:
    """End an occurrence's alert whose time has come; that is news to nobody. A snooze comes first."""
    if alert.ends_at is None or now < alert.ends_at or not alert.is_alive or alert.is_snoozed(now):
        return alert
    text = "resolved by itself: what happened is over"
    step = Step(StepName.RESOLVED, now, alert.severity, text, {}, Delivery.WITHHELD)
    return _changed(
        alert,
        state=AlertState.RESOLVED,
        resolved_at=now,
        resolved_by=AUTOMATIC,
        steps=(*alert.steps, step),
    )


def take_back(alert: Alert, text: str, now: datetime) -> Alert:
    """What an occurrence's alert said has turned out to be wrong. Of one that is resolved nothing is said."""
    return _resolved(alert, text, None, now, by=AUTOMATIC, note=None) if alert.is_alive else alert


def acknowledge(alert: Alert, now: datetime, *, by: str) -> Alert:
    """Somebody takes care of it; once acknowledged it stays so. Raises Conflict (`alert_resolved`)."""
    _check_alive(alert)
    if alert.state is AlertState.ACKNOWLEDGED:
        return alert
    return _changed(alert, state=AlertState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=by)


def snooze(alert: Alert, now: datetime, *, until: datetime, by: str) -> Alert:
    """Nothing is sent before `until`.

    Raises Conflict (`alert_resolved`) or Malformed (`bad_snooze`) unless `until` lies in the next 7 days.
    """
    _check_alive(alert)
    if not now < until <= now + MAX_SNOOZE:
        raise Malformed(
            f"until must be later than now and within {MAX_SNOOZE.days} days",
            code="bad_snooze",
            field="until",
        )
    return _changed(alert, snoozed_until=until, snoozed_by=by)


def wake(alert: Alert, now: datetime) -> Alert:
    """End a snooze whose time has come: if nothing is waiting to be sent, a reminder is."""
    if alert.snoozed_until is None or alert.is_snoozed(now) or not alert.is_alive:
        return alert
    steps = alert.steps
    if not any(step.delivery is Delivery.PENDING for step in steps):
        # One reminder is kept, the last: people may snooze an alert as often as they like.
        kept = tuple(step for step in steps if step.name is not StepName.REMINDED)
        last = steps[-1]
        steps = (*kept, Step(StepName.REMINDED, now, alert.severity, last.text, last.numbers))
    return _changed(alert, snoozed_until=None, snoozed_by=None, steps=steps)


def claim_next(alert: Alert, now: datetime, claimant: str) -> Alert:
    """Claim the first step that is to be sent now, so that nobody else sends it meanwhile.

    Steps are sent in order: while somebody else is sending one, none is free.
    """
    step = next((step for step in alert.steps if step.delivery is Delivery.PENDING), None)
    if step is None or alert.is_snoozed(now) or step.claimed_by == claimant:
        return alert
    if step.claimed_at is not None and now < step.claimed_at + CLAIM:
        return alert
    return _with_step(alert, step, replace(step, claimed_by=claimant, claimed_at=now))


def find_claimed(alert: Alert, claimant: str) -> Step | None:
    """The step that this one is to send."""
    claimed = (step for step in alert.steps if step.claimed_by == claimant)
    return next((step for step in claimed if step.delivery is Delivery.PENDING), None)


def mark_sent(alert: Alert, claimant: str, now: datetime) -> Alert:
    """The alert after the step that this one had claimed went out."""
    step = find_claimed(alert, claimant)
    if step is None:  # somebody else took it over and was faster
        return alert
    return _with_step(alert, step, replace(step, delivery=Delivery.SENT, sent_at=now))


def _with_step(alert: Alert, before: Step, after: Step) -> Alert:
    return _changed(alert, steps=tuple(after if each is before else each for each in alert.steps))


def _withheld(step: Step) -> Step:
    return replace(step, delivery=Delivery.WITHHELD) if step.delivery is Delivery.PENDING else step


def _step(name: StepName, severity: Severity, finding: Finding, now: datetime) -> Step:
    return Step(name, now, severity, finding.text, finding.numbers)


def _changed(alert: Alert, **changes: object) -> Alert:
    return replace(alert, revision=alert.revision + 1, **changes)  # type: ignore[arg-type]


def _check_alive(alert: Alert) -> None:
    if not alert.is_alive:
        raise Conflict(f"alert {alert.alert_id} is resolved already", code="alert_resolved")


def _check_note(note: str) -> None:
    if len(note) > MAX_NOTE_LENGTH:
        raise Malformed(f"note must be at most {MAX_NOTE_LENGTH} characters", code="bad_note", field="note")
