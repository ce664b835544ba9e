"""An alert's life: raised, told, acknowledged, snoozed, resolved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from floorsight.alerts.lifecycle import CLAIM
from floorsight.alerts.model import AlertState, Delivery, StepName
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.table import Page
from floorsight.sites.model import Limits
from tests.fakes.scene import CAMERA, SITE
from tests.fakes.watch import Watch

RAISED = ("capacity", "raised", "warning")
ESCALATED = ("capacity", "escalated", "critical")
RESOLVED = ("capacity", "resolved", "critical")


def test_one_alert_warns_escalates_and_is_resolved(watch: Watch) -> None:
    for inside in (39, 40, 41, 50, 51, 49, 45, 38, 37):
        watch.count(inside)
    assert watch.topic.steps == [RAISED, ESCALATED, RESOLVED]
    [alert] = watch.history
    assert (alert.state, alert.resolved_by, alert.note) == (AlertState.RESOLVED, "floorsight", None)
    assert [step.name for step in alert.steps] == [StepName.RAISED, StepName.ESCALATED, StepName.RESOLVED]
    assert all(step.delivery is Delivery.SENT for step in alert.steps)


def test_flicker_around_the_thresholds_is_told_once(watch: Watch) -> None:
    for inside in [39, 40] * 10 + [49, 50] * 10 + [38, 40, 50] * 10:
        watch.count(inside)
    assert watch.topic.steps == [RAISED, ESCALATED]


def test_a_jump_over_the_limit_is_one_alert_that_is_critical_at_once(watch: Watch) -> None:
    watch.count(60)
    assert watch.topic.steps == [("capacity", "raised", "critical")]


def test_a_condition_that_returns_within_the_cooldown_waits_for_its_end(watch: Watch) -> None:
    watch.count(40)
    watch.count(10)
    watch.count(45)
    assert len(watch.history) == 1
    watch.tick(290)
    assert len(watch.history) == 1
    watch.tick(10)
    assert [alert.state for alert in watch.history] == [AlertState.OPEN, AlertState.RESOLVED]


def test_what_is_worse_than_the_last_time_does_not_wait_for_the_cooldown(watch: Watch) -> None:
    watch.count(40)
    watch.count(10)
    watch.count(50)
    assert watch.topic.steps[-1] == ("capacity", "raised", "critical")
    watch.count(10)
    watch.count(60)
    assert len(watch.history) == 2  # not worse again


def test_a_limit_that_is_removed_or_raised_ends_the_alert(watch: Watch) -> None:
    watch.count(45)
    watch.limit(Limits(100))
    watch.tick()
    assert watch.alert.state is AlertState.RESOLVED
    watch.limit(Limits(50))
    watch.tick(400)
    assert watch.alert.state is AlertState.OPEN
    watch.limit(Limits())
    watch.tick()
    assert watch.alert.state is AlertState.RESOLVED
    assert "limit was removed" in watch.alert.steps[-1].text


def test_cameras_have_limits_of_their_own_and_a_deleted_ones_alert_ends(watch: Watch) -> None:
    camera = watch.sites.get_camera(CAMERA)
    watch.sites.update_camera(replace(camera, limits=Limits(10)))
    watch.count(12)
    assert [a.concern.subject_kind for a in watch.history] == ["camera"]
    watch.sites.delete_camera(CAMERA)
    watch.tick()
    assert watch.alert.state is AlertState.RESOLVED


def test_only_counting_cameras_add_to_the_site(watch: Watch) -> None:
    camera = watch.sites.get_camera(CAMERA)
    watch.sites.update_camera(replace(camera, counting=False))
    watch.count(500)
    assert watch.history == []


def test_a_silent_camera_is_reported_and_its_return_too(watch: Watch) -> None:
    watch.tick()
    assert watch.history == []  # never seen, never missed
    watch.seen[CAMERA] = watch.clock()
    watch.tick(180)
    assert watch.history == []
    assert watch.tick(60) == {"raised": 1, "sent": 1}
    assert watch.tick(60) == {}
    watch.seen[CAMERA] = watch.clock()
    assert watch.tick() == {"resolved": 1, "sent": 1}
    assert watch.topic.steps == [
        ("camera_offline", "raised", "warning"),
        ("camera_offline", "resolved", "warning"),
    ]


def test_a_count_below_nobody_is_reported_until_it_is_calibrated(watch: Watch) -> None:
    for inside in (-3, -4, -20, -3, -1, -4, 0):
        watch.count(inside)
    assert watch.topic.steps == [
        ("negative_drift", "raised", "notice"),
        ("negative_drift", "resolved", "notice"),
    ]


def test_acknowledged_it_is_still_told_that_it_got_worse(watch: Watch) -> None:
    watch.count(40)
    alert = watch.alerts.acknowledge(watch.alert.alert_id, by="olga")
    assert (alert.state, alert.acknowledged_by) == (AlertState.ACKNOWLEDGED, "olga")
    assert watch.alerts.acknowledge(alert.alert_id, by="ivan") == alert
    watch.count(50)
    assert watch.alert.state is AlertState.ACKNOWLEDGED
    assert watch.topic.steps == [RAISED, ESCALATED]


def test_a_person_resolves_it_with_a_note_and_hears_no_more_of_this_episode(watch: Watch) -> None:
    watch.count(40)
    resolved = watch.alerts.resolve(watch.alert.alert_id, by="olga", note="a school class")
    assert (resolved.state, resolved.resolved_by, resolved.note) == (
        AlertState.RESOLVED,
        "olga",
        "a school class",
    )
    assert watch.topic.steps[-1] == ("capacity", "resolved", "warning")
    for inside in (41, 40, 39, 42):
        watch.count(inside, seconds=400)
    assert len(watch.history) == 1
    watch.count(37, seconds=400)
    watch.count(40)
    assert len(watch.history) == 2


def test_what_a_person_resolved_is_raised_again_when_it_gets_worse(watch: Watch) -> None:
    watch.count(40)
    watch.alerts.resolve(watch.alert.alert_id, by="olga")
    watch.count(50)
    assert watch.topic.steps[-1] == ("capacity", "raised", "critical")
    assert len(watch.history) == 2


def test_nothing_is_told_during_a_snooze_and_escalation_after_it(watch: Watch) -> None:
    watch.count(40)
    until = watch.clock() + timedelta(minutes=30)
    watch.alerts.snooze(watch.alert.alert_id, until=until, by="olga")
    watch.count(55)
    watch.tick(1700)
    assert watch.topic.steps == [RAISED]
    assert watch.alert.severity == "critical"
    watch.tick(200)
    assert watch.topic.steps == [RAISED, ESCALATED]
    assert watch.alert.snoozed_until is None


def test_after_a_snooze_an_alert_that_still_holds_reminds(watch: Watch) -> None:
    watch.count(40)
    for _ in range(3):
        watch.alerts.snooze(watch.alert.alert_id, until=watch.clock() + timedelta(minutes=5), by="olga")
        watch.tick(299)
        watch.tick(1)
    assert [step[1] for step in watch.topic.steps] == ["raised", "reminded", "reminded", "reminded"]
    assert [step.name for step in watch.alert.steps] == [StepName.RAISED, StepName.REMINDED]
    assert len({each["id"] for each in watch.topic.documents}) == 4


def test_what_is_over_by_the_end_of_a_snooze_is_told_as_over_only(watch: Watch) -> None:
    watch.count(40)
    watch.alerts.snooze(watch.alert.alert_id, until=watch.clock() + timedelta(minutes=5), by="olga")
    watch.count(50)
    watch.count(0)
    assert watch.topic.steps == [RAISED]
    watch.tick(300)
    assert watch.topic.steps == [RAISED, RESOLVED]


@pytest.mark.parametrize("seconds", [0, -1, 7 * 86400 + 1])
def test_a_snooze_ends_within_a_week(watch: Watch, seconds: int) -> None:
    watch.count(40)
    with pytest.raises(Malformed, match="within 7 days") as refused:
        watch.alerts.snooze(watch.alert.alert_id, until=watch.clock() + timedelta(seconds=seconds), by="olga")
    assert refused.value.field == "until"


def test_a_resolved_alert_stays_as_it_is(watch: Watch) -> None:
    watch.count(40)
    watch.count(0)
    alert_id, until = watch.alert.alert_id, watch.clock() + timedelta(minutes=1)
    for act in (
        lambda: watch.alerts.acknowledge(alert_id, by="olga"),
        lambda: watch.alerts.resolve(alert_id, by="olga"),
        lambda: watch.alerts.snooze(alert_id, until=until, by="olga"),
    ):
        with pytest.raises(Conflict, match="resolved already"):
            act()


@pytest.mark.parametrize("alert_id", ["", "x", "plant-1", "plant-1.x.y", "a.b.c.d", "..", "plant-1..x"])
def test_an_unknown_alert_is_not_found(watch: Watch, alert_id: str) -> None:
    with pytest.raises(NotFound):
        watch.alerts.acknowledge(alert_id, by="olga")


def test_a_long_note_is_refused(watch: Watch) -> None:
    watch.count(40)
    with pytest.raises(Malformed, match="note"):
        watch.alerts.resolve(watch.alert.alert_id, by="olga", note="x" * 501)


class Crash(Exception):
    """The process dies here."""


def crash() -> None:
    raise Crash


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_while_sending_sends_again_with_the_same_id(watch: Watch, moment: str) -> None:
    setattr(watch.topic, moment, crash)
    with pytest.raises(Crash):
        watch.count(40)
    setattr(watch.topic, moment, lambda: None)
    watch.tick(1)  # who was sending may only be slow
    told_before = len(watch.topic.notices)
    assert told_before == (1 if moment == "after" else 0)
    watch.tick(CLAIM.total_seconds())
    assert len(watch.topic.notices) == told_before + 1
    assert len({each["id"] for each in watch.topic.documents}) == 1
    assert watch.tick(CLAIM.total_seconds()) == {}


def test_what_the_topic_does_not_take_is_told_later(watch: Watch) -> None:
    def refuse() -> None:
        raise Unavailable("SNS is busy")

    watch.topic.before = refuse
    with pytest.raises(Unavailable):
        watch.count(40)
    assert watch.alert.state is AlertState.OPEN
    resolved = watch.alerts.resolve(watch.alert.alert_id, by="olga")
    assert resolved.state is AlertState.RESOLVED
    watch.topic.before = lambda: None
    watch.tick(61)
    assert [step[1] for step in watch.topic.steps] == ["raised", "resolved"]


def test_alerts_are_found_by_state_and_time_in_pages(watch: Watch) -> None:
    started = watch.clock()
    for _ in range(5):
        watch.count(40)
        watch.count(0, seconds=399)
    watch.count(40)
    watch.alerts.acknowledge(watch.alert.alert_id, by="olga")
    ids = [alert.alert_id for alert in watch.history]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 6

    seen, key = [], None
    for _ in range(3):
        page: Page = watch.alerts.list_alerts(SITE, limit=2, start_key=key)
        seen += [alert.alert_id for alert in page.items]
        key = page.next_key
    assert (seen, key) == (ids, None)

    def found(*states: AlertState) -> int:
        return len(watch.alerts.list_alerts(SITE, limit=50, states=states).items)

    assert [found(state) for state in AlertState] == [0, 1, 5]
    assert found(AlertState.OPEN, AlertState.ACKNOWLEDGED) == 1
    second = watch.alerts.list_alerts(
        SITE, limit=50, begin=started + timedelta(seconds=400), end=started + timedelta(seconds=800)
    ).items
    assert [alert.raised_at for alert in second] == [started + timedelta(seconds=400)]


def test_a_page_of_living_alerts_goes_on_after_the_last(watch: Watch) -> None:
    camera = watch.sites.get_camera(CAMERA)
    watch.sites.update_camera(replace(camera, limits=Limits(10)))
    watch.count(45)
    watch.seen[CAMERA] = watch.clock() - timedelta(hours=1)
    watch.tick(1)
    open_only = {"states": [AlertState.OPEN], "limit": 2}
    first = watch.alerts.list_alerts(SITE, **open_only)
    rest = watch.alerts.list_alerts(SITE, **open_only, start_key=first.next_key)
    kinds = [(alert.concern.kind.value, alert.concern.subject_kind.value) for alert in first.items]
    assert kinds[0] == ("camera_offline", "camera")
    assert len(first.items + rest.items) == 3
    assert rest.next_key is None
    with pytest.raises(Malformed, match="cursor"):
        watch.alerts.list_alerts(SITE, limit=2, start_key={"PK": "ALERTS#other", "SK": "x"})


def test_an_unknown_site_has_no_list(watch: Watch) -> None:
    with pytest.raises(NotFound):
        watch.alerts.list_alerts("nowhere", limit=5)


def test_a_site_that_is_gone_is_no_error_for_events(watch: Watch) -> None:
    assert watch.count_checks.check_counters("nowhere", ["x", "x.y"]) == {}
