"""What a gate decides: every rule of docs/gate.md at its boundary."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from floorsight.events.vehicles import Alarm, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.errors import Malformed
from floorsight.vehicles.model import Decision, GatePolicy, GateQuestion, Listing, ReasonCode
from floorsight.vehicles.needs import find_countable
from floorsight.vehicles.rules import MAX_REASONS
from tests.fakes.listings import BERLIN, DAY, INDIAN, MOMENT, NOW, SITE, allowed, ask, blocked, visitor

PLATE = "MH12AB1234"
TWIN = "NH12AB1234"  # another plate, near PLATE
BELOW = math.nextafter(INDIAN.min_confidence, 0)
OPEN = Verdict.ALLOW
UNKNOWN = None
C = ReasonCode


def codes(decision: Decision) -> list[ReasonCode]:
    return [reason.code for reason in decision.reasons]


# Rule 1: text.


@pytest.mark.parametrize("text", [None, "", "  ", "--·/", "\u0301"])
@pytest.mark.parametrize("default", [Verdict.HOLD, Verdict.DENY, Verdict.REVIEW])
def test_what_could_not_be_read_is_held(text: str | None, default: Verdict) -> None:
    decision = ask(
        text, [blocked(PLATE), allowed(PLATE)], confidence=0, policy=replace(INDIAN, default=default)
    )
    assert (decision.verdict, codes(decision), decision.alarm) == (Verdict.HOLD, [C.UNREAD], None)
    assert (decision.plate, decision.profile, decision.candidates, decision.vehicle_id) == (
        None,
        None,
        (),
        None,
    )
    assert decision.explanation == "held: no plate could be read"


@pytest.mark.parametrize("text", ["mh 12 ab 1234", "MH12-AB-1234", " mhi2 a8 iz34", PLATE])
def test_dress_and_look_alikes_do_not_matter(text: str) -> None:
    decision = ask(text, [allowed(PLATE)])
    assert (decision.verdict, decision.plate, decision.profile) == (OPEN, PLATE, "IN")
    assert decision.candidates == (PLATE,)


# Rule 2: format.


@pytest.mark.parametrize("default", [Verdict.HOLD, Verdict.DENY, Verdict.REVIEW])
@pytest.mark.parametrize("text", ["MH12AC679", "TAXI", "MH12AB123Ж", "MH12AB1D34", "X" * 10_000])
def test_a_ghost_is_held_and_raises_no_alarm(text: str, default: Verdict) -> None:
    """Also one that looks like a blocked plate."""
    decision = ask(text, [blocked(PLATE), blocked("MH12AB1034")], policy=replace(INDIAN, default=default))
    assert (decision.verdict, codes(decision), decision.alarm) == (Verdict.HOLD, [C.NO_PROFILE], None)
    assert (decision.plate, decision.candidates, decision.vehicle_id) == (None, (), None)


def test_a_ghost_that_was_badly_read_says_both() -> None:
    decision = ask("TAXI", confidence=0.4)
    assert (decision.verdict, codes(decision)) == (Verdict.HOLD, [C.NO_PROFILE, C.LOW_CONFIDENCE])
    assert decision.explanation == (
        "held: TAXI is no plate of the format IN, read with confidence 0.40 where 0.85 is asked for"
    )


@pytest.mark.parametrize(("length", "shown"), [(20, "A" * 20), (21, "A" * 20 + "…")])
def test_a_long_text_is_cut_where_it_is_shown(length: int, shown: str) -> None:
    ghost = ask("A" * length, policy=replace(INDIAN, profiles=("IN", "UK")))
    assert ghost.explanation == f"held: {shown} is no plate of the format IN or UK"


def test_a_policy_with_a_format_that_is_not_there_decides_nothing() -> None:
    with pytest.raises(Malformed) as refused:
        ask(PLATE, policy=replace(INDIAN, profiles=("IN", "XX")))
    assert refused.value.code == "unknown_profile"


# Rule 3: which entries are meant, and when they count.

FROM, UNTIL = NOW - DAY, NOW + DAY
TIMES = [
    (FROM - MOMENT, False, C.NOT_YET_VALID),
    (FROM, True, None),
    (NOW, True, None),
    (UNTIL - MOMENT, True, None),
    (UNTIL, False, C.EXPIRED),
]


@pytest.mark.parametrize(("at", "counts", "reason"), TIMES)
def test_a_block_counts_from_its_first_moment_until_its_last(
    at: datetime, counts: bool, reason: ReasonCode | None
) -> None:
    decision = ask(PLATE, [blocked(PLATE, valid_from=FROM, valid_until=UNTIL)], at=at)
    if counts:
        assert (decision.verdict, decision.alarm, codes(decision)) == (
            Verdict.DENY,
            Alarm.BLOCKED,
            [C.BLOCKED],
        )
    else:
        assert (decision.verdict, decision.alarm) == (Verdict.HOLD, None)
        assert codes(decision) == [reason, C.SITE_DEFAULT]


@pytest.mark.parametrize("entry", [allowed, visitor])
@pytest.mark.parametrize(("at", "counts", "reason"), TIMES)
def test_what_opens_counts_from_its_first_moment_until_its_last(
    entry: type, at: datetime, counts: bool, reason: ReasonCode | None
) -> None:
    decision = ask(PLATE, [entry(PLATE, valid_from=FROM, valid_until=UNTIL)], at=at)
    assert decision.verdict is (OPEN if counts else Verdict.HOLD)
    if not counts:
        assert codes(decision) == [reason, C.SITE_DEFAULT]
        assert decision.vehicle_id == decision.reasons[0].vehicle_id == f"{entry.__name__}:{PLATE}"


@pytest.mark.parametrize(("at", "counts", "_"), TIMES)
def test_near_entries_count_at_the_same_times(at: datetime, counts: bool, _: object) -> None:
    blocks = ask(PLATE, [blocked(TWIN, valid_from=FROM, valid_until=UNTIL)], at=at)
    assert (blocks.alarm is Alarm.NEAR_BLOCKED) is counts
    opens = ask(PLATE, [allowed(TWIN, valid_from=FROM, valid_until=UNTIL)], at=at)
    assert (codes(opens) == [C.NEAR_ALLOWED]) is counts
    if not counts:
        assert codes(blocks) == codes(opens) == [C.NOT_LISTED, C.SITE_DEFAULT]


def test_an_instant_is_the_same_in_every_zone() -> None:
    entry = allowed(PLATE, valid_until=UNTIL.astimezone(BERLIN))
    assert ask(PLATE, [entry], at=UNTIL - MOMENT).verdict is OPEN
    assert ask(PLATE, [entry], at=UNTIL).verdict is Verdict.HOLD


@pytest.mark.parametrize("entry", [blocked, allowed, visitor])
def test_entries_that_are_not_like_the_text_or_of_another_site_do_not_matter(entry: type) -> None:
    """Whoever asks with too many entries opens nothing by it."""
    for stranger in (entry("MH12AB1235"), entry(PLATE, site_id="plant-2"), entry(TWIN, site_id="plant-2")):
        for direction in (Direction.IN, Direction.OUT):
            decision = ask(PLATE, [stranger], direction=direction)
            assert (decision.verdict, decision.alarm) == (Verdict.HOLD, None)
            assert codes(decision) == [C.NOT_LISTED, C.SITE_DEFAULT]


# Rule 4: blocked wins.


@pytest.mark.parametrize("direction", [Direction.IN, Direction.OUT, UNKNOWN])
def test_an_exact_block_denies_whatever_else_is_listed(direction: Direction | None) -> None:
    others = [allowed(PLATE), visitor(PLATE), allowed(TWIN), blocked(TWIN)]
    decision = ask(PLATE, [*others, blocked(PLATE)], direction=direction)
    assert (decision.verdict, decision.alarm) == (Verdict.DENY, Alarm.BLOCKED)
    assert decision.vehicle_id == f"blocked:{PLATE}"
    assert codes(decision) == [C.BLOCKED, C.ALLOWED]
    assert not decision.uses_visit


def test_a_blocked_visitor_uses_no_visit() -> None:
    decision = ask(PLATE, [visitor(PLATE, max_visits=1), blocked(PLATE)])
    assert (codes(decision), decision.uses_visit) == ([C.BLOCKED, C.VISITOR], False)


@pytest.mark.parametrize(
    ("confidence", "verdict"),
    [(1.0, Verdict.DENY), (0.85, Verdict.DENY), (BELOW, Verdict.REVIEW), (0.0, Verdict.REVIEW)],
)
def test_a_block_raises_its_alarm_at_any_confidence(confidence: float, verdict: Verdict) -> None:
    decision = ask(PLATE, [blocked(PLATE)], confidence=confidence)
    assert (decision.verdict, decision.alarm) == (verdict, Alarm.BLOCKED)
    unsure = [C.LOW_CONFIDENCE] if verdict is Verdict.REVIEW else []
    assert codes(decision) == [C.BLOCKED, *unsure]
    assert decision.vehicle_id == f"blocked:{PLATE}"


@pytest.mark.parametrize("confidence", [1.0, 0.85, BELOW, 0.0])
@pytest.mark.parametrize("others", [[], [allowed(PLATE)], [visitor(PLATE)], [allowed(TWIN)]])
def test_near_a_blocked_plate_asks_a_guard_and_raises_an_alarm(
    confidence: float, others: list[Listing]
) -> None:
    decision = ask(PLATE, [*others, blocked(TWIN)], confidence=confidence)
    assert (decision.verdict, decision.alarm) == (Verdict.REVIEW, Alarm.NEAR_BLOCKED)
    assert decision.reasons[0].code is C.NEAR_BLOCKED
    assert decision.vehicle_id == f"blocked:{TWIN}"
    assert (C.LOW_CONFIDENCE in codes(decision)) is (confidence < 0.85)
    assert not decision.uses_visit


def test_one_of_two_plates_that_is_blocked_is_near() -> None:
    """Of several canonical texts none is exact."""
    policy = replace(INDIAN, profiles=("BR",))
    for plate in ("ABC1234", "ABC1Z34"):
        decision = ask("ABCI234", [blocked(plate, profile="BR")], policy=policy)
        assert (decision.verdict, decision.alarm) == (Verdict.REVIEW, Alarm.NEAR_BLOCKED)
        assert codes(decision) == [C.NEAR_BLOCKED, C.AMBIGUOUS, C.NOT_LISTED]


# Rule 5: confidence.


@pytest.mark.parametrize(
    ("confidence", "sure"),
    [(1.0, True), (0.85, True), (BELOW, False), (0.5, False), (0.0, False), (math.nan, False)],
)
def test_confidence_counts_from_the_sites_least_on(confidence: float, sure: bool) -> None:
    decision = ask(PLATE, [allowed(PLATE)], confidence=confidence)
    assert decision.verdict is (OPEN if sure else Verdict.REVIEW)
    assert codes(decision) == ([] if sure else [C.LOW_CONFIDENCE]) + [C.ALLOWED]
    assert decision.vehicle_id == (f"allowed:{PLATE}" if sure else None)


@pytest.mark.parametrize("least", [0.5, 0.7, 1.0])
def test_the_least_confidence_is_the_policys(least: float) -> None:
    policy = replace(INDIAN, min_confidence=least)
    assert ask(PLATE, [allowed(PLATE)], confidence=least, policy=policy).verdict is OPEN
    lower = ask(PLATE, [allowed(PLATE)], confidence=math.nextafter(least, 0), policy=policy)
    assert lower.verdict is Verdict.REVIEW


@pytest.mark.parametrize("default", [Verdict.HOLD, Verdict.DENY, Verdict.REVIEW])
def test_an_unsure_reading_is_reviewed_whatever_the_default(default: Verdict) -> None:
    decision = ask(PLATE, confidence=BELOW, policy=replace(INDIAN, default=default))
    assert (decision.verdict, codes(decision)) == (Verdict.REVIEW, [C.LOW_CONFIDENCE, C.NOT_LISTED])


def test_an_unsure_visitor_uses_no_visit() -> None:
    assert not ask(PLATE, [visitor(PLATE, max_visits=1)], confidence=BELOW).uses_visit


# Rule 6: ambiguous.


@pytest.mark.parametrize("confidence", [0.99, 0.5])
@pytest.mark.parametrize("entry", [allowed, visitor])
def test_an_ambiguous_text_opens_nothing(entry: type, confidence: float) -> None:
    policy = replace(INDIAN, profiles=("BR",))
    entries = [entry(plate, profile="BR") for plate in ("ABC1234", "ABC1Z34")]
    decision = ask("ABCI234", entries, policy=policy, confidence=confidence)
    assert (decision.verdict, decision.alarm, decision.uses_visit) == (Verdict.REVIEW, None, False)
    unsure = [C.LOW_CONFIDENCE] if confidence < 0.85 else []
    assert codes(decision) == [*unsure, C.AMBIGUOUS, C.NEAR_ALLOWED, C.NEAR_ALLOWED]
    assert (decision.plate, decision.profile) == (None, None)
    assert decision.candidates == ("ABC1Z34", "ABC1234")


# Rules 7 and 8: allowed, visitors.


@pytest.mark.parametrize("direction", [Direction.IN, Direction.OUT, UNKNOWN])
def test_an_allowed_vehicle_is_let_in_and_out(direction: Direction | None) -> None:
    decision = ask(PLATE, [allowed(PLATE)], direction=direction)
    assert (decision.verdict, codes(decision), decision.uses_visit) == (OPEN, [C.ALLOWED], False)
    assert (decision.alarm, decision.policy_version) == (None, 7)


@pytest.mark.parametrize(
    ("most", "used", "opens"),
    [
        (None, 0, True),
        (None, 999, True),
        (1, 0, True),
        (1, 1, False),
        (3, 2, True),
        (3, 3, False),
        (3, 4, False),
    ],
)
@pytest.mark.parametrize("direction", [Direction.IN, UNKNOWN])
def test_a_visitor_comes_in_while_visits_are_left(
    most: int | None, used: int, opens: bool, direction: Direction | None
) -> None:
    """Where it is not known which way it goes, it may be coming in: that uses a visit too."""
    decision = ask(PLATE, [visitor(PLATE, max_visits=most, visits_used=used)], direction=direction)
    assert (decision.verdict, decision.uses_visit) == ((OPEN, True) if opens else (Verdict.HOLD, False))
    assert codes(decision) == ([C.VISITOR] if opens else [C.VISITS_USED_UP, C.SITE_DEFAULT])
    assert decision.vehicle_id == f"visitor:{PLATE}"


@pytest.mark.parametrize(("at", "_", "__"), TIMES)
@pytest.mark.parametrize("used", [0, 1])
def test_a_visitor_who_was_let_in_is_let_out_whatever_the_time_and_the_visits(
    at: datetime, _: object, __: object, used: int
) -> None:
    entry = visitor(PLATE, valid_from=FROM, valid_until=UNTIL, max_visits=1, visits_used=used)
    decision = ask(PLATE, [entry], direction=Direction.OUT, at=at, on_site=True)
    assert (decision.verdict, codes(decision)) == (OPEN, [C.VISITOR_LEAVING])
    assert not decision.uses_visit


@pytest.mark.parametrize(("at", "counts", "reason"), TIMES)
@pytest.mark.parametrize("used", [0, 1])
def test_a_visitor_of_whom_nobody_knows_that_they_came_is_let_out_at_their_time(
    at: datetime, counts: bool, reason: C | None, used: int
) -> None:
    entry = visitor(PLATE, valid_from=FROM, valid_until=UNTIL, max_visits=1, visits_used=used)
    decision = ask(PLATE, [entry], direction=Direction.OUT, at=at)
    assert (decision.verdict is OPEN) is counts
    assert codes(decision) == ([C.VISITOR_LEAVING] if counts else [reason, C.SITE_DEFAULT])


def test_out_does_not_help_an_allowed_entry_that_is_over() -> None:
    decision = ask(PLATE, [allowed(PLATE, valid_until=NOW)], direction=Direction.OUT)
    assert (decision.verdict, codes(decision)) == (Verdict.HOLD, [C.EXPIRED, C.SITE_DEFAULT])


def test_who_is_allowed_uses_no_visit() -> None:
    decision = ask(PLATE, [visitor(PLATE, max_visits=1), allowed(PLATE)])
    assert (codes(decision), decision.uses_visit) == ([C.ALLOWED], False)


def test_of_several_visits_the_one_that_ends_first_is_used() -> None:
    late = visitor(PLATE, vehicle_id="1", valid_until=NOW + 2 * DAY)
    soon = visitor(PLATE, vehicle_id="2", valid_until=NOW + DAY)
    over = visitor(PLATE, vehicle_id="0", valid_until=NOW)
    used = visitor(PLATE, vehicle_id="3", valid_until=NOW + DAY / 2, max_visits=2, visits_used=2)
    for order in itertools.permutations([late, soon, over, used]):
        assert ask(PLATE, order).vehicle_id == "2"
    assert ask(PLATE, [over, soon], direction=Direction.OUT).vehicle_id == "2"


# Rule 9: an exact entry that does not count now.


@pytest.mark.parametrize("default", [Verdict.HOLD, Verdict.DENY, Verdict.REVIEW])
def test_an_entry_that_does_not_count_leaves_it_to_the_default_with_the_reason(default: Verdict) -> None:
    """And what is known exactly is not taken for something near."""
    entries = [
        allowed(PLATE, valid_until=NOW),
        visitor(PLATE, vehicle_id="a", valid_from=NOW + MOMENT),
        visitor(PLATE, vehicle_id="b", valid_until=NOW + 2 * DAY, max_visits=1, visits_used=1),
        blocked(PLATE, valid_until=NOW - DAY),
        allowed(TWIN),
    ]
    decision = ask(PLATE, entries, policy=replace(INDIAN, default=default))
    assert (decision.verdict, decision.alarm, decision.uses_visit) == (default, None, False)
    assert codes(decision) == [C.EXPIRED, C.EXPIRED, C.VISITS_USED_UP, C.SITE_DEFAULT]
    assert [reason.vehicle_id for reason in decision.reasons] == [
        f"blocked:{PLATE}",
        f"allowed:{PLATE}",
        "b",  # of a list what comes closest to counting
        None,
    ]


def test_of_a_list_only_the_entry_that_comes_closest_to_counting_is_told() -> None:
    """A visitor of every day: yesterday's entry, not those of all days before."""
    past = [visitor(PLATE, vehicle_id=f"{day}", valid_until=NOW - day * DAY) for day in range(2000)]
    assert [reason.vehicle_id for reason in ask(PLATE, past).reasons] == ["0", None]
    soon = visitor(PLATE, vehicle_id="soon", valid_from=NOW + MOMENT)
    later = visitor(PLATE, vehicle_id="later", valid_from=NOW + DAY, valid_until=NOW + 2 * DAY)
    assert ask(PLATE, [*past, later, soon]).vehicle_id == "soon"
    used = visitor(PLATE, vehicle_id="used", max_visits=1, visits_used=1)
    assert ask(PLATE, [*past, later, soon, used]).vehicle_id == "used"
    out = ask(PLATE, [visitor(TWIN, vehicle_id=str(day)) for day in range(2000)], direction=Direction.OUT)
    assert codes(out) == [C.NEAR_ALLOWED]  # each plate once


