"""Records under other values of a shift, compared with those that there are: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from floorsight.attendance.calendar import version_on
from floorsight.attendance.model import Facts, Outcome, Shift
from floorsight.attendance.periods.model import PayLine, Seconds

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Difference:
    """A record as it is and as it would be; None where there is none."""

    before: PayLine | None
    after: PayLine | None

    @property
    def line(self) -> PayLine:
        """What it is about."""
        line = self.after or self.before
        assert line is not None  # noqa: S101 - one of the two is there
        return line

    @property
    def seconds(self) -> Seconds:
        return _seconds(self.after) - _seconds(self.before)


def with_other_shift(facts: Facts, shift: Shift, first_date: date, last_date: date) -> Facts:
    """The facts if the shift were as given on these dates; what holds after them still does.

    A shift that is retired stays so: nobody can change it back.
    """
    others = [each for each in facts.shifts if each.shift_id != shift.shift_id]
    own = [each for each in facts.shifts if each.shift_id == shift.shift_id]
    if any(each.retired and each.valid_from <= first_date for each in own):
        return facts
    outside = [each for each in own if each.retired or not first_date <= each.valid_from <= last_date]
    tried = replace(shift, valid_from=first_date, retired=False)
    afterwards = last_date + _DAY
    going_on = version_on(tuple(own), shift.shift_id, afterwards)
    resumed = replace(going_on or shift, valid_from=afterwards, retired=going_on is None)
    kept = [each for each in outside if each.valid_from != afterwards]
    return replace(facts, shifts=(*others, *kept, tried, resumed))


def compare(before: Outcome, after: Outcome) -> list[Difference]:
    """All records that would be another, by employee, date and shift."""
    was = {line.instance_id: line for line in map(PayLine.of, before.records)}
    would_be = {line.instance_id: line for line in map(PayLine.of, after.records)}
    pairs = (Difference(was.get(name), would_be.get(name)) for name in sorted({*was, *would_be}))
    return [each for each in pairs if _paid(each.before) != _paid(each.after)]


def total(differences: Iterable[Difference]) -> Seconds:
    """By how much the sums would differ."""
    return sum((each.seconds for each in differences), Seconds())


def _paid(line: PayLine | None) -> PayLine | None:
    """Without what concerns nobody's pay: the name."""
    return replace(line, shift_name="") if line else None


def _seconds(line: PayLine | None) -> Seconds:
    return line.seconds if line else Seconds()
