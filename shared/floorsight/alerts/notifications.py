"""What subscribers read: words for people, JSON for machines. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from floorsight.alerts.model import PERSONAL, Alert, AlertKind, Severity, Step, StepName
from floorsight.platform.bus import canonical_json
from floorsight.platform.clock import to_sort_key
from floorsight.platform.ids import derived_id
from floorsight.platform.topics import Notice

MAX_SMS_LENGTH = 140
_TITLES: dict[AlertKind, str] = {
    AlertKind.CAMERA_OFFLINE: "Camera offline",
    AlertKind.ANOMALY: "Unusual count",
    AlertKind.NEGATIVE_DRIFT: "Count adrift",
    AlertKind.UNKNOWN_PERSON: "Unknown person",
    AlertKind.OUTSIDE_HOURS: "Outside assigned hours",
    AlertKind.MISSING_PUNCHES: "Missing punches",
    AlertKind.BLOCKED_VEHICLE: "Blocked vehicle",
}
_MILDER_TITLES = {(AlertKind.BLOCKED_VEHICLE, Severity.WARNING): "Perhaps a blocked vehicle"}
_CAPACITY_LEVELS = {Severity.WARNING: "warning", Severity.CRITICAL: "exceeded"}
_BEFORE_TITLE = {
    StepName.RAISED: "",
    StepName.ESCALATED: "",
    StepName.REMINDED: "Still: ",
    StepName.RESOLVED: "Resolved: ",
}


def level_of(kind: AlertKind, severity: Severity) -> str | None:
    """`warning` or `exceeded` for capacity; other kinds have one level only."""
    return _CAPACITY_LEVELS.get(severity) if kind is AlertKind.CAPACITY else None


def describe(kind: AlertKind, severity: Severity) -> str:
    """A title such as `Capacity exceeded`."""
    title = _MILDER_TITLES.get((kind, severity)) or _TITLES.get(kind)
    return title or f"Capacity {level_of(kind, severity)}"


def audience(site_id: str, severity: Severity) -> str:
    """Whom a notice is for, as one attribute.

    An address has one subscription with one filter, whatever sites it wants to hear of: SNS compares
    several attributes by `and`, so that sites with different severities need them joined in one.
    """
    return f"{site_id}/{severity}"


def personal_audience(site_id: str, kind: AlertKind) -> str:
    """Whom a notice about employees is for: whoever asked for the kind, whatever its severity."""
    return f"{site_id}/{kind}"


def compose_notice(alert: Alert, step: Step, zone: ZoneInfo) -> Notice:
    """The notice of one step; people read times in the site's `zone`."""
    concern = alert.concern
    title = _BEFORE_TITLE[step.name] + describe(concern.kind, step.severity)
    # Ids are ASCII, which SNS wants of a subject; names need not be.
    subject = f"{title}: {concern.subject_id}"
    if concern.subject_id != concern.site_id:
        subject += f" ({concern.site_id})"
    text = _write_text(alert, step, title, zone)
    document = canonical_json(describe_step(alert, step))
    return Notice(
        subject=subject,
        texts={
            "default": text,
            "email": text,
            "sms": f"{subject}: {step.text}"[:MAX_SMS_LENGTH],
            "http": document,
            "https": document,
            "sqs": document,
        },
        attributes={
            "site_id": concern.site_id,
            "severity": step.severity.value,
            "kind": concern.kind.value,
            "step": step.name.value,
            "audience": _audience_of(alert, step),
        },
    )


def _audience_of(alert: Alert, step: Step) -> str:
    concern = alert.concern
    if concern.kind in PERSONAL:
        return personal_audience(concern.site_id, concern.kind)
    return audience(concern.site_id, step.severity)


def _write_text(alert: Alert, step: Step, title: str, zone: ZoneInfo) -> str:
    concern = alert.concern
    when = step.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    since = alert.raised_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    return (
        f"{title}: {alert.subject_name}\n\n"
        f"{step.text}\n\n"
        f"Severity: {step.severity.value}\n"
        f"Where: {concern.subject_kind.value} {concern.subject_id}, site {concern.site_id}\n"
        f"When: {when}, alert since {since} ({zone.key})\n"
        f"Alert: {alert.alert_id}\n"
    )


def notice_id(alert: Alert, step: Step) -> str:
    """The same for every delivery of the same step: receivers drop what they have seen."""
    return derived_id("notice", alert.alert_id, step.name, to_sort_key(step.at))


def describe_step(alert: Alert, step: Step) -> dict[str, object]:
    """What machines get."""
    concern = alert.concern
    return {
        "id": notice_id(alert, step),
        "alert_id": alert.alert_id,
        "site_id": concern.site_id,
        "kind": concern.kind.value,
        "level": level_of(concern.kind, step.severity),
        "severity": step.severity.value,
        "step": step.name.value,
        "at": to_sort_key(step.at),
        "raised_at": to_sort_key(alert.raised_at),
        "subject": {
            "kind": concern.subject_kind.value,
            "id": concern.subject_id,
            "name": alert.subject_name,
        },
        "text": step.text,
        "numbers": dict(step.numbers),
    }
