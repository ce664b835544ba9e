"""Two that look at once: what one has seen is older than what the other has written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from floorsight.alerts.checks import CountChecks
from floorsight.alerts.model import AlertPolicy, AlertState
from tests.fakes.scene import CAMERA, SITE
from tests.fakes.table import FaultyTable, LateIndex, MemoryTable
from tests.fakes.watch import Watch


def test_a_number_read_before_an_alert_was_raised_does_not_end_it(watch: Watch) -> None:
    def read_then_be_overtaken(_: str) -> Mapping[str, int]:
        watch.count(45)
        return {CAMERA: 10}  # as it was before

    CountChecks(watch.alerts, watch.sites, read_then_be_overtaken).check_counters(SITE, [CAMERA])
    assert [step[1] for step in watch.topic.steps] == ["raised"]
    assert watch.alert.state is AlertState.OPEN


def test_whoever_was_overtaken_while_writing_looks_again() -> None:
    table = MemoryTable()
    faults = FaultyTable(table)
    watch = Watch(presence=table, around_presence=lambda _: faults, policy=AlertPolicy(cooldown=timedelta(0)))
    watch.count(45)

    def be_overtaken() -> None:
        faults.interrupt = None
        watch.count(10)  # another ends this episode, and the next begins
        watch.count(46)

    faults.interrupt = be_overtaken
    watch.count(10, seconds=0)  # what this one reads is so no more when it comes to write
    assert [step[1] for step in watch.topic.steps] == ["raised", "resolved", "raised"]
    assert [alert.state for alert in watch.history] == [AlertState.OPEN, AlertState.RESOLVED]


def test_what_was_changed_is_told_at_once_however_late_the_index_is() -> None:
    table = LateIndex()
    table.fall_behind()
    watch = Watch(presence=table)
    for inside in (45, 50, 10):
        watch.count(inside)
    watch.seen[CAMERA] = watch.clock() - timedelta(hours=1)
    assert watch.tick() == {"raised": 1, "sent": 1}
    assert [step[1] for step in watch.topic.steps] == ["raised", "escalated", "resolved", "raised"]
    table.catch_up()
    assert watch.tick() == {}
