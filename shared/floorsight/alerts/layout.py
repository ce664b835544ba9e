"""How alerts and latches lie in the presence table."""

from __future__ import annotations

from floorsight.alerts.model import (
    Alert,
    AlertKind,
    AlertState,
    Concern,
    Delivery,
    Latch,
    Severity,
    Step,
    StepName,
)
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.items import Item


def latch_body(concern: Concern, latch: Latch) -> Item:
    return {
        **_concern_body(concern),
        "severity": latch.severity and latch.severity.value,
        "alert_id": latch.alert_id,
        "released_at": moment_text(latch.released_at),
        "released_severity": latch.released_severity and latch.released_severity.value,
        "revision": latch.revision,
    }


def read_latch(item: Item) -> Latch:
    return Latch(
        severity=_read_severity(item.get("severity")),
        alert_id=item.get("alert_id"),
        released_at=read_moment(item.get("released_at")),
        revision=item["revision"],
        released_severity=_read_severity(item.get("released_severity")),
    )


def _read_severity(text: str | None) -> Severity | None:
    return Severity(text) if text else None


def _concern_body(concern: Concern) -> Item:
    return {
        "kind": concern.kind.value,
        "site_id": concern.site_id,
        "subject_kind": concern.subject_kind.value,
        "subject_id": concern.subject_id,
    }


def read_concern(item: Item) -> Concern:
    return Concern(
        AlertKind(item["kind"]), item["site_id"], SubjectKind(item["subject_kind"]), item["subject_id"]
    )


def alert_body(alert: Alert) -> Item:
    return {
        "alert_id": alert.alert_id,
        **_concern_body(alert.concern),
        "subject_name": alert.subject_name,
        "state": alert.state.value,
        "severity": alert.severity.value,
        "raised_at": to_sort_key(alert.raised_at),
        "steps": [_step_body(step) for step in alert.steps],
        "acknowledged_at": moment_text(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by,
        "snoozed_until": moment_text(alert.snoozed_until),
        "snoozed_by": alert.snoozed_by,
        "resolved_at": moment_text(alert.resolved_at),
        "resolved_by": alert.resolved_by,
        "note": alert.note,
        "revision": alert.revision,
        "ends_at": moment_text(alert.ends_at),
    }


def read_alert(item: Item) -> Alert:
    return Alert(
        alert_id=item["alert_id"],
        concern=read_concern(item),
        subject_name=item["subject_name"],
        state=AlertState(item["state"]),
        severity=Severity(item["severity"]),
        raised_at=from_sort_key(item["raised_at"]),
        steps=tuple(map(_read_step, item["steps"])),
        acknowledged_at=read_moment(item.get("acknowledged_at")),
        acknowledged_by=item.get("acknowledged_by"),
        snoozed_until=read_moment(item.get("snoozed_until")),
        snoozed_by=item.get("snoozed_by"),
        resolved_at=read_moment(item.get("resolved_at")),
        resolved_by=item.get("resolved_by"),
        note=item.get("note"),
        revision=item["revision"],
        ends_at=read_moment(item.get("ends_at")),
    )


def _step_body(step: Step) -> Item:
    return {
        "name": step.name.value,
        "at": to_sort_key(step.at),
        "severity": step.severity.value,
        "text": step.text,
        "numbers": dict(step.numbers),
        "delivery": step.delivery.value,
        "sent_at": moment_text(step.sent_at),
        "claimed_by": step.claimed_by,
        "claimed_at": moment_text(step.claimed_at),
    }


def _read_step(item: Item) -> Step:
    return Step(
        name=StepName(item["name"]),
        at=from_sort_key(item["at"]),
        severity=Severity(item["severity"]),
        text=item["text"],
        numbers=item["numbers"],
        delivery=Delivery(item["delivery"]),
        sent_at=read_moment(item.get("sent_at")),
        claimed_by=item.get("claimed_by"),
        claimed_at=read_moment(item.get("claimed_at")),
    )