def test_no_more_reasons_are_told_than_a_guard_reads() -> None:
    entries = [blocked(PLATE, vehicle_id=str(number)) for number in range(100)]
    decision = ask(PLATE, entries)
    assert (decision.verdict, len(decision.reasons)) == (Verdict.DENY, MAX_REASONS)


@pytest.mark.parametrize(
    ("entry", "direction", "counts"),
    [
        (visitor(PLATE, max_visits=2), Direction.IN, True),
        (visitor(PLATE, max_visits=2), UNKNOWN, True),
        (visitor(PLATE, max_visits=2), Direction.OUT, False),
        (visitor(PLATE), Direction.IN, False),
        (visitor(TWIN, max_visits=2), Direction.IN, False),
        (visitor(PLATE, max_visits=2, valid_until=NOW), Direction.IN, False),
        (visitor(PLATE, max_visits=2, valid_from=NOW + MOMENT), Direction.IN, False),
        (allowed(PLATE), Direction.IN, False),
    ],
)
def test_visits_count_where_they_decide(entry: Listing, direction: Direction | None, counts: bool) -> None:
    question = GateQuestion(PLATE, 1.0, direction, NOW)
    assert (find_countable(question, INDIAN, [entry.vehicle]) == [entry.vehicle]) is counts
    used_up = ask(PLATE, [replace(entry, visits_used=2)], direction=direction)
    assert counts is (ask(PLATE, [entry], direction=direction) != used_up)


