"""Frames that come by the API: the facts of a stream, once each, in whatever process they arrive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from floorsight.events.vision import LineCrossed, TrackEnded
from floorsight.images.jpeg import Jpeg, read_jpeg
from floorsight.images.rules import SESSION_GAP_SECONDS
from floorsight.images.store import ANSWERS_KEPT
from floorsight.occupancy.model import Baseline, Counter
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.table import Write
from floorsight.sites.counting_plans import RegistryPlans
from floorsight.vision.detections import Detections, ObjectClass
from floorsight.vision.store import StreamStore
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE
from tests.fakes.stills import Gate, still, walking_frame
from tests.fakes.streams import FPS, FRAMES_A_CHUNK, World, walking_chunk

FRAMES = 60  # to the right wall, back, and again


@pytest.fixture
def gate() -> Gate:
    return Gate()


def crossings(messages: Any) -> list[tuple[Any, ...]]:
    """What was crossed when by whom, once each."""
    events = [LineCrossed.parse(m.detail) for m in messages if m.detail_type == "LineCrossed.v1"]
    return sorted({(event.occurred_at, event.direction, event.track_id, event.anchor) for event in events})


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(Conflict) as found:
        call()
    return found.value.code


def test_single_frames_come_to_the_same_as_the_stream(gate: Gate) -> None:
    answers = gate.walk(FRAMES)
    plans = RegistryPlans(gate.scene.sites).plan_of
    stream = World().add(*(walking_chunk(number) for number in range(FRAMES // FRAMES_A_CHUNK)))
    stream.run(plan_of=lambda camera_id: replace(plans(camera_id), analyse_fps=float(FPS)))
    ours, theirs = crossings(gate.bus.messages), crossings(stream.bus.messages)
    assert len(theirs) == 4
    # The anchors differ as the codecs do.
    assert [each[:3] for each in ours] == [each[:3] for each in theirs]
    np.testing.assert_allclose([each[3] for each in ours], [each[3] for each in theirs], atol=0.01)
    assert sum(answer.entries_this_frame for answer in answers) == 2
    assert sum(answer.exits_this_frame for answer in answers) == 2


def test_totals_are_exact_at_every_frame_and_those_of_the_ledger(gate: Gate) -> None:
    entries = exits = 0
    for answer in gate.walk(FRAMES):
        entries += answer.entries_this_frame
        exits += answer.exits_this_frame
        assert (answer.entries, answer.exits, answer.occupancy) == (entries, exits, entries - exits)
        assert answer.people == 1
    count = gate.scene.occupancy.get_count(Counter(CAMERA, SITE))
    assert (count.total.entries, count.total.exits) == (entries, exits)
    assert len(gate.scene.occupancy.list_crossings(CAMERA).items) == entries + exits


def test_a_baseline_counts_in_the_next_answer(gate: Gate) -> None:
    gate.post(0)
    gate.scene.occupancy.set_baseline_at(CAMERA, Baseline(7, NOON, "olga", "counted heads"))
    assert gate.post(1).occupancy == 7


def test_the_same_frame_again_is_answered_the_same_and_counted_once(gate: Gate) -> None:
    for number in range(FRAMES):
        first = gate.post(number)
        assert gate.post(number) == first
    events = [m for m in gate.bus.messages if m.detail_type == "LineCrossed.v1"]
    assert len({m.detail for m in events}) == 4
    assert len(gate.scene.occupancy.list_crossings(CAMERA).items) == 4


def test_only_the_latest_frames_are_known_again(gate: Gate) -> None:
    first = gate.post(0)
    for number in range(1, ANSWERS_KEPT):
        gate.post(number)
    assert gate.post(0) == first
    gate.post(ANSWERS_KEPT)
    assert code_of(lambda: gate.post(0)) == "frame_out_of_order"


def test_a_frame_without_id_is_known_by_its_time(gate: Gate) -> None:
    first = gate.post(0, frame_id=None)
    assert gate.post(0, frame_id=None) == first
    assert gate.post(1, frame_id=None).frame_id != first.frame_id


def test_a_frame_of_which_nothing_is_said_is_a_new_one_every_time(gate: Gate) -> None:
    answers = [gate.service().take_frame(walking_frame(0, frame_id=None, captured_at=None)) for _ in "ab"]
    assert len({answer.frame_id for answer in answers}) == 2
    assert answers[0].captured_at == NOON
    assert answers[1].captured_at > NOON  # the clock stands still, and the frames don't


def test_an_id_belongs_to_one_picture(gate: Gate) -> None:
    gate.post(0)
    other = read_jpeg(still(60))
    assert code_of(lambda: gate.post(0, jpeg=other)) == "frame_id_taken"
    assert code_of(lambda: gate.post(0, jpeg=other, frame_id="x")) == "frame_out_of_order"


def test_frames_come_in_order(gate: Gate) -> None:
    gate.post(5)
    assert code_of(lambda: gate.post(4)) == "frame_out_of_order"
    with pytest.raises(Malformed, match="set the clock"):
        gate.service().take_frame(walking_frame(6, captured_at=NOON + timedelta(hours=1)))
    gate.post(6)


def test_after_a_gap_everybody_is_somebody_new(gate: Gate) -> None:
    gate.walk(3)
    later = round((SESSION_GAP_SECONDS + 1) * FPS)
    gate.post(later)
    ended = [TrackEnded.parse(m.detail) for m in gate.bus.messages if m.detail_type == "TrackEnded.v1"]
    assert [(event.track_id, event.observations) for event in ended] == [(1, 3)]
    state = StreamStore(gate.scene.presence).load(CAMERA).state
    assert state is not None
    assert (state.sequence, len(state.earlier)) == (0, 1)


def test_a_streamed_camera_takes_no_frames_however_long_its_publisher_is_silent(gate: Gate) -> None:
    """It lives for days in one session; one that began in between would make all the rest of it stale."""
    world = World(table=gate.scene.presence, clock=gate.scene.clock)
    plan_of = RegistryPlans(gate.scene.sites).plan_of
    world.add(walking_chunk(0)).run(plan_of=plan_of)
    gate.scene.clock.advance(7 * 24 * 3600)
    assert code_of(lambda: gate.service().take_frame(walking_frame(1, captured_at=None))) == "camera_streams"
    world.add(walking_chunk(1)).run(plan_of=plan_of)
    assert world.rejections() == []


def test_a_publisher_takes_its_camera_back(gate: Gate) -> None:
    gate.walk(2)
    world = World(table=gate.scene.presence, clock=gate.scene.clock)
    session = "20260302T130000.000000Z-0001"
    chunk = walking_chunk(0)
    header = chunk.header.model_copy(update={"stream_session": session})
    world.add(replace(chunk, header=header)).run(plan_of=RegistryPlans(gate.scene.sites).plan_of)
    assert world.rejections() == []
    assert code_of(lambda: gate.post(9)) == "camera_streams"


def test_what_is_no_picture_changes_nothing(gate: Gate) -> None:
    gate.post(0)
    before = StreamStore(gate.scene.presence).load(CAMERA).version
    whole = read_jpeg(still(6)).data
    broken = Jpeg(96, 48, whole[:2] + whole[-2:])
    with pytest.raises(Malformed) as found:
        gate.post(1, jpeg=broken)
    assert (found.value.code, found.value.field) == ("undecodable", "frame")
    assert StreamStore(gate.scene.presence).load(CAMERA).version == before
    assert gate.objects.keys("quarantine") == []
    assert gate.bus.messages == []
    gate.post(1)


def test_an_unknown_camera_is_told(gate: Gate) -> None:
    with pytest.raises(NotFound, match="nobody"):
        gate.post(0, camera_id="nobody")


class Interrupted:
    """The presence table, in which something happens before or after a commit."""

    def __init__(self, gate: Gate) -> None:
        self.table = gate.scene.presence
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)

    def write(self, write: Write) -> None:
        before, self.before = self.before, lambda: None
        after, self.after = self.after, lambda: None
        before()
        self.table.write(write)
        after()


def test_a_frame_that_was_overtaken_finds_another_place(gate: Gate) -> None:
    table = Interrupted(gate)
    table.before = lambda: gate.post(0) and None
    gate.scene.clock.advance(1)
    answer = gate.service(presence=table).take_frame(walking_frame(2, captured_at=None))
    assert answer.captured_at == NOON + timedelta(seconds=1)
    state = StreamStore(gate.scene.presence).load(CAMERA).state
    assert state is not None
    assert state.sequence == 1


def test_frames_that_overtake_each_other_for_ever_are_told(gate: Gate) -> None:
    table = Interrupted(gate)
    numbers = iter(range(10))

    def overtake() -> None:
        gate.post(next(numbers))
        table.before = overtake

    table.before = overtake
    late = walking_frame(40, captured_at=None)
    assert code_of(lambda: gate.service(presence=table).take_frame(late)) == "camera_busy"


@pytest.mark.parametrize("changes", [{}, {"frame_id": None, "captured_at": None}])
def test_a_commit_of_which_only_the_word_was_lost_stands(gate: Gate, changes: dict[str, Any]) -> None:
    """boto3 repeats a conditional write to which it got no answer, and is refused by its own success."""
    table = Interrupted(gate)

    def refuse() -> None:
        raise Conflict("expectation failed")

    table.after = refuse
    answer = gate.service(presence=table).take_frame(walking_frame(0, **changes))
    committed = StreamStore(gate.scene.presence).load(CAMERA)
    assert committed.version == 1
    assert answer.people == 1


class DeadBus:
    """A process that dies before it has published."""

    def publish(self, messages: Any) -> None:
        if messages:
            raise Unavailable("killed")


def test_what_was_committed_and_not_published_is_told_when_the_frame_comes_again(gate: Gate) -> None:
    for number in range(FRAMES):
        try:
            gate.scene.clock.now = NOON + timedelta(seconds=number / FPS)
            gate.service(bus=DeadBus()).take_frame(walking_frame(number))
        except Unavailable:
            gate.post(number)
    assert len(crossings(gate.bus.messages)) == 4
    assert len(gate.scene.occupancy.list_crossings(CAMERA).items) == 4


def test_a_busy_ledger_is_left_to_the_bus(gate: Gate) -> None:
    class Busy:
        def __getattr__(self, name: str) -> Any:
            return getattr(gate.scene.occupancy, name)

        def record_crossings(self, *_: Any) -> None:
            raise Unavailable("busy")

    for number in range(FRAMES):
        gate.scene.clock.now = NOON + timedelta(seconds=number / FPS)
        gate.service(occupancy=Busy()).take_frame(walking_frame(number))
    assert len(crossings(gate.bus.messages)) == 4
    assert gate.scene.occupancy.list_crossings(CAMERA).items == []


def test_vehicles_are_told_with_their_tracks(gate: Gate) -> None:
    class Yard:
        def detect(self, frames: Any, stopwatch: Any) -> list[Detections]:
            boxes = np.array([[0, 0, 30, 20], [40, 0, 60, 40], [70, 10, 90, 40]], np.float32)
            kinds = np.array([ObjectClass.TRUCK, ObjectClass.PERSON, ObjectClass.BICYCLE], np.int64)
            return [Detections(boxes, np.array([0.8, 0.9, 0.7], np.float32), kinds) for _ in frames]

    gate.detector = Yard()
    for number in range(2):
        answer = gate.post(number)
        assert [(each.track_id, each.kind, each.confidence) for each in answer.vehicles] == [
            (1, "truck", 0.8)
        ]
        assert answer.people == 1
