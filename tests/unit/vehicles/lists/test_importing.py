"""Files of vehicles: all rows or none, told by line; an import that breaks off is gone on with."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest

from floorsight.platform.errors import Faulty, Malformed, Unavailable
from floorsight.vehicles.lists.importing import MAX_FAULTS, MAX_ROWS, SAVING_SECONDS, Imported
from floorsight.vehicles.model import ListName
from tests.fakes.register import Register
from tests.fakes.scene import SITE
from tests.fakes.table import FaultyTable

HEADER = "list,plate,valid_from,valid_until,reason,host,max_visits,note\r\n"
FILE = HEADER + (
    "blocked,MH12AB1234,,,unpaid damage,,,\r\n"
    "allowed,MH 14 CD 5678,,2026-03-31,,,,fleet\r\n"
    "visitor,KA05EF9012,2026-03-02 08:00,2026-03-02T18:00:00Z,,Anna Berg,1,\r\n"
)


def load(register: Register, text: str | bytes, *, dry_run: bool = False) -> Imported:
    content = text.encode() if isinstance(text, str) else text
    return register.imports_on(register.registry).import_file(SITE, content, by="olga", dry_run=dry_run)


def faults_of(register: Register, text: str) -> list[tuple[str, str]]:
    stored = register.registry.dump()
    with pytest.raises(Malformed) as caught:
        load(register, text)
    assert register.registry.dump() == stored
    if isinstance(caught.value, Faulty):
        return [(fault.field, fault.code) for fault in caught.value.faults]
    return [(caught.value.field or "", caught.value.code)]


def many(number: int, list_name: str = "allowed", reason: str = "") -> str:
    rows = (f"{list_name},KA05M{each:04},,,{reason},,,\r\n" for each in range(number))
    return "".join(rows)


def test_a_file_is_saved_and_the_same_again_changes_nothing(register: Register) -> None:
    assert load(register, FILE) == Imported(
        3, new=3, changed=0, unchanged=0, repeated=0, unblocked=0, corrected=()
    )
    stored = register.registry.dump()
    register.clock.advance(60)
    assert load(register, FILE) == Imported(
        3, new=0, changed=0, unchanged=3, repeated=0, unblocked=0, corrected=()
    )
    assert register.registry.dump() == stored
    visitor = register.like("KA05EF9012")[0]
    assert visitor.valid_from == datetime(2026, 3, 2, 7, tzinfo=UTC)  # the site's time
    assert visitor.valid_until == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert (visitor.host, visitor.max_visits) == ("Anna Berg", 1)
    # A date alone is the whole day, and clocks were put forward on the 29th.
    assert register.like("MH14CD5678")[0].valid_until == datetime(2026, 3, 31, 22, tzinfo=UTC)


def test_a_dry_run_says_the_same_and_saves_nothing(register: Register) -> None:
    stored = register.registry.dump()
    assert load(register, FILE, dry_run=True).new == 3
    assert register.registry.dump() == stored


def test_what_the_file_says_replaces_what_was_listed_and_what_it_does_not_name_stays(
    register: Register,
) -> None:
    load(register, FILE)
    result = load(register, HEADER + "blocked,MH12AB1234,,,theft,,,\r\nallowed,KA05M1,,,,,,\r\n")
    assert (result.new, result.changed, result.unchanged) == (1, 1, 0)
    assert len(register.listed()) == 4
    [entry] = [each for each in register.listed() if each.vehicle.list_name is ListName.BLOCKED]
    assert (entry.vehicle.reason, entry.vehicle.revision) == ("theft", 2)
    assert len(register.lists.list_history(entry.vehicle.vehicle_id)) == 2


def test_what_was_removed_is_listed_again(register: Register) -> None:
    load(register, FILE)
    register.lists.remove(f"{SITE}.MH12AB1234.blocked", by="olga")
    result = load(register, FILE)
    assert (result.new, result.changed, result.unchanged) == (1, 0, 2)
    assert len(register.like("MH12AB1234")) == 1


def test_rows_without_a_beginning_are_the_same_again_later_visitors_too(register: Register) -> None:
    text = HEADER + "visitor,KA05EF9012,,2026-03-02 18:00,,Anna,1,\r\nblocked,MH12AB1234,,,theft,,,\r\n"
    assert load(register, text).new == 2
    stored = register.registry.dump()
    register.clock.advance(3 * 86400)  # the visitor's time is over by then
    assert load(register, text).unchanged == 2
    assert register.registry.dump() == stored
    # Another day's visit of the same visitor has visits of its own.
    assert load(register, text.replace("03-02", "03-06")).new == 1
    assert register.like("KA05EF9012")[0].vehicle_id.endswith(".visitor.2")
    assert load(register, text.replace("03-02", "03-06")).unchanged == 2


def test_what_is_over_before_it_was_ever_listed_is_told_by_line(register: Register) -> None:
    text = HEADER + "allowed,X1,,,,,,\r\nvisitor,KA05EF9012,,2026-03-01,,Anna,1,\r\n"
    assert faults_of(register, text) == [("lines.3.valid_until", "over_already")]


@pytest.mark.parametrize(
    ("row", "changed", "unblocked"),
    [
        ("blocked,MH12AB1234,,2026-03-02,theft,,,", 1, 1),  # at midnight
        ("blocked,MH12AB1234,2026-01-01,2026-03-01,theft,,,", 1, 1),
        ("blocked,MH12AB1234,2026-04-01,,theft,,,", 1, 1),
        ("blocked,MH12AB1234,,,damage,,,", 1, 0),
        ("blocked,MH12AB1234,,,theft,,,", 0, 0),
    ],
)
def test_blocks_that_a_file_ends_are_counted_apart(
    register: Register, row: str, changed: int, unblocked: int
) -> None:
    load(register, FILE.replace("unpaid damage", "theft"))
    for dry_run in (True, False):
        result = load(register, HEADER + row + "\r\n", dry_run=dry_run)
        assert (result.changed, result.unblocked) == (changed, unblocked)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + FILE,
        FILE.replace(",", ";"),
        FILE.replace(",", "\t"),
        FILE.replace("\r\n", "\n"),
        FILE.replace("\r\n", "\r\n\r\n,,,\r\n"),
        FILE.removesuffix("\r\n"),
        FILE.replace("list,", "List,").replace("blocked,", " BLOCKED ,"),
        FILE.replace("\r\n", ",,\r\n"),
        FILE.replace("unpaid damage", '"unpaid damage"'),
    ],
)
def test_files_as_spreadsheets_write_them_say_the_same(register: Register, text: str) -> None:
    load(register, FILE)
    assert load(register, text) == Imported(
        3, new=0, changed=0, unchanged=3, repeated=0, unblocked=0, corrected=()
    )


def test_columns_come_in_any_order_and_only_two_are_needed(register: Register) -> None:
    assert load(register, "plate;list\nKA05M1;allowed\n").new == 1


def test_corrections_and_repeated_rows_are_told(register: Register) -> None:
    result = load(register, "list,plate\nallowed,MHI2AB1234\n\nallowed,mh12ab1234\nallowed,X1\n")
    assert (result.rows, result.new, result.repeated) == (3, 2, 1)
    [corrected] = result.corrected
    assert (corrected.line, corrected.typed, corrected.plate) == (2, "MHI2AB1234", "MH12AB1234")


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("stolen,KA05M1,,,,,,", "list", "unknown_list"),
        (",KA05M1,,,,,,", "list", "list_missing"),
        ("allowed,,,,,,,fleet", "plate", "plate_missing"),
        ("allowed,...,,,,,,", "plate", "no_profile"),
        ("blocked,KA05M1,,,,,,", "reason", "reason_missing"),
        ("allowed,KA05M1,,,theft,,,", "reason", "field_of_other_list"),
        ("visitor,KA05M1,,2026-03-02,,,,", "host", "visitor_incomplete"),
        ("allowed,KA05M1,02.03.2026,,,,,", "valid_from", "bad_time"),
        ("allowed,KA05M1,2026-02-30,,,,,", "valid_from", "bad_time"),
        ("allowed,KA05M1,46083,,,,,", "valid_from", "bad_time"),
        ("allowed,KA05M1,,9999-12-31,,,,", "valid_until", "out_of_range"),
        ("allowed,KA05M1,,1066-10-14 09:00,,,,", "valid_until", "out_of_range"),
        ("allowed,KA05M1,2026-03-03,2026-03-01,,,,", "valid_until", "never_valid"),
        ("visitor,KA05M1,,2026-03-02,,Anna,many,", "max_visits", "bad_number"),
        ("visitor,KA05M1,,2026-03-02,,Anna,0,", "max_visits", "out_of_range"),
        ("allowed,MH12AB1234,,,,,,other", "plate", "row_contradicts"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_nothing_is_saved(
    register: Register, row: str, field: str, code: str
) -> None:
    text = f"{HEADER}allowed,MH12AB1234,,,,,,\r\n{row}\r\nallowed,X1,,,,,,\r\n"
    assert faults_of(register, text) == [(f"lines.3.{field}", code)]


def test_every_wrong_line_is_told_and_then_how_many_more(register: Register) -> None:
    text = HEADER + "allowed,?,,,,,,\r\nallowed,X1,,,,,,\r\nstolen,X2,,,,,,\r\n"
    assert faults_of(register, text) == [("lines.2.plate", "no_profile"), ("lines.4.list", "unknown_list")]
    faults = faults_of(register, HEADER + "allowed,?,,,,,,\r\n" * (MAX_FAULTS + 7))
    assert (len(faults), faults[-1]) == (MAX_FAULTS + 1, ("body", "more_faults"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "columns_missing"),
        ("plate\nX1\n", "columns_missing"),
        ("list,plate,colour\nallowed,X1,red\n", "unknown_column"),
        ("list,plate,plate\nallowed,X1,X2\n", "column_twice"),
        (HEADER, "no_rows"),
        ('list,plate\nallowed,"X1\n', "bad_csv"),
        ("list,plate\nallowed,X1,,fleet\n", "too_many_cells"),
        (HEADER + "allowed,X1,,,,,,\n" * (MAX_ROWS + 1), "too_many_rows"),
    ],
)
def test_a_file_that_can_not_be_read_is_told_why(register: Register, text: str, code: str) -> None:
    assert [fault[1] for fault in faults_of(register, text)] == [code]


def test_a_file_in_another_coding_or_too_large_is_told_so(register: Register) -> None:
    with pytest.raises(Malformed, match="UTF-8") as caught:
        load(register, FILE.replace("damage", "Schäden").encode("latin-1"))
    assert caught.value.code == "not_utf8"
    with pytest.raises(Malformed, match="2 MB") as caught:
        load(register, b" " * (2 * 1024 * 1024 + 1))
    assert caught.value.code == "file_too_large"


def test_an_import_that_breaks_off_says_so_and_is_gone_on_with(register: Register) -> None:
    text = HEADER + many(250) + "blocked,MH12AB1234,,,theft,,,\r\n"
    dice = itertools.chain([1.0] * 5, itertools.repeat(0.0))  # the storage answers for a while
    failing = FaultyTable(register.registry, dice=lambda: next(dice), unavailable=0.5)
    with pytest.raises(Unavailable, match=r"of 251 changes are saved.*same file again") as caught:
        register.imports_on(failing).import_file(SITE, text.encode(), by="olga")
    assert caught.value.code == "import_unfinished"
    saved = len(register.listed())
    assert 0 < saved < 251
    assert len(register.like("MH12AB1234")) == 1  # who is to be kept out comes first
    result = load(register, text)
    assert (result.new, result.unchanged) == (251 - saved, saved)
    assert len(register.listed()) == 251


def test_an_import_stops_before_nobody_waits_for_its_answer(register: Register) -> None:
    ticks = itertools.count(0.0, SAVING_SECONDS / 2)
    register.monotonic = lambda: next(ticks)
    with pytest.raises(Unavailable) as caught:
        load(register, HEADER + many(400))
    assert caught.value.code == "import_unfinished"
    saved = len(register.listed())
    assert 0 < saved < 400
    register.monotonic = lambda: 0.0
    assert load(register, HEADER + many(400)).new == 400 - saved


@pytest.mark.parametrize("seed", range(5))
def test_a_hostile_table_in_the_middle_leaves_what_the_file_says(register: Register, seed: int) -> None:
    before = HEADER + many(120, "blocked", "theft")
    after = HEADER + many(150, "blocked", "damage")
    load(register, before)
    hostile = FaultyTable(
        register.registry, random.Random(seed).random, contention=0.3, unavailable=0.1, answer_lost=0.2
    )
    for _ in range(100):
        try:
            register.imports_on(hostile).import_file(SITE, after.encode(), by="adam")
            break
        except Unavailable:
            continue
    assert load(register, after) == Imported(
        150, new=0, changed=0, unchanged=150, repeated=0, unblocked=0, corrected=()
    )
    # Each was changed once, whatever was tried twice.
    assert {entry.vehicle.revision for entry in register.listed()} == {1, 2}
    entries = {entry.vehicle.vehicle_id: entry for entry in register.listed()}
    history = register.lists.list_history(f"{SITE}.KA05M0000.blocked")
    assert [each.vehicle.reason for each in history] == ["damage", "theft"]
    assert len(entries) == 150


def test_what_somebody_removes_meanwhile_is_listed_as_the_file_says(register: Register) -> None:
    load(register, HEADER + many(3))
    removing = [f"{SITE}.KA05M0001.allowed"]

    def remove() -> None:
        if removing:
            register.lists.remove(removing.pop(), by="eve")

    racing = FaultyTable(register.registry, interrupt=remove)
    text = HEADER + many(3).replace(",\r\n", ",fleet\r\n")
    assert register.imports_on(racing).import_file(SITE, text.encode(), by="olga").changed == 3
    entry = register.lists.get(f"{SITE}.KA05M0001.allowed")
    assert (entry.removed, entry.vehicle.note, entry.vehicle.revision) == (False, "fleet", 3)


def test_a_row_that_somebody_makes_senseless_meanwhile_is_told_the_next_time(register: Register) -> None:
    """Without a beginning of its own, what is over already counts only for an entry that is there."""
    past = (register.clock() - timedelta(days=1)).isoformat()
    register.add(ListName.ALLOWED, "KA05M9999", valid_from=register.clock() - timedelta(days=9))
    times = 0

    def remove() -> None:
        nonlocal times
        times += 1
        if times == 2:  # the first part is saved
            register.lists.remove(f"{SITE}.KA05M9999.allowed", by="eve")

    text = HEADER + many(150) + f"allowed,KA05M9999,,{past},,,,\r\n"
    table = FaultyTable(register.registry, interrupt=remove)
    with pytest.raises(Unavailable, match="Import the same file again") as caught:
        register.imports_on(table).import_file(SITE, text.encode(), by="olga")
    assert caught.value.code == "import_unfinished"
    assert faults_of(register, text) == [("lines.152.valid_until", "over_already")]


@pytest.mark.parametrize(("note", "revision"), [("", 1), ("fleet", 2)])
def test_two_imports_of_the_same_new_vehicles_at_once(register: Register, note: str, revision: int) -> None:
    text = HEADER + many(100)
    began: list[datetime | None] = []

    def import_first() -> None:
        if not began:
            load(register, text)
            began.extend(each.vehicle.valid_from for each in register.listed())
            register.clock.advance(1)

    racing = FaultyTable(register.registry, interrupt=import_first)
    mine = text.replace(",\r\n", f",{note}\r\n") if note else text
    assert register.imports_on(racing).import_file(SITE, mine.encode(), by="eve").new == 100
    entries = register.listed()
    assert {(each.vehicle.note or "", each.vehicle.revision) for each in entries} == {(note, revision)}
    assert [each.vehicle.valid_from for each in entries] == began