# Rule 10: near what would open.


@pytest.mark.parametrize("default", [Verdict.HOLD, Verdict.DENY, Verdict.REVIEW])
@pytest.mark.parametrize("entry", [allowed, visitor])
def test_near_is_never_let_in(entry: type, default: Verdict) -> None:
    for direction in (Direction.IN, Direction.OUT, UNKNOWN):
        decision = ask(PLATE, [entry(TWIN)], direction=direction, policy=replace(INDIAN, default=default))
        assert (decision.verdict, codes(decision)) == (Verdict.REVIEW, [C.NEAR_ALLOWED])
        assert (decision.plate, decision.vehicle_id) == (PLATE, f"{entry.__name__}:{TWIN}")
        assert (decision.alarm, decision.uses_visit) == (None, False)


@pytest.mark.parametrize(
    "entry",
    [
        allowed(TWIN, valid_until=NOW),
        visitor(TWIN, valid_from=NOW + MOMENT),
    ],
)
def test_near_what_would_not_open_is_not_listed(entry: Listing) -> None:
    assert codes(ask(PLATE, [entry])) == [C.NOT_LISTED, C.SITE_DEFAULT]
    leaves = entry.vehicle.host is not None
    out = ask(PLATE, [entry], direction=Direction.OUT)
    assert codes(out) == ([C.NEAR_ALLOWED] if leaves else [C.NOT_LISTED, C.SITE_DEFAULT])


