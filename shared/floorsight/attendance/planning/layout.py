"""How plans lie in the registry table."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, time

from floorsight.attendance.model import (
    Assignment,
    Break,
    DayPlan,
    Holiday,
    Leave,
    OvertimeRule,
    Pairing,
    Shift,
)
from floorsight.attendance.planning.model import ShiftHistory
from floorsight.platform.items import Item


def shift_body(history: ShiftHistory) -> Item:
    return {
        "shift_id": history.shift_id,
        "site_id": history.site_id,
        "revision": history.revision,
        "versions": [version_body(version) for version in history.versions],
    }


def read_history(item: Item) -> ShiftHistory:
    return ShiftHistory(
        tuple(read_version(item["shift_id"], item["site_id"], version) for version in item["versions"])
    )


def version_body(shift: Shift) -> Item:
    """A version by itself, without the shift's id and site; records keep theirs too."""
    body = asdict(shift) | {
        "valid_from": shift.valid_from.isoformat(),
        "start": _time_text(shift.start),
        "end": _time_text(shift.end),
        "days": sorted(shift.days),
        "breaks": [
            {"start": _time_text(pause.start), "end": _time_text(pause.end), "paid": pause.paid}
            for pause in shift.breaks
        ],
        "pairing": shift.pairing.value,
    }
    del body["shift_id"], body["site_id"]
    return body


def read_version(shift_id: str, site_id: str, stored: Item) -> Shift:
    """The version that `version_body` wrote."""
    changed: Item = {
        "valid_from": date.fromisoformat(stored["valid_from"]),
        "start": time.fromisoformat(stored["start"]),
        "end": time.fromisoformat(stored["end"]),
        "days": frozenset(stored["days"]),
        "breaks": tuple(
            Break(time.fromisoformat(pause["start"]), time.fromisoformat(pause["end"]), pause["paid"])
            for pause in stored["breaks"]
        ),
        "overtime": OvertimeRule(**stored["overtime"]),
        "pairing": Pairing(stored["pairing"]),
    }
    return Shift(**{**stored, **changed, "shift_id": shift_id, "site_id": site_id})


def assignment_body(assignment: Assignment) -> Item:
    return {
        "assignment_id": assignment.assignment_id,
        "employee_id": assignment.employee_id,
        "first_date": assignment.first_date.isoformat(),
        "last_date": assignment.last_date.isoformat() if assignment.last_date else None,
        "cycle": [list(shift_ids) for shift_ids in assignment.cycle],
        "revision": assignment.revision,
    }


def read_assignment(item: Item) -> Assignment:
    last = item.get("last_date")
    return Assignment(
        assignment_id=item["assignment_id"],
        employee_id=item["employee_id"],
        first_date=date.fromisoformat(item["first_date"]),
        last_date=date.fromisoformat(last) if last else None,
        cycle=tuple(tuple(shift_ids) for shift_ids in item["cycle"]),
        revision=item["revision"],
    )


def day_plan_body(plan: DayPlan) -> Item:
    return asdict(plan) | {"on": plan.on.isoformat(), "shift_ids": list(plan.shift_ids)}


def read_day_plan(item: Item) -> DayPlan:
    return DayPlan(
        employee_id=item["employee_id"],
        on=date.fromisoformat(item["on"]),
        shift_ids=tuple(item["shift_ids"]),
        reason=item["reason"],
        by=item["by"],
    )


def holiday_body(holiday: Holiday) -> Item:
    return asdict(holiday) | {"on": holiday.on.isoformat()}


def read_holiday(item: Item) -> Holiday:
    return Holiday(item["site_id"], date.fromisoformat(item["on"]), item["name"])


def leave_body(leave: Leave) -> Item:
    dates = {"first_date": leave.first_date.isoformat(), "last_date": leave.last_date.isoformat()}
    return asdict(leave) | dates


def read_leave(item: Item) -> Leave:
    return Leave(
        leave_id=item["leave_id"],
        employee_id=item["employee_id"],
        first_date=date.fromisoformat(item["first_date"]),
        last_date=date.fromisoformat(item["last_date"]),
        kind=item["kind"],
        by=item["by"],
    )


def _time_text(value: time) -> str:
    return value.isoformat("minutes")
