"""Keeping punches, and the records that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from floorsight.attendance.calendar import REACH_DAYS, dates_of_moment, span_of
from floorsight.attendance.model import Facts, Outcome, Punch, Record
from floorsight.attendance.pending import Pending
from floorsight.attendance.rules import compute
from floorsight.attendance.store import AttendanceStore
from floorsight.attendance.writes import Change
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.retry import Backoff

# Reads and writes of a month fit into few requests.
DAYS_AT_ONCE = 31
# Dates further ahead have no records yet: somewhere it is tomorrow already, and early shifts take punches.
DAYS_AHEAD = timedelta(days=2)
# So far apart can dates be whose shifts take the same punch.
REACH = timedelta(days=REACH_DAYS)
_DAY = timedelta(days=1)

Dates = tuple[date, date]  # first and last


class Plans(Protocol):
    """What records follow from besides punches (`planning.service` has it)."""

    def facts_for(self, employee_id: str, first: date, last: date) -> Facts:
        """Facts of shifts that start on these dates. Raises NotFound (`unknown_employee`)."""


@dataclass(frozen=True)
class AttendanceService:
    """Use cases of punches and records.

    Every change of a punch or a plan is followed by a recomputation: what is stored is never more than what
    can be made anew. All raise NotFound (`unknown_employee`), and Unavailable if the table was busy for too
    long; then the same call may be repeated.
    """

    store: AttendanceStore
    plans: Plans
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def record_punch(self, punch: Punch, pending: Sequence[Pending] = ()) -> tuple[Punch, Outcome]:
        """Keep a punch and recompute what it, and one that it supersedes, belongs to.

        The same punch again changes nothing. Returns the punch as it is kept, and the records of the dates
        around it; marks of them (`pending`) are for the caller to remove. Raises as
        `AttendanceStore.add_punch`.
        """
        kept = self.backoff.until_done(
            lambda: self.store.add_punch(punch, pending),
            passing=(Unavailable,),
            failure=f"punch {punch.punch_id} could not be kept",
        )
        if kept.supersedes is not None:
            before = self.store.find_punch(kept.employee_id, kept.supersedes)
            if before is not None and before.at != kept.at:
                self.recompute_at(kept.employee_id, before.at)
        return kept, self.recompute_at(kept.employee_id, kept.at)

    def recompute(self, employee_id: str, first: date, last: date) -> list[Record]:
        """Make the records of these local dates anew, and return them.

        For whoever has changed a plan. Dates after the day after tomorrow have no records yet.
        """
        ahead = self.clock().astimezone(UTC).date() + DAYS_AHEAD
        records: list[Record] = []
        for dates in _cut_dates(first, min(last, ahead)):
            records += self._write_anew(employee_id, dates, _always(dates)).records
        return records

    def recompute_at(self, employee_id: str, moment: datetime) -> Outcome:
        """Make the records of all shifts anew that take punches at this moment."""
        day = moment.astimezone(UTC).date()
        around = day - REACH - _DAY, day + REACH + _DAY
        return self._write_anew(employee_id, around, lambda facts: dates_of_moment(facts, moment))

    def load_facts(self, employee_id: str, first: date, last: date) -> Facts:
        """All that the records of these dates follow from, punches included."""
        facts = self.plans.facts_for(employee_id, first - REACH, last + REACH)
        return self._with_punches(facts, (first, last))

    def _write_anew(self, employee_id: str, known: Dates, choose: Callable[[Facts], Dates]) -> Outcome:
        """Records of the dates that are chosen, among those for which facts are loaded."""
        return self.backoff.until_done(
            lambda: self._write_once(employee_id, known, choose),
            passing=(Conflict, Unavailable),  # somebody else was faster: look again
            failure=f"records of employee {employee_id} could not be made",
        )

    def _write_once(self, employee_id: str, known: Dates, choose: Callable[[Facts], Dates]) -> Outcome:
        fence = self.store.load_fence(employee_id)
        plans = self.plans.facts_for(employee_id, known[0] - REACH, known[1] + REACH)
        dates = choose(plans)
        facts = self._with_punches(plans, dates)
        outcome = compute(facts, *dates, self.clock())
        changes = _compare(self.store.list_records(employee_id, *dates), outcome.records)
        self.store.put_records(employee_id, facts.site_id, fence, changes)
        return outcome

    def _with_punches(self, facts: Facts, dates: Dates) -> Facts:
        punches = self.store.list_punches(facts.employee_id, *span_of(facts, *dates))
        return replace(facts, punches=tuple(punches))


def _always(dates: Dates) -> Callable[[Facts], Dates]:
    return lambda _: dates


def _compare(stored: list[Record], made: tuple[Record, ...]) -> Iterator[Change]:
    before = {record.instance.instance_id: record for record in stored}
    after = {record.instance.instance_id: record for record in made}
    for instance_id in sorted(before.keys() | after.keys()):
        yield Change(before.get(instance_id), after.get(instance_id))


def _cut_dates(first: date, last: date) -> Iterator[Dates]:
    while first <= last:
        until = min(last, first + timedelta(days=DAYS_AT_ONCE - 1))
        yield first, until
        first = until + _DAY
