"""Punches and records in the presence table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from floorsight.attendance.layout import punch_body, read_punch, read_record, record_body
from floorsight.attendance.model import Break, Evidence, Pairing, Punch, PunchSource, Record
from floorsight.attendance.store import AttendanceStore
from floorsight.attendance.writes import Change
from floorsight.platform.dynamo_values import from_dynamo, to_dynamo
from floorsight.platform.errors import Conflict, NotFound, Unavailable
from floorsight.platform.items import Item
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.workday import EMPLOYEE, IN, MONDAY, OUT, SITE, at, punch_of, shift_of, worked

DAY = timedelta(days=1)
MORNING = punch_of("08:00", IN, "morning")


@pytest.fixture
def store() -> AttendanceStore:
    return AttendanceStore(MemoryTable())


def listed(store: AttendanceStore, start: str = "00:00", end: str = "23:59") -> list[str]:
    return [punch.punch_id for punch in store.list_punches(EMPLOYEE, at(start), at(end))]


def through_dynamo(item: Item) -> Item:
    return from_dynamo(to_dynamo(item))


def test_punches_and_records_are_read_as_they_were_written() -> None:
    seen = Evidence("gate", "session", 7, 1.0, "snapshots/gate/7.jpg")
    camera = replace(MORNING, source=PunchSource.CAMERA, evidence=seen)
    corrected = replace(MORNING, supersedes="other", withdrawn=True, reason="somebody else")
    for punch in (MORNING, camera, replace(camera, evidence=replace(seen, snapshot_key=None)), corrected):
        assert read_punch(through_dynamo(punch_body(punch))) == punch
    turns = shift_of(
        pairing=Pairing.ALTERNATE, breaks=(Break(*(at("12:00").time(),) * 2),), full_day_minutes=480
    )
    for record in (worked(turns, ("08:10", IN), ("12:00", OUT), ("12:30", IN)), worked(shift_of())):
        assert read_record(through_dynamo(record_body(record, SITE))) == record


def test_a_punch_is_kept_once_whoever_wrote_it_down_when(store: AttendanceStore) -> None:
    again = replace(MORNING, recorded_at=at("09:00"), recorded_by="kiosk-2")
    assert store.add_punch(MORNING) == MORNING
    assert store.add_punch(again) == MORNING
    assert listed(store) == ["morning"]
    assert store.find_punch(EMPLOYEE, "morning") == MORNING
    assert store.find_punch("bob", "morning") is None


@pytest.mark.parametrize("other", [{"at": at("08:01")}, {"direction": OUT}, {"reason": "because"}])
def test_an_id_is_one_punch(store: AttendanceStore, other: dict[str, object]) -> None:
    store.add_punch(MORNING)
    with pytest.raises(Conflict) as caught:
        store.add_punch(replace(MORNING, **other))  # type: ignore[arg-type]
    assert caught.value.code == "punch_exists"
    assert store.find_punch(EMPLOYEE, "morning") == MORNING


def test_a_punch_whose_answer_was_lost_is_kept_and_found_again() -> None:
    table = MemoryTable()
    lossy = AttendanceStore(FaultyTable(table, lambda: 0.0, answer_lost=0.5))
    with pytest.raises(Unavailable):
        lossy.add_punch(MORNING)
    assert AttendanceStore(table).add_punch(MORNING) == MORNING


def test_contention_is_not_taken_for_a_correction() -> None:
    table = FaultyTable(MemoryTable(), lambda: 0.0, contention=0.5)
    with pytest.raises(Unavailable):
        AttendanceStore(table).add_punch(MORNING)


def test_punches_are_listed_by_time_with_both_ends(store: AttendanceStore) -> None:
    for moment in ("08:00", "12:00", "16:00"):
        store.add_punch(punch_of(moment, IN, moment))
    assert listed(store, "08:00", "16:00") == ["08:00", "12:00", "16:00"]
    assert listed(store, "08:00:01", "15:59:59") == ["12:00"]


def test_a_correction_is_found_with_what_it_supersedes_wherever_it_lies(store: AttendanceStore) -> None:
    store.add_punch(MORNING)
    away = punch_of("2026-03-05T08:00", IN, "away", supersedes="morning", reason="another day")
    back = punch_of("2026-03-09T08:00", IN, "back", supersedes="away", reason="and another")
    store.add_punch(away)
    store.add_punch(back)
    assert listed(store) == ["morning", "away", "back"]
    assert store.add_punch(away) == away


def test_a_punch_is_superseded_once(store: AttendanceStore) -> None:
    store.add_punch(MORNING)
    store.add_punch(punch_of("08:05", IN, "first", supersedes="morning"))
    with pytest.raises(Conflict) as caught:
        store.add_punch(punch_of("08:06", IN, "second", supersedes="morning"))
    assert caught.value.code == "punch_superseded"
    with pytest.raises(NotFound) as unknown:
        store.add_punch(punch_of("08:06", IN, "third", supersedes="nothing"))
    assert unknown.value.code == "unknown_punch"
    assert listed(store) == ["morning", "first"]


def on(day: int, record: Record, shift_id: str = "day", *, closed: bool = True) -> Record:
    """The record as if of another day of March, and another shift."""
    shift = replace(record.instance.shift, shift_id=shift_id)
    moved = replace(record.instance, local_date=MONDAY.replace(day=day), shift=shift)
    return replace(record, instance=moved, closed=closed)


RECORD = worked(shift_of(), ("08:00", IN), ("16:00", OUT))


def test_records_are_listed_by_date_and_shift_with_both_ends(store: AttendanceStore) -> None:
    records = [on(2, RECORD), on(2, RECORD, "early"), on(3, RECORD), on(4, RECORD)]
    store.put_records(EMPLOYEE, SITE, 0, [Change(None, record) for record in records])
    assert store.list_records(EMPLOYEE, MONDAY, MONDAY + DAY) == records[:3]
    assert store.list_records(EMPLOYEE, MONDAY + DAY, MONDAY + DAY) == [records[2]]
    assert store.list_records(EMPLOYEE, MONDAY - DAY, MONDAY - DAY) == []


def test_a_sites_records_of_a_date_come_in_pages(store: AttendanceStore) -> None:
    for name in ("ann", "bob", "cleo"):
        instance = replace(RECORD.instance, employee_id=name)
        store.put_records(name, SITE, 0, [Change(None, replace(RECORD, instance=instance))])
    first = store.list_site_records(SITE, MONDAY, limit=2)
    assert [record.instance.employee_id for record in first.items] == ["ann", "bob"]
    rest = store.list_site_records(SITE, MONDAY, limit=2, start_key=first.next_key)
    assert [record.instance.employee_id for record in rest.items] == ["cleo"]
    assert store.list_site_records("plant-2", MONDAY).items == []


def test_of_two_who_write_at_once_the_later_is_refused(store: AttendanceStore) -> None:
    fence = store.load_fence(EMPLOYEE)
    store.put_records(EMPLOYEE, SITE, fence, [Change(None, RECORD)])
    with pytest.raises(Conflict) as caught:
        store.put_records(EMPLOYEE, SITE, fence, [Change(None, on(3, RECORD))])
    assert caught.value.code == "fence_moved"
    assert store.list_records(EMPLOYEE, MONDAY, MONDAY + DAY) == [RECORD]


def test_who_changes_nothing_moves_the_fence_too(store: AttendanceStore) -> None:
    """Somebody else, who knows less, may be about to write something else."""
    store.put_records(EMPLOYEE, SITE, 0, [Change(RECORD, RECORD)])
    with pytest.raises(Conflict):
        store.put_records(EMPLOYEE, SITE, 0, [Change(None, on(3, RECORD))])


def test_more_records_than_a_transaction_holds_are_written(store: AttendanceStore) -> None:
    many = [on(1 + number % 28, RECORD, f"shift-{number // 28}", closed=False) for number in range(120)]
    store.put_records(EMPLOYEE, SITE, 0, [Change(None, record) for record in many])
    assert len(store.list_records(EMPLOYEE, MONDAY.replace(day=1), MONDAY.replace(day=28))) == 120
    assert len(store.list_due(SITE, at("2026-03-03T00:00"))) == 120
    assert store.load_fence(EMPLOYEE) == 3


def test_what_is_due_follows_its_record(store: AttendanceStore) -> None:
    """The window closes at 20:00, which it includes."""
    still_open = replace(RECORD, closed=False)
    store.put_records(EMPLOYEE, SITE, 0, [Change(None, still_open)])
    assert store.list_due(SITE, at("20:00:00")) == []
    assert store.list_due(SITE, at("20:00:01")) == [(EMPLOYEE, MONDAY)]
    later = replace(still_open, instance=replace(still_open.instance, closes_at=at("21:00")))
    store.put_records(EMPLOYEE, SITE, 1, [Change(still_open, later)])
    assert store.list_due(SITE, at("21:00:00")) == []
    assert store.list_due(SITE, at("21:00:01")) == [(EMPLOYEE, MONDAY)]
    store.put_records(EMPLOYEE, SITE, 2, [Change(later, replace(later, closed=True))])
    assert store.list_due(SITE, at("23:00")) == []


def test_a_record_that_is_gone_is_due_no_more(store: AttendanceStore) -> None:
    still_open = replace(RECORD, closed=False)
    store.put_records(EMPLOYEE, SITE, 0, [Change(None, still_open)])
    store.put_records(EMPLOYEE, SITE, 1, [Change(still_open, None)])
    assert store.list_due(SITE, at("23:00")) == store.list_records(EMPLOYEE, MONDAY, MONDAY) == []


def test_punches_of_the_same_second_are_both_kept(store: AttendanceStore) -> None:
    pair: list[Punch] = [punch_of("08:00", IN, "a"), punch_of("08:00", OUT, "b")]
    for punch in pair:
        store.add_punch(punch)
    assert store.list_punches(EMPLOYEE, at("08:00"), at("08:00")) == pair