def test_visits_of_what_is_near_are_not_counted() -> None:
    assert codes(ask(PLATE, [visitor(TWIN, max_visits=1, visits_used=1)])) == [C.NEAR_ALLOWED]


def test_of_what_is_near_only_what_would_open_is_told() -> None:
    """By itself: another one that would open makes it no likelier."""
    entries = [allowed(TWIN, valid_until=NOW), visitor("WH12AB1234"), blocked(TWIN, valid_until=NOW)]
    decision = ask(PLATE, entries)
    assert (decision.verdict, codes(decision)) == (Verdict.REVIEW, [C.NEAR_ALLOWED])
    assert decision.vehicle_id == "visitor:WH12AB1234"


def test_all_that_is_near_is_told_in_order_of_plates_and_of_their_ends() -> None:
    other = "WH12AB1234"
    entries = [
        blocked(other, vehicle_id="1"),
        blocked(TWIN, vehicle_id="2"),
        blocked(TWIN, vehicle_id="3", valid_until=NOW + 2 * DAY),
        blocked(TWIN, vehicle_id="4", valid_until=NOW + DAY),
    ]
    told = [reason.vehicle_id for reason in ask(PLATE, entries).reasons]
    assert told == ["4", "3", "2", "1", None]


# Rule 11: not listed.


