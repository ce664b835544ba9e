"""How punches and records lie in the presence table."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from floorsight.attendance.model import Evidence, Instance, Punch, PunchSource, Record, Status, Stretch
from floorsight.attendance.planning.layout import read_version, version_body
from floorsight.events.attendance import PunchDirection
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.items import Item

_SECONDS = (
    "worked_seconds",
    "regular_seconds",
    "overtime_seconds",
    "unpaid_break_seconds",
    "late_seconds",
    "early_seconds",
    "grace_late_seconds",
    "grace_early_seconds",
)


def punch_body(punch: Punch) -> Item:
    return {
        "punch_id": punch.punch_id,
        "employee_id": punch.employee_id,
        "site_id": punch.site_id,
        "at": to_sort_key(punch.at),
        "direction": punch.direction.value,
        "source": punch.source.value,
        "recorded_at": to_sort_key(punch.recorded_at),
        "recorded_by": punch.recorded_by,
        "evidence": asdict(punch.evidence) if punch.evidence else None,
        "supersedes": punch.supersedes,
        "withdrawn": punch.withdrawn,
        "reason": punch.reason,
    }


def read_punch(item: Item) -> Punch:
    evidence = item.get("evidence")
    return Punch(
        punch_id=item["punch_id"],
        employee_id=item["employee_id"],
        site_id=item["site_id"],
        at=from_sort_key(item["at"]),
        direction=PunchDirection(item["direction"]),
        source=PunchSource(item["source"]),
        recorded_at=from_sort_key(item["recorded_at"]),
        recorded_by=item["recorded_by"],
        evidence=_read_evidence(evidence) if evidence else None,
        supersedes=item.get("supersedes"),
        withdrawn=item["withdrawn"],
        reason=item.get("reason"),
    )


def _read_evidence(stored: Item) -> Evidence:
    return Evidence(**{**stored, "confidence": float(stored["confidence"])})  # 1.0 comes back as int


def record_body(record: Record, site_id: str) -> Item:
    """With the version of the shift that it was made by: a record is read alone."""
    instance = record.instance
    return {
        "employee_id": instance.employee_id,
        "site_id": site_id,
        "local_date": instance.local_date.isoformat(),
        "shift_id": instance.shift.shift_id,
        "shift_site": instance.shift.site_id,
        "shift": version_body(instance.shift),
        "starts_at": to_sort_key(instance.starts_at),
        "ends_at": to_sort_key(instance.ends_at),
        "opens_at": to_sort_key(instance.opens_at),
        "closes_at": to_sort_key(instance.closes_at),
        "statuses": [status.value for status in record.statuses],
        "check_in": moment_text(record.check_in),
        "check_out": moment_text(record.check_out),
        "stretches": [_stretch_body(stretch) for stretch in record.stretches],
        **{name: getattr(record, name) for name in _SECONDS},
        "punch_ids": list(record.punch_ids),
        "closed": record.closed,
    }


def read_record(item: Item) -> Record:
    return Record(
        instance=_read_instance(item),
        statuses=tuple(map(Status, item["statuses"])),
        check_in=read_moment(item.get("check_in")),
        check_out=read_moment(item.get("check_out")),
        stretches=tuple(map(_read_stretch, item["stretches"])),
        **{name: item[name] for name in _SECONDS},
        punch_ids=tuple(item["punch_ids"]),
        closed=item["closed"],
    )


def _read_instance(item: Item) -> Instance:
    return Instance(
        employee_id=item["employee_id"],
        shift=read_version(item["shift_id"], item["shift_site"], item["shift"]),
        local_date=date.fromisoformat(item["local_date"]),
        starts_at=from_sort_key(item["starts_at"]),
        ends_at=from_sort_key(item["ends_at"]),
        opens_at=from_sort_key(item["opens_at"]),
        closes_at=from_sort_key(item["closes_at"]),
    )


def _stretch_body(stretch: Stretch) -> Item:
    times = {"start": to_sort_key(stretch.start), "end": to_sort_key(stretch.end)}
    return asdict(stretch) | times


def _read_stretch(stored: Item) -> Stretch:
    return Stretch(
        from_sort_key(stored["start"]), from_sort_key(stored["end"]), stored["in_punch"], stored["out_punch"]
    )
