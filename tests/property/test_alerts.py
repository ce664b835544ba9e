"""Whatever the counts do, an episode is raised once, escalated at most once and resolved once."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.alerts.lifecycle import Action, decide
from floorsight.alerts.model import AlertKind, AlertPolicy, AlertState, Concern, Latch, Severity
from floorsight.alerts.rules import capacity_thresholds, find_crowding
from floorsight.events.vision import Direction
from floorsight.occupancy.model import Crossing
from floorsight.occupancy.series.model import SubjectKind
from floorsight.platform.errors import Unavailable
from floorsight.sites.model import Limits
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, line_crossed
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.watch import Watch
from tests.thoroughness import drawn

CONCERN = Concern(AlertKind.CAPACITY, SITE, SubjectKind.SITE, SITE)
NO_COOLDOWN = AlertPolicy(cooldown=timedelta(0))


@st.composite
def all_limits(draw: st.DrawFn) -> Limits:
    exceeded = draw(st.integers(1, 200))
    return Limits(draw(st.integers(1, 400)), draw(st.integers(1, exceeded)), exceeded)


@st.composite
def counts_around(draw: st.DrawFn, limits: Limits) -> list[int]:
    """Counts that like to be at the thresholds."""
    marks = capacity_thresholds(limits, limits.max_occupancy or 0)
    near = st.builds(lambda mark, off: max(0, mark + off), st.sampled_from(marks), st.integers(-2, 2))
    return draw(st.lists(st.one_of(near, st.integers(0, 900)), max_size=60))


def actions_of(limits: Limits, counts: list[int], policy: AlertPolicy = NO_COOLDOWN) -> list[Action]:
    """What each count asks for, a second apart; a latch's alert is alive until it is resolved."""
    latch, actions = Latch(), []
    for second, inside in enumerate(counts):
        finding = find_crowding(CONCERN, "Hall", limits, inside)
        assert finding is not None
        decision = decide(latch, finding, NOON + timedelta(seconds=second), policy)
        latch = decision.latch
        if decision.action is Action.RAISE:
            latch = replace(latch, alert_id="alert")
        actions.append(decision.action)
    return actions


@settings(max_examples=drawn(1000), deadline=None)
@given(st.data(), all_limits())
def test_every_episode_is_raised_once_escalated_at_most_once_and_resolved_once(
    data: st.DataObject, limits: Limits
) -> None:
    counts = data.draw(counts_around(limits))
    acted = [action for action in actions_of(limits, counts) if action is not Action.NOTHING]
    episode: list[Action] = []
    for action in acted:
        episode.append(action)
        assert episode in (
            [Action.RAISE],
            [Action.RAISE, Action.ESCALATE],
            [Action.RAISE, Action.RESOLVE],
            [Action.RAISE, Action.ESCALATE, Action.RESOLVE],
        )
        if action is Action.RESOLVE:
            episode = []


@settings(max_examples=drawn(1000), deadline=None)
@given(st.data(), all_limits())
def test_a_second_reckoning_finds_the_same_episodes(data: st.DataObject, limits: Limits) -> None:
    """Told apart by the numbers alone: from reaching the warning until being down at the release."""
    counts = data.draw(counts_around(limits))
    warning_at, exceeded_at, over_at = capacity_thresholds(limits, limits.max_occupancy or 0)
    expected, inside_episode, exceeded = [], False, False
    for inside in counts:
        action = Action.NOTHING
        if not inside_episode and inside >= warning_at:
            inside_episode, exceeded, action = True, inside >= exceeded_at, Action.RAISE
        elif inside_episode and inside <= over_at:
            inside_episode, action = False, Action.RESOLVE
        elif inside_episode and inside >= exceeded_at and not exceeded:
            exceeded, action = True, Action.ESCALATE
        expected.append(action)
    assert actions_of(limits, counts) == expected


@settings(max_examples=drawn(500), deadline=None)
@given(st.data(), all_limits())
def test_flicker_within_the_band_changes_nothing(data: st.DataObject, limits: Limits) -> None:
    """Below the warning while nothing is the matter; above the release once it has begun."""
    warning_at, exceeded_at, over_at = capacity_thresholds(limits, limits.max_occupancy or 0)
    calm = data.draw(st.lists(st.integers(0, warning_at - 1), max_size=60))
    assert set(actions_of(limits, calm)) <= {Action.NOTHING}
    highest = exceeded_at - 1 if warning_at < exceeded_at else 10**6
    flicker = data.draw(st.lists(st.integers(over_at + 1, highest), max_size=60))
    assert set(actions_of(limits, [warning_at, *flicker])[1:]) <= {Action.NOTHING}


@settings(max_examples=drawn(500), deadline=None)
@given(st.data(), all_limits(), st.integers(0, 40))
def test_episodes_are_a_cooldown_apart_unless_the_next_is_worse(
    data: st.DataObject, limits: Limits, seconds: int
) -> None:
    counts = data.draw(counts_around(limits))
    exceeded_at = capacity_thresholds(limits, limits.max_occupancy or 0)[1]
    policy = AlertPolicy(cooldown=timedelta(seconds=seconds))
    actions = actions_of(limits, counts, policy)
    ends = [second for second, action in enumerate(actions) if action is Action.RESOLVE]
    begins = [second for second, action in enumerate(actions) if action is Action.RAISE]
    for begin, end, following in zip(begins, ends, begins[1:], strict=False):
        worse = counts[following] >= exceeded_at and max(counts[begin:end]) < exceeded_at
        assert worse or following >= end + seconds
        if worse:
            assert all(inside < exceeded_at for inside in counts[end:following])


