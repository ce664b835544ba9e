"""A record told step by step, by the rules of docs/attendance.md: pure.

Every number that a text mentions is among the step's numbers, in seconds or pieces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from floorsight.attendance.calendar import list_instances, reach_of
from floorsight.attendance.measuring import measure
from floorsight.attendance.model import Facts, Pairing, Punch, Record, Shift, Status
from floorsight.attendance.placing import current_punches, debounce, place


@dataclass(frozen=True)
class Step:
    """What a rule came to. `rule` is its number in docs/attendance.md."""

    rule: int
    name: str
    text: str
    numbers: Mapping[str, int]


@dataclass(frozen=True)
class Explanation:
    """A record with what it was made of, and how. `placed` are the punches that count for it."""

    record: Record
    placed: tuple[Punch, ...]
    superseded: tuple[Punch, ...]
    steps: tuple[Step, ...]


def explain(facts: Facts, record: Record) -> Explanation:
    """How a record follows from the facts that it was made from (`AttendanceService.load_facts`)."""
    instance, zone = record.instance, ZoneInfo(facts.time_zone)
    counting = current_punches(facts.punches)
    reach = timedelta(days=reach_of(facts.shifts))
    instances = list_instances(facts, instance.local_date - reach, instance.local_date + reach)
    placed = place(counting, instances).by_instance.get(instance.instance_id, [])
    in_window = [each for each in facts.punches if instance.opens_at <= each.at <= instance.closes_at]
    gone = tuple(each for each in in_window if each not in counting and not each.withdrawn)
    elsewhere = len([each for each in in_window if each in counting and each not in placed])
    steps = [
        _tell_punches(placed, gone),
        _tell_shift(facts, record),
        _tell_window(record, zone, len(placed), elsewhere),
        _tell_debounce(placed, instance.shift),
        _tell_stretches(record, zone),
        _tell_missing(record),
        _tell_late(record, zone),
        _tell_early(record, zone),
        *_tell_work(record, zone),
        _tell_size(record),
        _tell_statuses(facts, record),
    ]
    return Explanation(record, tuple(placed), gone, tuple(step for step in steps if step))


def duration_text(seconds: int) -> str:
    """`7:30` for seven and a half hours; with seconds where there are any."""
    minutes, rest = divmod(abs(seconds), 60)
    text = f"{minutes // 60}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")
    return f"-{text}" if seconds < 0 else text


def _tell_punches(placed: Sequence[Punch], gone: Sequence[Punch]) -> Step:
    text = f"Punches that count for this shift: {len(placed)}"
    text += f"; corrected ones in its window, which count no more: {len(gone)}." if gone else "."
    return Step(1, "current punches", text, {"punches": len(placed), "superseded": len(gone)})


def _tell_shift(facts: Facts, record: Record) -> Step:
    instance, shift, zone = record.instance, record.instance.shift, ZoneInfo(facts.time_zone)
    plan = facts.day_plans.get(instance.local_date)
    why = f"planned for this day: {plan.reason}" if plan else "assigned"
    length = _seconds(instance.starts_at, instance.ends_at)
    text = (
        f"Shift {shift.shift_id} as valid from {shift.valid_from} ({why}), from "
        f"{_local(instance.starts_at, zone)} to {_local(instance.ends_at, zone)}: {duration_text(length)} of "
        "elapsed time."
    )
    return Step(2, "instance", text, {"shift_seconds": length})


def _tell_window(record: Record, zone: ZoneInfo, placed: int, elsewhere: int) -> Step:
    instance = record.instance
    text = (
        f"It takes punches from {_local(instance.opens_at, zone)} ({instance.shift.opens_before_minutes} min "
        f"before) to {_local(instance.closes_at, zone)} ({instance.shift.closes_after_minutes} min after)."
    )
    if elsewhere:
        text += f" {elsewhere} punches in this window are nearer to another shift and count there."
    numbers = {
        "opens_before_seconds": instance.shift.opens_before_minutes * 60,
        "closes_after_seconds": instance.shift.closes_after_minutes * 60,
        "punches": placed,
        "punches_of_other_shifts": elsewhere,
    }
    return Step(4 if elsewhere else 3, "window", text, numbers)


def _tell_debounce(placed: Sequence[Punch], shift: Shift) -> Step | None:
    kept = debounce(placed, shift.debounce_seconds)
    if len(kept) == len(placed):
        return None
    text = (
        f"{len(placed)} punches are {len(kept)}: those in the same direction at most "
        f"{shift.debounce_seconds} s after one another are one."
    )
    numbers = {"punches": len(placed), "left": len(kept), "debounce_seconds": shift.debounce_seconds}
    return Step(5, "debounce", text, numbers)


def _tell_stretches(record: Record, zone: ZoneInfo) -> Step | None:
    if record.check_in is None and record.check_out is None:
        return None
    how = (
        "the first coming and the last going"
        if record.instance.shift.pairing is Pairing.FIRST_LAST
        else "coming and going in turns"
    )
    spans = [
        f"{_local(each.start, zone)} to {_local(each.end, zone)} = "
        f"{duration_text(_seconds(each.start, each.end))}"
        for each in record.stretches
    ]
    elapsed = sum(_seconds(each.start, each.end) for each in record.stretches)
    came = _local(record.check_in, zone) if record.check_in else "none"
    went = _local(record.check_out, zone) if record.check_out else "none"
    text = f"By {how}: check-in {came}, check-out {went}; " + ("; ".join(spans) or "no whole stretch") + "."
    return Step(7, "stretches", text, {"stretches": len(spans), "elapsed_seconds": elapsed})


def _tell_missing(record: Record) -> Step | None:
    if Status.MISSING_PUNCH not in record.statuses:
        return None
    text = "The window has closed and a punch has no counterpart: nothing is guessed, HR corrects it."
    return Step(8, "missing punch", text, {"punches": len(record.punch_ids)})


def _tell_late(record: Record, zone: ZoneInfo) -> Step | None:
    if record.check_in is None:
        return None
    start = record.instance.starts_at
    return _tell_grace(
        "late",
        f"Check-in {_local(record.check_in, zone)}, start {_local(start, zone)}",
        _seconds(start, record.check_in),
        record.instance.shift.grace_late_minutes * 60,
        record.late_seconds,
    )


def _tell_early(record: Record, zone: ZoneInfo) -> Step | None:
    if record.check_out is None:
        return None
    end = record.instance.ends_at
    return _tell_grace(
        "early",
        f"Check-out {_local(record.check_out, zone)}, end {_local(end, zone)}",
        _seconds(record.check_out, end),
        record.instance.shift.grace_early_minutes * 60,
        record.early_seconds,
    )


def _tell_grace(name: str, measured: str, seconds: int, grace: int, counted: int) -> Step:
    if seconds <= 0:
        verdict = f"not {name}"
    elif counted:
        verdict = (
            f"{duration_text(seconds)} is more than the grace of {duration_text(grace)}: all of it counts"
        )
    else:
        verdict = f"{duration_text(seconds)} is within the grace of {duration_text(grace)}: nothing counts"
    numbers = {"difference_seconds": seconds, "grace_seconds": grace, f"{name}_seconds": counted}
    return Step(9, name, f"{measured}: {verdict}.", numbers)


def _tell_work(record: Record, zone: ZoneInfo) -> list[Step]:
    if not record.stretches:
        return []
    elapsed = sum(_seconds(each.start, each.end) for each in record.stretches)
    work = measure(record.instance, record.stretches, zone)
    worked = Step(
        10,
        "work",
        f"{duration_text(elapsed)} - {duration_text(record.unpaid_break_seconds)} of unpaid breaks = "
        f"{duration_text(record.worked_seconds)} worked, {duration_text(record.regular_seconds)} of it "
        "between start and end.",
        {
            "elapsed_seconds": elapsed,
            "unpaid_break_seconds": record.unpaid_break_seconds,
            "worked_seconds": record.worked_seconds,
            "regular_seconds": record.regular_seconds,
        },
    )
    rule = record.instance.shift.overtime
    parts = [
        f"{duration_text(seconds)} {where} ({'counts' if counts else 'does not count'})"
        for where, seconds, counts in (
            ("before the start", work.before, rule.counts_before_start),
            ("after the end", work.after, rule.counts_after_end),
        )
    ]
    overtime = Step(
        10,
        "overtime",
        f"{' and '.join(parts)}; from {rule.threshold_minutes} min on, in whole steps of "
        f"{rule.step_minutes} min: {duration_text(record.overtime_seconds)}.",
        {
            "before_start_seconds": work.before,
            "after_end_seconds": work.after,
            "threshold_seconds": rule.threshold_minutes * 60,
            "step_seconds": rule.step_minutes * 60,
            "overtime_seconds": record.overtime_seconds,
        },
    )
    return [worked, overtime]


def _tell_size(record: Record) -> Step | None:
    shift = record.instance.shift
    if shift.full_day_minutes is None or record.check_in is None or record.check_out is None:
        return None
    size = next((s for s in (Status.SHORT_DAY, Status.HALF_DAY) if s in record.statuses), None)
    verdict = "a full day" if size is None else size.value.replace("_", " ")
    text = f"A full day is {duration_text(shift.full_day_minutes * 60)}"
    numbers = {"worked_seconds": record.worked_seconds, "full_day_seconds": shift.full_day_minutes * 60}
    if shift.half_day_minutes is not None:
        text += f", half of one {duration_text(shift.half_day_minutes * 60)}"
        numbers["half_day_seconds"] = shift.half_day_minutes * 60
    return Step(
        11, "size of day", f"{text}; worked {duration_text(record.worked_seconds)}: {verdict}.", numbers
    )


def _tell_statuses(facts: Facts, record: Record) -> Step:
    named = ", ".join(status.value for status in record.statuses) or "none yet"
    holiday = facts.holidays.get(record.instance.local_date)
    reason = f" The day is a holiday: {holiday.name}." if holiday else ""
    state = "closed" if record.closed else "provisional: its window is still open"
    return Step(
        12 if not record.punch_ids else 13,
        "status",
        f"Status: {named}.{reason} The record is {state}.",
        {"punches": len(record.punch_ids)},
    )


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