@pytest.mark.parametrize("direction", [Direction.IN, Direction.OUT, UNKNOWN])
@pytest.mark.parametrize("default", [Verdict.HOLD, Verdict.DENY, Verdict.REVIEW])
def test_who_is_not_listed_gets_the_sites_default(default: Verdict, direction: Direction | None) -> None:
    decision = ask(PLATE, policy=replace(INDIAN, default=default), direction=direction)
    assert (decision.verdict, codes(decision)) == (default, [C.NOT_LISTED, C.SITE_DEFAULT])
    assert (decision.alarm, decision.vehicle_id, decision.uses_visit) == (None, None, False)


# All lists at once.

ENTRIES = {
    "blocked": blocked(PLATE),
    "was blocked": blocked(PLATE, vehicle_id="was", valid_until=NOW),
    "near blocked": blocked(TWIN),
    "allowed": allowed(PLATE),
    "was allowed": allowed(PLATE, vehicle_id="over", valid_until=NOW),
    "near allowed": allowed("WH12AB1234"),
    "visitor": visitor(PLATE),
    "used up": visitor(PLATE, vehicle_id="used", max_visits=1, visits_used=1),
    "near visitor": visitor("WH12AB1234"),
}


@pytest.mark.parametrize("pair", [*itertools.combinations_with_replacement(ENTRIES, 2)], ids=" and ".join)
@pytest.mark.parametrize("direction", [Direction.IN, Direction.OUT, UNKNOWN])
def test_of_every_two_lists_the_right_one_wins(pair: tuple[str, str], direction: Direction | None) -> None:
    named, both = set(pair), [ENTRIES[name] for name in pair]
    decision = ask(PLATE, both, direction=direction)
    assert decision == ask(PLATE, both[::-1], direction=direction)
    exact = named - {"near blocked", "near allowed", "near visitor"}
    leaving = direction is Direction.OUT and "used up" in named
    if "blocked" in named:
        expected = Verdict.DENY
    elif "near blocked" in named:
        expected = Verdict.REVIEW
    elif named & {"allowed", "visitor"} or leaving:
        expected = Verdict.ALLOW
    elif exact:
        expected = Verdict.HOLD
    else:
        expected = Verdict.REVIEW  # near
    assert decision.verdict is expected
    uses = (
        expected is OPEN and "allowed" not in named and "visitor" in named and direction is not Direction.OUT
    )
    assert decision.uses_visit is uses


