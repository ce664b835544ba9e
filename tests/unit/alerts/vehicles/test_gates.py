"""Blocked vehicles: told once a passage, in words that a guard can act on."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.alerts.model import AlertState, Severity
from floorsight.alerts.occurrences.store import OccurrenceStore
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.vehicles.gates import LASTS, BlockedVehicles
from floorsight.events.vehicles import Alarm, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.errors import NotFound, Unavailable
from tests.fakes.decisions import gate_decided
from tests.fakes.scene import CAMERA
from tests.fakes.table import FaultyTable
from tests.fakes.watch import Watch

NEAR: dict[str, Any] = {
    "alarm": Alarm.NEAR_BLOCKED,
    "verdict": Verdict.REVIEW,
    "plate": "KA01A81234",
    "explanation": "to be reviewed: KA01A81234 is nearly KA01AB1234, which is blocked (stolen)",
    "vehicle_id": None,
}
RAISED = ("blocked_vehicle", "raised", "critical")
PERHAPS = ("blocked_vehicle", "raised", "warning")


def gates_of(watch: Watch) -> BlockedVehicles:
    return BlockedVehicles(Teller(watch.alerts, OccurrenceStore(watch.alerts.store.table)), watch.sites)


@pytest.fixture
def gates(watch: Watch) -> BlockedVehicles:
    return gates_of(watch)


def test_a_blocked_vehicle_is_told_at_once_and_once_a_passage(watch: Watch, gates: BlockedVehicles) -> None:
    for decision in (gate_decided(), gate_decided(event_id="again", revision=2), gate_decided()):
        gates.note_decision(decision)
    assert watch.topic.steps == [RAISED]
    gates.note_decision(gate_decided(passage_id="p-2"))
    assert watch.topic.steps == [RAISED, RAISED]
    assert watch.alert.concern.subject_id == CAMERA


def test_without_an_alarm_nothing_is_asked_or_told() -> None:
    faults: list[FaultyTable] = []

    def around(table: Any) -> FaultyTable:
        faults.append(FaultyTable(table))
        return faults[0]

    watch = Watch(around_presence=around)
    faults[0].unavailable = 1.0
    gates_of(watch).note_decision(gate_decided(alarm=None, verdict=Verdict.ALLOW))
    assert watch.topic.steps == []


def test_a_guard_reads_plate_place_and_time_then_why_and_what_to_do(
    watch: Watch, gates: BlockedVehicles
) -> None:
    gates.note_decision(gate_decided())
    [notice] = watch.topic.notices
    assert watch.alert.steps[0].text == (
        "KA01AB1234 is blocked: at gate north, lane 1, coming in, 13:00:00 on 2026-03-02. "
        "The gate's decision: denied: KA01AB1234 is blocked (stolen). "
        "Keep the gate shut and do what your instructions say of blocked vehicles. Decision d-1."
    )
    assert notice.subject.startswith("Blocked vehicle: ")
    assert "KA01AB1234 is blocked: at gate north, lane 1, coming in, 13:00" in notice.texts["sms"]


def test_a_plate_that_may_be_blocked_says_so(watch: Watch, gates: BlockedVehicles) -> None:
    gates.note_decision(gate_decided(**NEAR))
    [notice] = watch.topic.notices
    assert watch.topic.steps == [PERHAPS]
    assert notice.subject.startswith("Perhaps a blocked vehicle: ")
    text = watch.alert.steps[0].text
    assert text.startswith("KA01A81234 may be a blocked plate, misread: at gate north")
    assert "Compare its picture with the plate before anybody opens." in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verdict": Verdict.REVIEW, "confidence": 0.6}, "was not read surely: keep the gate shut"),
        ({"late": True}, "seen too long ago for the gate to do anything"),
        ({"direction": Direction.OUT}, "lane 1, going out, 13:00:00"),
        ({"direction": None}, "lane 1, 13:00:00"),
        ({"plate": None, "text": "KAO1AB1234"}, "KAO1AB1234 is blocked: at gate"),
    ],
    ids=["unsure", "late", "out", "direction not known", "ambiguous"],
)
def test_the_words_follow_the_decision(
    watch: Watch, gates: BlockedVehicles, changes: dict[str, Any], said: str
) -> None:
    gates.note_decision(gate_decided(**changes))
    assert said in watch.alert.steps[0].text


def test_a_near_alarm_that_becomes_an_exact_one_is_told_too(watch: Watch, gates: BlockedVehicles) -> None:
    gates.note_decision(gate_decided(**NEAR))
    gates.note_decision(gate_decided(revision=2))
    assert watch.topic.steps == [PERHAPS, RAISED]


def test_after_the_exact_alarm_the_near_one_is_no_news(watch: Watch, gates: BlockedVehicles) -> None:
    """A queue keeps no order: the second revision may come first."""
    gates.note_decision(gate_decided(revision=2))
    gates.note_decision(gate_decided(**NEAR))
    gates.note_decision(gate_decided(**NEAR))
    assert watch.topic.steps == [RAISED]


def test_two_that_look_at_once_tell_it_once() -> None:
    faults: list[FaultyTable] = []

    def around(table: Any) -> FaultyTable:
        faults.append(FaultyTable(table))
        return faults[0]

    watch = Watch(around_presence=around)
    gates = gates_of(watch)

    def be_overtaken() -> None:
        faults[0].interrupt = None
        gates.note_decision(gate_decided())

    faults[0].interrupt = be_overtaken
    gates.note_decision(gate_decided())
    assert watch.topic.steps == [RAISED]


def test_what_could_not_be_sent_is_sent_when_the_event_comes_again(
    watch: Watch, gates: BlockedVehicles
) -> None:
    def refuse() -> None:
        raise Unavailable("SNS is busy")

    watch.topic.before = refuse
    with pytest.raises(Unavailable):
        gates.note_decision(gate_decided())
    watch.topic.before = lambda: None
    watch.clock.advance(61)  # the claim of the attempt that failed is over
    gates.note_decision(gate_decided())
    assert watch.topic.steps == [RAISED]
    assert len(watch.history) == 1


def test_a_site_that_never_was_is_told_to_nobody(watch: Watch, gates: BlockedVehicles) -> None:
    with pytest.raises(NotFound):
        gates.note_decision(gate_decided(site_id="gone"))
    assert watch.topic.steps == []


def test_a_camera_that_was_deleted_meanwhile_changes_nothing(watch: Watch, gates: BlockedVehicles) -> None:
    watch.sites.delete_camera(CAMERA)
    gates.note_decision(gate_decided())
    assert watch.topic.steps == [RAISED]


def test_people_end_it_and_otherwise_it_ends_itself_in_silence(watch: Watch, gates: BlockedVehicles) -> None:
    gates.note_decision(gate_decided())
    gates.note_decision(gate_decided(passage_id="p-2"))
    second, first = watch.history
    watch.alerts.resolve(first.alert_id, by="guard", note="turned away")
    watch.tick(LASTS.total_seconds())
    assert [alert.state for alert in watch.history] == [AlertState.RESOLVED] * 2
    assert [alert.resolved_by for alert in watch.history] == ["floorsight", "guard"]
    assert watch.topic.steps == [RAISED, RAISED, ("blocked_vehicle", "resolved", "critical")]
    assert second.severity is Severity.CRITICAL
