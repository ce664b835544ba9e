"""Shifts, punches and facts of one employee, with as few words as a test has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from floorsight.attendance.model import (
    Assignment,
    Facts,
    Outcome,
    Punch,
    PunchDirection,
    PunchSource,
    Record,
    Shift,
)
from floorsight.attendance.rules import compute

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
EMPLOYEE, SITE = "ann", "plant-1"
MONDAY = date(2026, 3, 2)
LONG_AGO = date(2020, 1, 1)
AFTERWARDS = datetime(2030, 1, 1, tzinfo=UTC)
IN, OUT, UNKNOWN = PunchDirection.IN, PunchDirection.OUT, PunchDirection.UNKNOWN


def shift_of(start: str = "08:00", end: str = "16:00", shift_id: str = "day", **more: Any) -> Shift:
    """Valid from long ago."""
    times = time.fromisoformat(start), time.fromisoformat(end)
    return Shift(
        **{"shift_id": shift_id, "site_id": SITE, "name": shift_id, "valid_from": LONG_AGO}
        | {"start": times[0], "end": times[1]}
        | more
    )


def assigned(*shift_ids: str, **more: Any) -> Assignment:
    """These shifts on every day."""
    given = {"assignment_id": "-".join(shift_ids), "employee_id": EMPLOYEE, "first_date": LONG_AGO}
    return Assignment(**given | {"last_date": None, "cycle": (shift_ids,)} | more)


def at(moment: str, zone: str = BERLIN, on: date = MONDAY, fold: int = 0) -> datetime:
    """A local time, `HH:MM[:SS]`, with a date before it if it is not Monday's; in UTC."""
    text = moment if "T" in moment else f"{on.isoformat()}T{moment}"
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def punch_of(
    moment: str | datetime, direction: PunchDirection = IN, punch_id: str = "", **more: Any
) -> Punch:
    """A punch by hand; its id is its time unless one is given."""
    when = at(moment) if isinstance(moment, str) else moment
    given = {
        "punch_id": punch_id or f"{when:%dT%H%M%S}-{direction}",
        "employee_id": EMPLOYEE,
        "site_id": SITE,
    }
    given |= {"at": when, "direction": direction, "source": PunchSource.MANUAL}
    return Punch(**given | {"recorded_at": when, "recorded_by": "hr"} | more)


def facts_of(
    shifts: Iterable[Shift], punches: Iterable[Punch] = (), zone: str = BERLIN, **more: Any
) -> Facts:
    """An employee who has all these shifts on all their days."""
    known = tuple(shifts)
    ids = tuple(dict.fromkeys(shift.shift_id for shift in known))
    given = {"employee_id": EMPLOYEE, "site_id": SITE, "time_zone": zone, "shifts": known}
    return Facts(**given | {"assignments": (assigned(*ids),), "punches": tuple(punches)} | more)


def outcome_of(facts: Facts, first: date = MONDAY, last: date | None = None) -> Outcome:
    """Long afterwards."""
    return compute(facts, first, last or first, AFTERWARDS)


def record_of(facts: Facts, on: date = MONDAY) -> Record:
    """The only record of a date, long afterwards."""
    (record,) = outcome_of(facts, on).records
    return record


def worked(shift: Shift, *punches: tuple[str, PunchDirection], **more: Any) -> Record:
    """Monday's record of a shift with these punches."""
    return record_of(facts_of([shift], [punch_of(*each) for each in punches], **more))
