"""Frames by API say what was read of a vehicle, and in the same answer what its gate has decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from floorsight.events.vehicles import GateDecided, OverrideAction, PlateRead, VehicleLeft
from floorsight.images.gates import FrameGates
from floorsight.images.model import FrameAnswer, GateAnswer
from floorsight.images.service import ImageService
from floorsight.images.turn import FramePipeline
from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.model import GateDecision, Track
from floorsight.vehicles.gate.overriding import OverridingService
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import ListName
from floorsight.vehicles.policy.store import GatePolicyStore
from floorsight.vision.detector import Detector
from floorsight.vision.tracking.tracker import Tracker
from tests.fakes.scene import CAMERA, SITE, no_wait
from tests.fakes.stills import Gate, walking_frame
from tests.fakes.yard import TEXT, CarDetector, GreyPlateReader, allow_small_vehicles

FRAMES = 14  # to the right wall


class SlowTable(DecidingService):
    """The tables do not answer."""

    def take_read(self, read: PlateRead) -> GateDecision | None:
        raise Unavailable("the table is busy")

    def find_decision(self, track: Track) -> GateDecision | None:
        return None


class Barrier(Gate):
    """A camera at a gate, with a car before it in every frame; `TEXT` can be put on a list."""

    def __init__(self) -> None:
        super().__init__()
        scene = self.scene
        scene.sites.update_camera(replace(scene.sites.get_camera(CAMERA), gate_id="gate-1", lane="2"))
        self.detector = CarDetector()
        self.lists = VehicleStore(scene.registry)
        self.gates = FrameGates(self.deciding())

    def deciding(self, kind: type[DecidingService] = DecidingService) -> DecidingService:
        scene = self.scene
        return kind(
            GateStore(scene.presence),
            self.lists,
            GatePolicyStore(scene.registry),
            scene.sites,
            self.bus,
            scene.clock,
            Backoff(attempts=3, sleep=no_wait),
        )

    def allow(self) -> None:
        self._list(ListName.ALLOWED)

    def block(self) -> None:
        self._list(ListName.BLOCKED, reason="stolen")

    def _list(self, list_name: ListName, **fields: Any) -> None:
        policies = GatePolicyStore(self.scene.registry)
        service = VehicleListService(self.scene.sites, self.lists, policies, self.scene.clock)
        service.add(SITE, list_name, TEXT, by="olga", **fields)

    def service(self, **changes: Any) -> ImageService:
        detector = cast("Detector", self.detector)
        pipeline = FramePipeline(detector, Tracker(), open_plates=GreyPlateReader)
        return super().service(**{"pipeline": pipeline, "gates": self.gates} | changes)

    def show(self, number: int) -> tuple[FrameAnswer, list[GateAnswer]]:
        answer = self.post(number)
        return answer, self.service().find_decisions(CAMERA, answer)

    def told(self, kind: type[Any]) -> set[str]:
        return {m.detail for m in self.bus.messages if m.detail_type == kind.detail_type()}


@pytest.fixture
def barrier(monkeypatch: pytest.MonkeyPatch) -> Barrier:
    allow_small_vehicles(monkeypatch)
    return Barrier()


def test_a_plate_is_in_the_answer_with_the_first_reading_and_the_decision_with_the_second(
    barrier: Barrier,
) -> None:
    barrier.allow()
    shown = [barrier.show(number) for number in range(FRAMES)]
    read = [answer.vehicles[0].plate for answer, _ in shown]
    first = read.index(TEXT)
    assert read == [None] * first + [TEXT] * (FRAMES - first)
    assert {answer.vehicles[0].plate_confidence for answer, _ in shown[first:]} == {0.96}
    decided = [bool(found) for _, found in shown]
    opened = decided.index(True)
    assert opened > first
    assert decided == [False] * opened + [True] * (FRAMES - opened)
    (answer,) = shown[opened][1]
    assert (answer.verdict, answer.track_id) == ("allow", 1)
    assert answer.explanation.startswith("allowed: ")
    assert (answer.admitted, answer.opens) == (True, True)
    assert len(barrier.told(PlateRead)) == len(barrier.told(GateDecided)) == 1


def test_what_is_on_no_list_is_held(barrier: Barrier) -> None:
    for number in range(FRAMES):
        _, found = barrier.show(number)
    assert [each.verdict for each in found] == ["hold"]


def test_frames_that_come_late_open_nothing(barrier: Barrier) -> None:
    barrier.allow()
    barrier.scene.clock.now += timedelta(hours=3)
    for number in range(FRAMES):
        _, found = barrier.show(number)
    assert [(each.verdict, each.opens) for each in found] == [("allow", False)]


def test_a_frame_that_is_sent_again_later_opens_nothing(barrier: Barrier) -> None:
    barrier.allow()
    for number in range(FRAMES):
        barrier.show(number)
    barrier.scene.clock.now += timedelta(seconds=31)
    again = barrier.service().take_frame(walking_frame(FRAMES - 1))
    (answer,) = barrier.service().find_decisions(CAMERA, again)
    assert (answer.admitted, answer.opens) == (True, False)


def test_a_vehicle_that_was_allowed_long_ago_and_waits_in_view_opens_nothing(barrier: Barrier) -> None:
    """It may have been blocked since, and is not asked about again."""
    barrier.allow()
    for number in range(FRAMES):
        _, found = barrier.show(number)
    assert [each.opens for each in found] == [True]
    barrier.scene.clock.now += timedelta(seconds=31)
    answer = replace(barrier.post(FRAMES - 1), captured_at=barrier.scene.clock())
    assert [each.opens for each in barrier.service().find_decisions(CAMERA, answer)] == [False]


def test_who_is_blocked_just_after_it_was_allowed_opens_nothing(barrier: Barrier) -> None:
    barrier.allow()
    for number in range(FRAMES):
        answer, found = barrier.show(number)
    assert [each.opens for each in found] == [True]
    barrier.block()
    assert [each.opens for each in barrier.service().find_decisions(CAMERA, answer)] == [False]


@pytest.mark.parametrize(
    ("action", "admitted"), [(OverrideAction.OPEN, True), (OverrideAction.REFUSE, False)]
)
def test_what_a_guard_did_is_in_the_answers_that_follow(
    barrier: Barrier, action: OverrideAction, admitted: bool
) -> None:
    if action is OverrideAction.REFUSE:
        barrier.allow()
    for number in range(FRAMES - 1):
        _, found = barrier.show(number)
    assert [(each.admitted, each.opens) for each in found] == [(not admitted, not admitted)]
    guard = OverridingService(GateStore(barrier.scene.presence), barrier.bus, barrier.scene.clock)
    guard.override(found[0].decision_id, action, "as the manager says", by="olga")
    _, found = barrier.show(FRAMES - 1)
    assert [(each.admitted, each.opens) for each in found] == [(admitted, admitted)]


def test_a_frame_that_is_sent_again_is_answered_again_and_decided_once(barrier: Barrier) -> None:
    barrier.allow()
    shown = [barrier.show(number) for number in range(FRAMES)]
    again = barrier.service().take_frame(walking_frame(FRAMES - 1))
    assert (again, barrier.service().find_decisions(CAMERA, again)) == shown[-1]
    assert len(barrier.told(GateDecided)) == 1


def test_what_can_not_be_decided_now_is_left_to_the_bus(barrier: Barrier) -> None:
    barrier.allow()
    barrier.gates = FrameGates(barrier.deciding(SlowTable))
    for number in range(FRAMES):
        answer, found = barrier.show(number)
    assert found == []
    (detail,) = barrier.told(PlateRead)
    barrier.deciding().take_read(PlateRead.parse(detail))  # what the reaction does
    barrier.gates = FrameGates(barrier.deciding())
    assert [each.verdict for each in barrier.service().find_decisions(CAMERA, answer)] == ["allow"]


def test_a_vehicle_that_left_was_seen_until_then(barrier: Barrier) -> None:
    barrier.allow()
    for number in range(2 * FRAMES):  # the second of them to the left wall
        barrier.show(number)
    read = next(each for each in map(PlateRead.parse, barrier.told(PlateRead)) if each.track_id == 1)
    (left,) = map(VehicleLeft.parse, barrier.told(VehicleLeft))
    decided = barrier.deciding().find_taken(Track(SITE, CAMERA, read.stream_session, read.track_id)).decided
    assert decided is not None
    assert decided.passage.last_seen >= left.occurred_at > read.last_seen_at


def test_a_camera_that_is_at_no_gate_reads_nothing_and_is_not_asked_about(barrier: Barrier) -> None:
    camera = barrier.scene.sites.get_camera(CAMERA)
    barrier.scene.sites.update_camera(replace(camera, gate_id=None, lane=None))
    for number in range(FRAMES):
        answer, found = barrier.show(number)
    assert (found, answer.vehicles[0].plate) == ([], None)
    assert barrier.told(PlateRead) == set()