# What a guard is told.


BERLINS = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)  # the last second of winter time


@pytest.mark.parametrize(
    ("entry", "explanation"),
    [
        (blocked(PLATE, reason="unpaid bills"), "denied: MH12AB1234: blocked (unpaid bills)"),
        (
            blocked(PLATE, valid_until=NOW + DAY),
            "denied: MH12AB1234: blocked (stolen) until 2026-03-03 12:00",
        ),
        (blocked(TWIN), "to be reviewed: it may be NH12AB1234: blocked (stolen), not on a list"),
        (
            blocked(TWIN, valid_until=NOW + DAY),
            "to be reviewed: it may be NH12AB1234: blocked (stolen) until 2026-03-03 12:00, not on a list",
        ),
        (allowed(PLATE), "allowed: MH12AB1234: allowed"),
        (allowed(PLATE, valid_until=BERLINS), "allowed: MH12AB1234: allowed until 2026-03-29 01:59:59"),
        (
            allowed(PLATE, valid_until=BERLINS + timedelta(seconds=1)),
            "allowed: MH12AB1234: allowed until 2026-03-29 03:00",
        ),
        (visitor(PLATE), "allowed: MH12AB1234: visitor of Asha Rao until 2026-03-03 12:00"),
        (
            visitor(PLATE, max_visits=3, visits_used=1),
            "allowed: MH12AB1234: visitor of Asha Rao until 2026-03-03 12:00 (visit 2 of 3)",
        ),
        (
            visitor(PLATE, max_visits=1, visits_used=1),
            "held: MH12AB1234: visitor of Asha Rao but its visit is used up, site default is hold",
        ),
        (
            visitor(PLATE, max_visits=2, visits_used=2),
            "held: MH12AB1234: visitor of Asha Rao but its 2 visits are used up, site default is hold",
        ),
        (
            visitor(PLATE, valid_from=NOW + timedelta(hours=1)),
            "held: MH12AB1234: visitor of Asha Rao only from 2026-03-02 13:00 on, site default is hold",
        ),
        (
            allowed(PLATE, valid_until=NOW),
            "held: MH12AB1234: allowed only until 2026-03-02 12:00, site default is hold",
        ),
        (allowed(TWIN), "to be reviewed: it may be NH12AB1234: allowed"),
        (visitor(TWIN), "to be reviewed: it may be NH12AB1234: visitor of Asha Rao"),
    ],
)
def test_reasons_are_words_that_a_guard_understands(entry: Listing, explanation: str) -> None:
    assert ask(PLATE, [entry]).explanation == explanation


def test_other_words() -> None:
    assert ask(PLATE).explanation == "held: not on a list, site default is hold"
    assert ask(PLATE, [visitor(PLATE)], direction=Direction.OUT).explanation == (
        "allowed: MH12AB1234: visitor of Asha Rao and on the way out"
    )
    assert ask("ABCI234", policy=replace(INDIAN, profiles=("BR",))).explanation == (
        "to be reviewed: it may be ABC1Z34 or ABC1234, not on a list"
    )


@pytest.mark.parametrize(
    ("confidence", "least", "words"),
    [
        (BELOW, 0.85, "0.84 where 0.85 is"),
        (0.0, 0.85, "0.00 where 0.85 is"),
        (0.999, 1.0, "0.99 where 1 is"),
        (math.nan, 0.5, "unknown where 0.5 is"),
    ],
)
def test_a_confidence_is_never_told_higher_than_it_is(confidence: float, least: float, words: str) -> None:
    policy = GatePolicy(SITE, min_confidence=least, profiles=("IN",))
    decision = ask(PLATE, [allowed(PLATE)], confidence=confidence, policy=policy)
    assert decision.explanation == (
        f"to be reviewed: read with confidence {words} asked for, MH12AB1234: allowed"
    )
