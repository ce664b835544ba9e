"""Unknown people in restricted zones, whatever order it is heard of in."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from floorsight.alerts.model import Alert, AlertState
from floorsight.alerts.people.model import ANSWER_GRACE
from floorsight.alerts.people.zones import LASTS
from floorsight.alerts.store import AlertStore
from floorsight.platform.errors import Unavailable
from floorsight.sites.model import Identify
from tests.fakes.restricted import People
from tests.fakes.scene import CAMERA, SITE
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.watch import Watch

UNKNOWN = ("unknown_person", "raised", "critical")
UNIDENTIFIED = ("unknown_person", "raised", "warning")
RETRACTED = ("unknown_person", "resolved", "critical")


@pytest.fixture
def people(watch: Watch) -> People:
    return People(watch)


def settle(people: People) -> None:
    """Time goes on until nothing is waited for, and the job has looked."""
    people.watch.clock.advance(ANSWER_GRACE.total_seconds())
    people.zones.judge_due(SITE)


ORDERS = [*itertools.permutations(["entered", "left", "not_recognised"])]


@pytest.mark.parametrize("order", ORDERS)
def test_somebody_unknown_is_told_once_in_any_order(people: People, order: tuple[str, ...]) -> None:
    events = [getattr(people, name)() for name in order]
    for event in events:
        people.take(event, event)
    people.take(*reversed(events))
    settle(people)
    assert people.watch.topic.steps == [UNKNOWN]


@pytest.mark.parametrize("order", [*itertools.permutations(["entered", "left", "recognised"])])
def test_an_employee_is_not_told(people: People, order: tuple[str, ...]) -> None:
    for name in order:
        people.take(getattr(people, name)())
        people.zones.judge_due(SITE)
    settle(people)
    assert people.watch.topic.steps == []


@pytest.mark.parametrize("order", itertools.permutations(["entered", "left", "not_recognised", "recognised"]))
def test_whoever_is_named_later_is_alerted_of_no_more(people: People, order: tuple[str, ...]) -> None:
    for name in order:
        people.take(getattr(people, name)())
    people.take(people.not_recognised(), people.recognised())
    settle(people)
    assert people.watch.topic.steps in ([], [UNKNOWN, RETRACTED])
    assert all(alert.state is AlertState.RESOLVED for alert in people.watch.history)


def test_whoever_left_without_an_answer_could_not_be_identified(people: People) -> None:
    people.take(people.entered(), people.left())
    people.watch.clock.advance(ANSWER_GRACE.total_seconds() - 1)
    assert people.zones.judge_due(SITE) == {}
    people.watch.clock.advance(1)
    assert people.zones.judge_due(SITE) == {"unanswered": 1}
    assert people.watch.topic.steps == [UNIDENTIFIED]
    alert = people.watch.alert
    assert alert.steps[0].text == (
        "somebody was in a restricted zone from 13:00:00 to 13:00:20, track 1 of door-1, and could not be "
        "identified"
    )
    assert (alert.subject_name, alert.concern.subject_id) == ("Server room", people.zone_id)
    assert people.zones.judge_due(SITE) == {}
    people.take(people.not_recognised())
    assert len(people.watch.topic.steps) == 1


def test_an_answer_that_comes_after_all_takes_it_back(people: People) -> None:
    people.take(people.entered(), people.left())
    settle(people)
    people.take(people.recognised(), people.recognised())
    assert people.watch.topic.steps == [UNIDENTIFIED, ("unknown_person", "resolved", "warning")]
    assert people.watch.alert.steps[-1].text == "recognised as an employee meanwhile"


def test_as_long_as_somebody_is_inside_without_an_answer_nothing_is_told(people: People) -> None:
    people.take(people.entered())
    people.watch.clock.advance(3600)
    assert people.zones.judge_due(SITE) == {}
    assert people.watch.topic.steps == []


def test_every_visit_and_every_track_is_told(people: People) -> None:
    people.take(people.not_recognised(1), people.entered(1, 1), people.entered(1, 2))
    people.take(people.entered(2), people.not_recognised(2))
    assert people.watch.topic.steps == [UNKNOWN] * 3
    assert len({alert.alert_id for alert in people.watch.history}) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda p: {"zone_id": p.hall_id, "restricted": False},
        lambda p: {"object_class": "forklift"},
        lambda p: {"camera_id": "gone"},
    ],
    ids=["free zone", "no person", "deleted camera"],
)
def test_other_visits_are_no_matter(people: People, change: Callable[[People], dict[str, Any]]) -> None:
    people.take(people.not_recognised(), people.entered(**change(people)), people.left(**change(people)))
    settle(people)
    assert people.watch.topic.steps == []


def test_a_camera_that_looks_for_no_faces_can_not_know(watch: Watch) -> None:
    people = People(watch, Identify.OFF)
    people.take(people.entered(), people.left())
    settle(people)
    assert watch.topic.steps == []


def test_it_is_among_the_open_alerts_until_a_person_ends_it(people: People) -> None:
    people.take(people.entered(), people.not_recognised())
    alerts = people.watch.alerts
    (alert,) = alerts.list_alerts(SITE, limit=10, states=[AlertState.OPEN]).items
    alerts.acknowledge(alert.alert_id, by="guard")
    alerts.resolve(alert.alert_id, by="guard", note="a plumber")
    assert alerts.list_alerts(SITE, limit=10, states=[AlertState.OPEN]).items == []
    assert alerts.store.load_latches(SITE) == {}
    people.take(people.entered(), people.not_recognised())
    assert [step[1] for step in people.watch.topic.steps] == ["raised", "resolved"]


def test_it_ends_by_itself_and_nobody_is_told_that(people: People) -> None:
    people.take(people.entered(), people.not_recognised())
    people.watch.tick(LASTS.total_seconds() - 1)
    assert people.watch.alert.is_alive
    people.watch.tick(1)
    alert = people.watch.alert
    assert (alert.state, alert.resolved_by) == (AlertState.RESOLVED, "floorsight")
    assert people.watch.topic.steps == [UNKNOWN]
    people.take(people.entered(), people.not_recognised(), people.recognised())
    assert people.watch.topic.steps == [UNKNOWN]


def test_a_snooze_goes_on_and_is_reminded_of_before_it_ends(people: People) -> None:
    people.take(people.entered(), people.not_recognised())
    watch = people.watch
    until = watch.clock() + LASTS + timedelta(hours=1)
    watch.alerts.snooze(watch.alert.alert_id, until=until, by="guard")
    watch.tick(LASTS.total_seconds())
    assert watch.alert.is_alive
    watch.tick(3600)
    assert [step[1] for step in watch.topic.steps] == ["raised", "reminded"]
    assert not watch.alert.is_alive


def test_a_topic_that_was_out_is_made_up_for(people: People) -> None:
    def refuse() -> None:
        raise ConnectionError

    people.watch.topic.before = refuse
    people.take(people.not_recognised())
    with pytest.raises(ConnectionError):
        people.take(people.entered())
    people.watch.topic.before = lambda: None
    people.watch.clock.advance(61)  # the claim of whoever was interrupted
    people.take(people.entered())
    assert people.watch.topic.steps == [UNKNOWN]


@pytest.mark.parametrize("seed", range(8))
def test_bad_moments_of_the_table_change_nothing(seed: int) -> None:
    dice = random.Random(seed)
    watch = Watch(
        presence=(kept := MemoryTable()),
        around_presence=lambda _: FaultyTable(
            kept, dice.random, contention=0.3, unavailable=0.02, answer_lost=0.1
        ),
    )
    people = People(watch)
    events = [people.entered(), people.left(), people.not_recognised(), people.entered(2), people.left(2)]
    events += [people.recognised(2), people.entered(3), people.left(3)]
    dice.shuffle(events)
    pending = [event for event in events for _ in range(2)]
    for _ in range(200):
        if not pending:
            break
        event = pending.pop(0)
        try:
            people.take(event)
        except Unavailable:
            pending.append(event)
            watch.clock.advance(61)
    assert not pending
    watch.clock.advance(120)
    for _ in range(40):
        try:
            people.zones.judge_due(SITE)
            watch.alerts.send_due(SITE)
        except Unavailable:
            watch.clock.advance(61)
    alive = {alert.steps[0].numbers["track_id"] for alert in list_alive(kept)}
    assert alive == {1, 3}
    told = [step for step in watch.topic.documents if step["step"] == "raised"]
    assert {each["numbers"]["track_id"] for each in told} >= {1, 3}


def list_alive(kept: MemoryTable) -> list[Alert]:
    return [alert for alert in AlertStore(kept).list_unfinished(SITE) if alert.is_alive]


def test_what_is_kept_says_nothing_of_who_it_was(people: People) -> None:
    people.take(people.entered(), people.recognised())
    assert "anna" not in str(people.watch.scene.presence.dump())  # type: ignore[attr-defined]
    assert CAMERA in str(people.watch.scene.presence.dump())  # type: ignore[attr-defined]