@settings(max_examples=drawn(500), deadline=None)
@given(st.lists(st.integers(0, 70), max_size=25), st.randoms(use_true_random=False))
def test_faults_of_the_table_and_the_topic_lose_no_step(counts: list[int], dice: random.Random) -> None:
    """Contention, lost answers, a topic that fails before or after: an alert's steps are told in order."""
    roll = random.Random(dice.randrange(2**32)).random
    table = MemoryTable()
    faults = FaultyTable(table, roll, contention=0.15, unavailable=0.05, answer_lost=0.1)
    watch = Watch(presence=table, around_presence=lambda _: faults, policy=NO_COOLDOWN)

    def fail_sometimes() -> None:
        if roll() < 0.2:
            raise Unavailable("injected")

    watch.topic.before = watch.topic.after = fail_sometimes
    undisturbed = Watch(policy=NO_COOLDOWN)
    for inside in counts:
        undisturbed.count(inside)
        deliver(watch, inside)
        watch.clock.advance(100)  # longer than a claim
    watch.topic.before = watch.topic.after = lambda: None
    faults.contention = faults.unavailable = faults.answer_lost = 0.0
    watch.tick(100)
    assert told_by_alert(watch) == told_by_alert(undisturbed)
    assert watch.tick(100) == {}


def told_by_alert(watch: Watch) -> list[list[tuple[str, str]]]:
    """Step and severity of each alert's notices in order, repetitions of the same notice left out."""
    documents = sorted(watch.topic.documents, key=lambda each: str(each["alert_id"]))  # stable
    by_alert = (list(each) for _, each in groupby(documents, key=lambda each: each["alert_id"]))
    return [
        [(step, severity) for (_, step, severity), _ in groupby(alert, key=_notice_key)] for alert in by_alert
    ]


def _notice_key(document: dict[str, str]) -> tuple[str, str, str]:
    return document["id"], document["step"], document["severity"]


def deliver(watch: Watch, inside: int) -> None:
    """As a queue does: again and again until it is taken."""
    for _ in range(200):
        try:
            watch.count(inside, seconds=0)
            return
        except Unavailable:
            watch.clock.advance(0.001)
    raise AssertionError("never taken")


@st.composite
def crossings_of_a_day(draw: st.DrawFn) -> list[Crossing]:
    ways = draw(st.lists(st.sampled_from([Direction.IN, Direction.IN, Direction.OUT]), max_size=25))
    return [
        Crossing.of(line_crossed(number, way, occurred_at=NOON + timedelta(seconds=number)))
        for number, way in enumerate(ways)
    ]


@settings(max_examples=drawn(500), deadline=None)
@given(st.data(), crossings_of_a_day())
def test_order_and_number_of_events_make_no_difference(
    data: st.DataObject, crossings: list[Crossing]
) -> None:
    """The count is what the ledger says, whichever event asks to look at it, and however often."""
    once, again = watch_with(crossings), watch_with(crossings)
    once.count_checks.check_counters(SITE, [CAMERA])
    events = data.draw(st.lists(st.sampled_from([[CAMERA], [], [CAMERA, CAMERA]]), min_size=1, max_size=12))
    for counters in events:
        again.count_checks.check_counters(SITE, counters)
    assert [described(alert) for alert in again.history] == [described(alert) for alert in once.history]
    assert again.topic.documents == once.topic.documents


@settings(max_examples=drawn(500), deadline=None)
@given(st.data(), crossings_of_a_day())
def test_events_in_any_order_between_crossings_end_in_the_same_state(
    data: st.DataObject, crossings: list[Crossing]
) -> None:
    """Whatever was seen on the way, the last look decides whether an alert is alive, and how bad."""
    watch = watch_with([])
    for crossing in data.draw(st.permutations(crossings)):
        watch.scene.occupancy.record_crossings(CAMERA, [crossing])
        if data.draw(st.booleans()):
            watch.count_checks.check_counters(SITE, [CAMERA])
            watch.clock.advance(1)
    watch.count_checks.check_counters(SITE, [CAMERA])
    inside = max(0, watch.scene.occupancy.list_raw_counts(SITE).get(CAMERA, 0))
    warning_at, exceeded_at, over_at = capacity_thresholds(LIMITS, 8)
    alive = [a for a in watch.history if a.state is not AlertState.RESOLVED and a.concern == CONCERN]
    assert len(alive) <= 1
    if inside >= warning_at:
        assert alive
    if inside >= exceeded_at:
        assert alive[0].severity is Severity.CRITICAL
    if inside <= over_at:
        assert not alive


LIMITS = Limits(8)


def watch_with(crossings: list[Crossing]) -> Watch:
    watch = Watch(limits=LIMITS, policy=NO_COOLDOWN)
    watch.scene.occupancy.record_crossings(CAMERA, crossings)
    live = watch.scene.occupancy.list_raw_counts
    watch.count_checks = type(watch.count_checks)(watch.alerts, watch.sites, live)
    return watch


def described(alert: object) -> dict[str, object]:
    """An alert without what tells deliveries apart."""
    fields = dict(vars(alert))
    fields["steps"] = [
        {name: value for name, value in vars(step).items() if name != "claimed_by"}
        for step in fields["steps"]
    ]
    return fields
