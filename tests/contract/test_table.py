"""What every `Table` means: one suite for the table in memory and for DynamoDB's adapter."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorsight.platform.errors import Conflict, Malformed
from floorsight.platform.items import Item, Key
from floorsight.platform.table import (
    ABSENT,
    Delete,
    Expectation,
    Put,
    Refusal,
    Table,
    TransactionRefused,
    Update,
)

PK = "CAMERA#door-1"


def item(sk: str, **body: Any) -> Item:
    return {"PK": PK, "SK": sk, **body}


def fill(table: Table, *sort_keys: str) -> None:
    for sk in sort_keys:
        table.write(Put(item(sk)))


def sort_keys(items: list[Item]) -> list[str]:
    return [found["SK"] for found in items]


def test_a_missing_item_is_none(table: Table) -> None:
    assert table.get(Key(PK, "A")) is None


def test_many_items_are_read_at_once(table: Table) -> None:
    stored = [Key(PK, f"A{number:03}") for number in range(0, 250, 2)]
    for key in stored:
        table.write(Put(item(key.sk, number=int(key.sk[1:]))))
    asked = [Key(PK, f"A{number:03}") for number in range(250)]
    found = table.get_many([*asked, *asked[:10]])  # the same key twice, as DynamoDB would refuse it
    assert found == {key: item(key.sk, number=int(key.sk[1:])) for key in stored}
    assert table.get_many([]) == {}


def test_values_come_back_as_they_went_in(table: Table) -> None:
    body = {
        "text": "Tür 1 \U0001f6aa",
        "empty": "",
        "whole": -7,
        "big": 2**60,
        "fraction": 0.1,
        "tiny": 1e-7,
        "yes": True,
        "blob": b"\x00\xff",
        "list": [1, "two", [3.5], None],
        "map": {"a.b": {"deep": False}, "none": None},
    }
    table.write(Put(item("A", **body)))
    assert table.get(Key(PK, "A")) == item("A", **body)


def test_a_whole_float_comes_back_as_int(table: Table) -> None:
    table.write(Put(item("A", x=1.0)))
    found = table.get(Key(PK, "A"))
    assert found is not None
    assert type(found["x"]) is int


def test_none_is_left_out_of_an_item(table: Table) -> None:
    table.write(Put(item("A", x=None)))
    assert table.get(Key(PK, "A")) == item("A")


def test_numbers_at_the_ends_of_what_dynamodb_keeps(table: Table) -> None:
    body = {"most": 10**38 - 1, "least": -(10**38) + 1, "small": 1e-130, "minus": -1e-130}
    table.write(Put(item("A", **body)))
    assert table.get(Key(PK, "A")) == item("A", **body)


def test_a_number_that_is_too_small_to_keep_is_zero(table: Table) -> None:
    table.write(Put(item("A", x=9e-131, y=-5e-324)))
    assert table.get(Key(PK, "A")) == item("A", x=0, y=0)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), float("-inf"), 10**38, -(10**38), 1e126, {1, 2}, object()]
)
def test_what_can_not_be_stored_is_refused(table: Table, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        table.write(Put(item("A", x=value)))
    assert table.get(Key(PK, "A")) is None


def test_a_read_item_is_the_readers_own(table: Table) -> None:
    table.write(Put(item("A", tags=["x"])))
    found = table.get(Key(PK, "A"))
    assert found is not None
    found["tags"].append("y")
    assert table.get(Key(PK, "A")) == item("A", tags=["x"])


def test_a_put_replaces_the_whole_item(table: Table) -> None:
    table.write(Put(item("A", x=1, y=2)))
    table.write(Put(item("A", y=3)))
    assert table.get(Key(PK, "A")) == item("A", y=3)


def test_an_update_makes_adds_sets_and_removes(table: Table) -> None:
    key = Key(PK, "A")
    table.write(Update(key, add={"in:door-1.abc": 2}, set={"name": "x", "gone": 1}))
    table.write(Update(key, add={"in:door-1.abc": -3, "out": 1}, set={"gone": None}))
    assert table.get(key) == item("A", **{"in:door-1.abc": -1, "out": 1, "name": "x"})


def test_delete_removes_and_may_find_nothing(table: Table) -> None:
    fill(table, "A")
    table.write(Delete(Key(PK, "A")))
    table.write(Delete(Key(PK, "A")))
    assert table.get(Key(PK, "A")) is None


def test_absent_holds_once(table: Table) -> None:
    table.write(Put(item("A", x=1), expect=ABSENT))
    with pytest.raises(Conflict) as caught:
        table.write(Put(item("A", x=2), expect=ABSENT))
    assert caught.value.code == "expectation_failed"
    assert table.get(Key(PK, "A")) == item("A", x=1)


@pytest.mark.parametrize(
    ("stored", "expected", "holds"),
    [
        ({"n": 1}, {"n": 1}, True),
        ({"n": 1}, {"n": 2}, False),
        ({"n": 1}, {"n": None}, False),
        ({"n": 1}, {"n": 1, "m": None}, True),
        ({}, {"n": None}, True),
        ({}, {"n": 0}, False),
        (None, {"n": None}, True),
        (None, {"n": 1}, False),
    ],
)
def test_expected_values(table: Table, stored: Item | None, expected: Item, holds: bool) -> None:
    if stored is not None:
        table.write(Put(item("A", **stored)))
    write = Update(Key(PK, "A"), set={"done": True}, expect=Expectation(equals=expected))
    if holds:
        table.write(write)
        assert table.get(Key(PK, "A")) == item("A", **(stored or {}), done=True)
    else:
        with pytest.raises(Conflict):
            table.write(write)
        assert table.get(Key(PK, "A")) == (item("A", **stored) if stored is not None else None)


@pytest.mark.parametrize(
    ("stored", "most", "holds"),
    [
        ({"n": 2}, 2, True),
        ({"n": 3}, 2, False),
        ({"n": -1}, 0, True),
        ({}, 0, True),
        (None, 0, True),
        (None, -1, False),
        ({}, -1, False),
        ({"n": -1}, -1, True),
    ],
)
def test_numbers_at_most(table: Table, stored: Item | None, most: int, holds: bool) -> None:
    if stored is not None:
        table.write(Put(item("A", **stored)))
    write = Update(Key(PK, "A"), add={"n": 5}, expect=Expectation(at_most={"n": most}))
    if holds:
        table.transact([write])
        assert table.get(Key(PK, "A")) == item("A", n=5 + (stored or {}).get("n", 0))
    else:
        with pytest.raises(TransactionRefused) as caught:
            table.transact([write])
        assert caught.value.refusals == (Refusal.EXPECTATION,)
        assert table.get(Key(PK, "A")) == (item("A", **stored) if stored is not None else None)


def test_adds_up_to_a_most_never_pass_it(table: Table) -> None:
    def add(_: int) -> int:
        try:
            table.write(Update(Key(PK, "A"), add={"n": 3}, expect=Expectation(at_most={"n": 20 - 3})))
        except Conflict:
            return 0
        return 3

    with ThreadPoolExecutor(8) as pool:
        added = sum(pool.map(add, range(40)))
    assert table.get(Key(PK, "A")) == item("A", n=added)
    assert added == 18


def test_delete_keeps_what_is_not_as_expected(table: Table) -> None:
    table.write(Put(item("A", n=1)))
    with pytest.raises(Conflict):
        table.write(Delete(Key(PK, "A"), expect=Expectation(equals={"n": 2})))
    assert table.get(Key(PK, "A")) == item("A", n=1)


def test_a_transaction_is_all(table: Table) -> None:
    fill(table, "C")
    table.transact(
        [
            Put(item("A"), expect=ABSENT),
            Update(Key(PK, "B"), add={"n": 1}),
            Delete(Key(PK, "C")),
        ]
    )
    assert table.query(PK).items == [item("A"), item("B", n=1)]


def test_a_transaction_is_nothing_and_names_the_refused(table: Table) -> None:
    fill(table, "B")
    with pytest.raises(TransactionRefused) as caught:
        table.transact(
            [
                Put(item("A"), expect=ABSENT),
                Put(item("B"), expect=ABSENT),
                Update(Key(PK, "C"), add={"n": 1}, expect=Expectation(equals={"v": 1})),
            ]
        )
    assert caught.value.refusals == (Refusal.NONE, Refusal.EXPECTATION, Refusal.EXPECTATION)
    assert not caught.value.contended_only
    assert table.query(PK).items == [item("B")]


def test_a_transaction_takes_a_hundred_writes(table: Table) -> None:
    table.transact([Put(item(f"{number:03}"), expect=ABSENT) for number in range(100)])
    assert len(table.query(PK).items) == 100


@pytest.mark.parametrize(
    "sizes", [[], ["A"] * 2, [f"{n:03}" for n in range(101)]], ids=["none", "twice", "101"]
)
def test_impossible_transactions_are_a_fault_of_ours(table: Table, sizes: list[str]) -> None:
    with pytest.raises(ValueError, match="transaction"):
        table.transact([Put(item(sk)) for sk in sizes])
    assert table.query(PK).items == []


def test_queries_are_in_sort_key_order_within_the_partition(table: Table) -> None:
    fill(table, "B", "A", "a", "é", "\U0001f6aa", "\uffff", "A#1")
    table.write(Put({"PK": "CAMERA#door-10", "SK": "A"}))
    ascending = ["A", "A#1", "B", "a", "é", "\uffff", "\U0001f6aa"]  # as UTF-8 bytes
    assert sort_keys(table.query(PK).items) == ascending
    assert sort_keys(table.query(PK, newest_first=True).items) == ascending[::-1]
    assert table.query("CAMERA#door").items == []


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"after": "B"}, ["B#", "C", "D"]),
        ({"until": "C"}, ["A", "B", "B#", "C"]),
        ({"after": "A", "until": "C"}, ["B", "B#", "C"]),
        ({"after": "C", "until": "C"}, []),
        ({"after": "D", "until": "A"}, []),
        ({"begins": "B"}, ["B", "B#"]),
        ({"begins": "E"}, []),
        ({"begins": "B", "newest_first": True}, ["B#", "B"]),
        ({"after": "A", "newest_first": True, "limit": 2}, ["D", "C"]),
    ],
)
def test_ranges(table: Table, how: dict[str, Any], expected: list[str]) -> None:
    fill(table, "A", "B", "B#", "C", "D")
    assert sort_keys(table.query(PK, **how).items) == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_join_to_the_whole_and_the_last_has_no_next(
    table: Table, limit: int, newest_first: bool
) -> None:
    fill(table, "A", "B", "C", "D")
    pages = []
    start_key = None
    while True:
        page = table.query(PK, limit=limit, start_key=start_key, newest_first=newest_first)
        pages.append(sort_keys(page.items))
        start_key = page.next_key
        if start_key is None:
            break
    whole = ["D", "C", "B", "A"] if newest_first else ["A", "B", "C", "D"]
    assert [sk for page in pages for sk in page] == whole
    assert len(pages) == -(-4 // limit)


def test_a_page_may_begin_where_nothing_is_any_more(table: Table) -> None:
    fill(table, "A", "B", "C")
    first = table.query(PK, limit=1)
    table.write(Delete(Key(PK, "A")))
    assert sort_keys(table.query(PK, start_key=first.next_key).items) == ["B", "C"]


def test_the_index_holds_items_that_have_its_keys(table: Table) -> None:
    for camera, site in (("b", "x"), ("a", "x"), ("c", "y")):
        table.write(
            Put({"PK": f"C#{camera}", "SK": "C", "GSI1PK": f"S#{site}", "GSI1SK": f"C#{camera}", "n": 1})
        )
    table.write(Put({"PK": "C#d", "SK": "C"}))
    assert [found["PK"] for found in table.query("S#x", index=True).items] == ["C#a", "C#b"]
    first = table.query("S#x", index=True, begins="C#", limit=1)
    assert first.items[0]["n"] == 1
    second = table.query("S#x", index=True, begins="C#", limit=1, start_key=first.next_key)
    assert [found["PK"] for found in second.items] == ["C#b"]
    assert second.next_key is None


@pytest.mark.parametrize(
    "start_key",
    [
        {"PK": "CAMERA#other", "SK": "A"},
        {"PK": PK},
        {"PK": PK, "SK": ""},
        {"PK": PK, "SK": 5},
        {"PK": PK, "SK": "A", "more": "x"},
        {"PK": PK, "SK": "A" * 1025},
        {"PK": PK, "SK": "\u00fc" * 513},
        {},
    ],
)
def test_a_start_key_of_another_list_is_malformed(table: Table, start_key: Item) -> None:
    with pytest.raises(Malformed) as caught:
        table.query(PK, start_key=start_key)
    assert (caught.value.code, caught.value.field) == ("bad_cursor", "cursor")


@pytest.mark.parametrize("how", [{"after": "B"}, {"until": "A"}, {"begins": "C"}])
def test_a_start_key_outside_the_range_is_malformed(table: Table, how: dict[str, str]) -> None:
    """As when the range begins later than it did on the page before."""
    fill(table, "A", "B", "C")
    with pytest.raises(Malformed) as caught:
        table.query(PK, start_key={"PK": PK, "SK": "B"}, **how)  # type: ignore[arg-type]
    assert caught.value.code == "bad_cursor"


def test_more_than_one_page_of_the_service(table: Table) -> None:
    """DynamoDB answers a query with at most 1 MB at a time."""
    for number in range(6):
        table.write(Put(item(f"{number}", blob=bytes(300_000))))
    assert sort_keys(table.query(PK).items) == list("012345")
    assert sort_keys(table.query(PK, limit=5).items) == list("01234")


def test_concurrent_adds_are_all_counted(table: Table) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: table.write(Update(Key(PK, "A"), add={"n": 1})), range(80)))
    assert table.get(Key(PK, "A")) == item("A", n=80)


Names = st.sampled_from(["A", "B", "C"])
Values = st.integers(0, 2)
Expectations = st.one_of(
    st.just(Expectation()),
    st.just(ABSENT),
    st.builds(lambda v: Expectation(equals={"n": v}), st.none() | Values),
    st.builds(lambda v: Expectation(at_most={"n": v}), st.integers(-1, 2)),
)
Writes = st.one_of(
    st.builds(lambda sk, n, e: Put(item(sk, n=n), expect=e), Names, Values, Expectations),
    st.builds(lambda sk, n, e: Update(Key(PK, sk), add={"n": n}, expect=e), Names, Values, Expectations),
    st.builds(
        lambda sk, n, e: Update(Key(PK, sk), set={"n": n}, expect=e), Names, st.none() | Values, Expectations
    ),
    st.builds(lambda sk, e: Delete(Key(PK, sk), expect=e), Names, Expectations),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(Writes, min_size=1, max_size=3, unique_by=lambda w: w.key), max_size=6))
def test_any_transactions_mean_what_they_mean_in_memory(
    make_table: Callable[[], Table], transactions: list[list[Any]]
) -> None:
    """The fake is the model that the real adapter is compared with, write by write."""
    from tests.fakes.table import MemoryTable

    model, table = MemoryTable(), make_table()
    for writes in transactions:
        outcomes = [_outcome(candidate, writes) for candidate in (model, table)]
        assert outcomes[0] == outcomes[1]
        assert model.query(PK).items == table.query(PK).items


def _outcome(table: Table, writes: list[Any]) -> tuple[Refusal, ...] | None:
    try:
        table.transact(writes)
    except TransactionRefused as refused:
        return refused.refusals
    return None
