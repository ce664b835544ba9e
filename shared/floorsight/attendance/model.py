"""Punches, shifts, who works which when, and the record of a shift that payroll gets.

Punches and corrections are facts and never change. Shifts and plans are dated: a day's record follows from
the facts and from the rules that were valid on that day, and can be made anew at any time.
Durations are whole seconds, so that sums are exact; a punch's time is kept to the second (cut, not rounded).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from floorsight.events.attendance import PunchDirection

EVERY_DAY = frozenset(range(1, 8))


class PunchSource(StrEnum):
    """What made a punch."""

    CAMERA = "camera"
    KIOSK = "kiosk"
    MANUAL = "manual"
    IMPORT = "import"


@dataclass(frozen=True)
class Evidence:
    """What a camera's punch rests on."""

    camera_id: str
    stream_session: str
    track_id: int
    confidence: float
    snapshot_key: str | None = None


@dataclass(frozen=True)
class Punch:
    """Somebody came or went. Never edited: a correction is a new punch that `supersedes` one, with a reason.

    `at` is aware and a whole second. A punch that is `withdrawn` only takes away what it supersedes.
    """

    punch_id: str
    employee_id: str
    site_id: str
    at: datetime
    direction: PunchDirection
    source: PunchSource
    recorded_at: datetime
    recorded_by: str
    evidence: Evidence | None = None
    supersedes: str | None = None
    withdrawn: bool = False
    reason: str | None = None


class Pairing(StrEnum):
    """How the punches of a shift become times at work."""

    FIRST_LAST = "first_last"  # one stretch, from the first coming to the last going
    ALTERNATE = "alternate"  # coming and going in turns; going out for a while is no work


@dataclass(frozen=True)
class Break:
    """A break within a shift, by local time; `end` before `start` passes midnight with the shift."""

    start: time
    end: time
    paid: bool = False


@dataclass(frozen=True)
class OvertimeRule:
    """What of the time worked outside of start and end is overtime.

    It counts once it is at least `threshold_minutes`, in whole steps of `step_minutes`, cut.
    """

    counts_before_start: bool = False
    counts_after_end: bool = True
    threshold_minutes: int = 0
    step_minutes: int = 1


@dataclass(frozen=True)
class Shift:
    """A shift as it is from the local date `valid_from` on, until a later version.

    `days` are ISO weekdays (Monday is 1) of the date on which it starts. `end` at or before `start` is on
    the next day. Punches count for it from `opens_before_minutes` before its start to `closes_after_minutes`
    after its end, both included. Without `full_day_minutes` every worked shift is a full day.
    """

    shift_id: str
    site_id: str
    name: str
    valid_from: date
    start: time
    end: time
    days: frozenset[int] = EVERY_DAY
    breaks: tuple[Break, ...] = ()
    grace_late_minutes: int = 5
    grace_early_minutes: int = 5
    opens_before_minutes: int = 120
    closes_after_minutes: int = 240
    full_day_minutes: int | None = None
    half_day_minutes: int | None = None
    overtime: OvertimeRule = OvertimeRule()
    pairing: Pairing = Pairing.FIRST_LAST
    debounce_seconds: int = 120
    revision: int = 1
    retired: bool = False


@dataclass(frozen=True)
class Assignment:
    """Which shifts an employee has from `first_date` to `last_date` (None: until further notice).

    `cycle` is a rotation: on the day `n` after `first_date` the shifts `cycle[n % len(cycle)]`, none on a
    free day, several on a split one. A plain assignment is a cycle of one day. Assignments of the same days
    add up.
    """

    assignment_id: str
    employee_id: str
    first_date: date
    last_date: date | None
    cycle: tuple[tuple[str, ...], ...]
    revision: int = 1


@dataclass(frozen=True)
class DayPlan:
    """The shifts of one employee on one local date, instead of what the assignments say (a swap, a day off).

    It holds whatever the shifts' `days` are.
    """

    employee_id: str
    on: date
    shift_ids: tuple[str, ...]
    reason: str
    by: str


@dataclass(frozen=True)
class Holiday:
    """A site's holiday, by the local date on which shifts start."""

    site_id: str
    on: date
    name: str


@dataclass(frozen=True)
class Leave:
    """An employee's leave, both dates included, by the local date on which shifts start."""

    leave_id: str
    employee_id: str
    first_date: date
    last_date: date
    kind: str
    by: str


class Status(StrEnum):
    """What is said of a shift instance, in the order in which it is listed; several can hold together."""

    PRESENT = "present"
    LATE = "late"
    EARLY_EXIT = "early_exit"
    HALF_DAY = "half_day"
    SHORT_DAY = "short_day"  # less than half a day
    MISSING_PUNCH = "missing_punch"
    ABSENT = "absent"
    ON_LEAVE = "on_leave"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class Instance:
    """A shift on a date for an employee, in instants (UTC). Window: `opens_at` to `closes_at`, both included.

    `local_date` is the one on which it starts: a night shift belongs to its first evening.
    """

    employee_id: str
    shift: Shift
    local_date: date
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime

    @property
    def instance_id(self) -> str:
        return f"{self.employee_id}.{self.local_date.isoformat()}.{self.shift.shift_id}"


@dataclass(frozen=True)
class Stretch:
    """From a coming to a going, with the punches that say so."""

    start: datetime
    end: datetime
    in_punch: str
    out_punch: str


@dataclass(frozen=True)
class Record:
    """What a shift instance came to (docs/attendance.md has the rules).

    `worked_seconds` is the elapsed time of the stretches less unpaid breaks within them; `regular_seconds`
    is the part of it between start and end; `overtime_seconds` what the rule makes of the rest.
    `late_seconds` and `early_seconds` are counted from start and end, 0 within grace; the grace that was
    used is in `grace_late_seconds` and `grace_early_seconds`. Before its window has closed a record is
    provisional: not `closed`, and nothing is missing or absent yet.
    """

    instance: Instance
    statuses: tuple[Status, ...]
    check_in: datetime | None
    check_out: datetime | None
    stretches: tuple[Stretch, ...]
    worked_seconds: int
    regular_seconds: int
    overtime_seconds: int
    unpaid_break_seconds: int
    late_seconds: int
    early_seconds: int
    grace_late_seconds: int
    grace_early_seconds: int
    punch_ids: tuple[str, ...]
    closed: bool


@dataclass(frozen=True)
class Facts:
    """All that an employee's records follow from, for some dates. `punches` may hold superseded ones."""

    employee_id: str
    site_id: str
    time_zone: str
    shifts: tuple[Shift, ...]
    assignments: tuple[Assignment, ...]
    day_plans: Mapping[date, DayPlan] = field(default_factory=dict)
    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    leaves: tuple[Leave, ...] = ()
    punches: tuple[Punch, ...] = ()
    employed_from: date | None = None
    employed_until: date | None = None


@dataclass(frozen=True)
class Outcome:
    """The records of some dates, in order of start, and the punches that are in no shift's window."""

    records: tuple[Record, ...]
    unplaced: tuple[Punch, ...]
