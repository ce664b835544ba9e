"""How punches become times at work."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from floorsight.attendance.model import Pairing, PunchDirection, Shift, Status
from tests.fakes.workday import BERLIN, IN, OUT, UNKNOWN, at, facts_of, punch_of, record_of, shift_of, worked

Seen = tuple[str, PunchDirection]
FIRST_LAST, ALTERNATE = shift_of(), shift_of(pairing=Pairing.ALTERNATE)


def summary(shift: Shift, *punches: Seen) -> tuple[str | None, str | None, list[str], bool]:
    """Check-in, check-out, stretches, whether something is missing; as local times."""
    record = worked(shift, *punches)

    def local(moment: datetime | None) -> str | None:
        return f"{moment.astimezone(ZoneInfo(BERLIN)):%H:%M}" if moment else None

    stretches = [f"{local(each.start)}-{local(each.end)}" for each in record.stretches]
    missing = Status.MISSING_PUNCH in record.statuses
    return local(record.check_in), local(record.check_out), stretches, missing


@pytest.mark.parametrize(
    ("punches", "expected"),
    [
        # the plain day, and a lunch that is work by this rule
        ([("08:00", IN), ("16:00", OUT)], ("08:00", "16:00", ["08:00-16:00"], False)),
        (
            [("08:00", IN), ("12:00", OUT), ("12:30", IN), ("16:00", OUT)],
            ("08:00", "16:00", ["08:00-16:00"], False),
        ),
        # cameras without a direction
        ([("08:00", UNKNOWN), ("16:00", UNKNOWN)], ("08:00", "16:00", ["08:00-16:00"], False)),
        (
            [("08:00", UNKNOWN), ("10:00", UNKNOWN), ("16:00", UNKNOWN)],
            ("08:00", "16:00", ["08:00-16:00"], False),
        ),
        ([("08:00", IN), ("16:00", UNKNOWN)], ("08:00", "16:00", ["08:00-16:00"], False)),
        ([("08:00", UNKNOWN), ("16:00", OUT)], ("08:00", "16:00", ["08:00-16:00"], False)),
        # punches that are missing
        ([("08:00", IN)], ("08:00", None, [], True)),
        ([("16:00", OUT)], (None, "16:00", [], True)),
        ([("08:00", UNKNOWN)], ("08:00", None, [], True)),
        ([("08:00", IN), ("09:00", IN)], ("08:00", None, [], True)),
        ([("08:00", OUT), ("09:00", OUT)], (None, "09:00", [], True)),
        # a going before the check-in, a coming after the check-out
        ([("07:00", OUT), ("08:00", IN), ("16:00", OUT)], ("08:00", "16:00", ["08:00-16:00"], True)),
        ([("08:00", IN), ("12:00", OUT), ("12:30", IN)], ("08:00", "12:00", ["08:00-12:00"], True)),
        ([("08:00", UNKNOWN), ("12:00", UNKNOWN), ("13:00", IN)], ("08:00", "12:00", ["08:00-12:00"], True)),
        # what lies between the two lacks nothing
        ([("08:00", IN), ("12:00", IN), ("16:00", OUT)], ("08:00", "16:00", ["08:00-16:00"], False)),
        ([("16:00", OUT), ("16:30", IN)], ("16:30", None, [], True)),
    ],
)
def test_first_and_last(punches: list[Seen], expected: tuple[object, ...]) -> None:
    assert summary(FIRST_LAST, *punches) == expected


@pytest.mark.parametrize(
    ("punches", "expected"),
    [
        ([("08:00", IN), ("16:00", OUT)], ("08:00", "16:00", ["08:00-16:00"], False)),
        (
            [("08:00", IN), ("12:00", OUT), ("12:30", IN), ("16:00", OUT)],
            ("08:00", "16:00", ["08:00-12:00", "12:30-16:00"], False),
        ),
        # unknown: the opposite of the one before, the first is a coming
        ([("08:00", UNKNOWN), ("16:00", UNKNOWN)], ("08:00", "16:00", ["08:00-16:00"], False)),
        (
            [("08:00", UNKNOWN), ("12:00", UNKNOWN), ("12:30", UNKNOWN), ("16:00", UNKNOWN)],
            ("08:00", "16:00", ["08:00-12:00", "12:30-16:00"], False),
        ),
        (
            [("08:00", UNKNOWN), ("12:00", UNKNOWN), ("12:30", UNKNOWN)],
            ("08:00", "12:00", ["08:00-12:00"], True),
        ),
        (
            [("08:00", IN), ("12:00", UNKNOWN), ("12:30", UNKNOWN), ("16:00", OUT)],
            ("08:00", "16:00", ["08:00-12:00", "12:30-16:00"], False),
        ),
        ([("07:00", OUT), ("08:00", UNKNOWN), ("16:00", OUT)], ("08:00", "16:00", ["08:00-16:00"], True)),
        # every punch that is in no stretch lacks its other half
        ([("08:00", IN), ("09:00", IN), ("16:00", OUT)], ("08:00", "16:00", ["09:00-16:00"], True)),
        ([("08:00", IN), ("15:00", OUT), ("16:00", OUT)], ("08:00", "16:00", ["08:00-15:00"], True)),
        ([("08:00", IN)], ("08:00", None, [], True)),
        ([("16:00", OUT)], (None, "16:00", [], True)),
        ([("08:00", OUT), ("09:00", IN)], ("09:00", None, [], True)),
    ],
)
def test_in_turns(punches: list[Seen], expected: tuple[object, ...]) -> None:
    assert summary(ALTERNATE, *punches) == expected


def test_a_stretch_names_its_punches() -> None:
    punches = [punch_of("08:00", IN, "a"), punch_of("08:01", IN, "b"), punch_of("16:00", OUT, "c")]
    record = record_of(facts_of([FIRST_LAST], punches))
    assert [(each.in_punch, each.out_punch) for each in record.stretches] == [("a", "c")]
    assert record.punch_ids == ("a", "b", "c")


def test_after_is_by_the_order_of_punches_also_within_a_second() -> None:
    def check_out(coming: str, going: str) -> object:
        punches = [punch_of("08:00", IN, coming), punch_of("08:00", OUT, going)]
        return record_of(facts_of([FIRST_LAST], punches)).check_out

    assert check_out("a", "b") == at("08:00")
    assert check_out("b", "a") is None
