"""Plates of the vehicles on tracks: read where a camera is at a gate, told once, and once that it left."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar, cast

import numpy as np
import pytest

from floorsight.events.envelope import Event
from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.events.vision import Direction
from floorsight.platform.bus import Message
from floorsight.platform.errors import Unavailable
from floorsight.vision.decoding import Frame, Image
from floorsight.vision.detections import Detections, ObjectClass
from floorsight.vision.detector import Detector
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plan import CountingPlan, GateView
from floorsight.vision.plates import picking, telling, watching
from floorsight.vision.plates.boxes import Box
from floorsight.vision.plates.picking import READINGS_A_CHUNK
from floorsight.vision.plates.reading import PlateFound, PlateReads
from floorsight.vision.plates.switching import SwitchablePlates
from floorsight.vision.plates.telling import ENOUGH, MOST
from floorsight.vision.stream_state import dump_state
from floorsight.vision.timing import Stopwatch
from floorsight.vision.track_log import PlateLog
from floorsight.vision.tracking.tracker import Tracker
from tests.fakes.streams import CAMERA, FIRST, SECOND, SITE, World, captured, plan_of, walking_chunk
from tests.fakes.yard import TEXT, CarDetector, GreyPlateReader, allow_small_vehicles

E = TypeVar("E", bound=Event)
ONE_WAY = 4  # chunks to the right wall, where the car turns and its track ends


@pytest.fixture(autouse=True)
def small_vehicles(monkeypatch: pytest.MonkeyPatch) -> None:
    allow_small_vehicles(monkeypatch)


def told(messages: Iterable[Message], kind: type[E]) -> list[E]:
    """Events of a kind, each once: what was committed last is published again by whoever loads it."""
    found = [kind.parse(each.detail) for each in messages if each.detail_type == kind.detail_type()]
    facts = {event.event_id: event for event in found}
    assert all(event == facts[event.event_id] for event in found)
    return list(facts.values())


def yard(**how: Any) -> World:
    return World(**{"plate_reader": GreyPlateReader(), "detector": CarDetector()} | how)


def drive(world: World, chunks: int, first: int = 0) -> World:
    return world.add(*(walking_chunk(number) for number in range(first, chunks))).run()


def plates_of(world: World) -> dict[int, PlateLog]:
    state = world.store().load(CAMERA).state
    assert state is not None
    return {track_id: log.plates for track_id, log in state.logs.items()}


def test_a_plate_is_told_as_soon_as_two_readings_agree_and_left_alone_then() -> None:
    reader = GreyPlateReader()
    world = drive(yard(plate_reader=reader), ONE_WAY)
    (read,) = told(world.bus.messages, PlateRead)
    assert (read.text, read.reads, read.agreeing, read.confidence) == (TEXT, 2, 2, 0.96)
    assert (read.gate_id, read.lane, read.direction) == ("gate-1", "2", Direction.IN)
    assert (read.vehicle_type, read.reader, read.track_id) == ("car", "grey", 1)
    assert read.character_confidences == (0.96,) * len(TEXT)
    assert [each.text for each in read.readings] == [TEXT] * 2
    assert read.occurred_at == read.readings[0].seen_at  # none is surer than the first
    assert read.first_seen_at == captured(0)
    assert read.readings[-1].seen_at <= read.last_seen_at
    assert plates_of(world)[1] == PlateLog(
        told=True, text=TEXT, confidence=0.96, gate_id="gate-1", lane="2", direction=Direction.IN
    )
    looks = reader.found
    drive(world, ONE_WAY + 1, ONE_WAY)
    assert reader.found - looks <= 4  # at the track that began at the wall alone


def test_who_waits_behind_another_is_announced_and_told_once_nothing_is_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Told as it is, with two sure readings, the barrier would be lifted for the one in front."""
    before_it = True
    monkeypatch.setattr(watching, "is_behind", lambda *_: before_it)
    monkeypatch.setattr(picking, "SAME_PLACE", 0.0)  # it stands
    monkeypatch.setattr(telling, "STANDS_BEHIND_MS", 1000)
    monkeypatch.setattr(picking, "CLEAR_LOOKS", 1)
    monkeypatch.setattr(picking, "CLEAR_MS", 0)
    reader = GreyPlateReader(everywhere=True)
    world = drive(yard(plate_reader=reader), 1)
    assert told(world.bus.messages, PlateRead) == []
    drive(world, ONE_WAY - 1, 1)
    (announced,) = told(world.bus.messages, PlateRead)
    assert (announced.behind, announced.text) == (True, TEXT)
    assert plates_of(world)[1].announced
    before_it = False
    drive(world, ONE_WAY, ONE_WAY - 1)
    _, read = told(world.bus.messages, PlateRead)
    assert (read.behind, read.track_id, read.text) == (False, announced.track_id, TEXT)
    assert read.event_id != announced.event_id
    assert read.crop_key == announced.crop_key
    assert plates_of(world)[1].told


FRONT, REAR = (10.0, 12.0, 70.0, 46.0), (20.0, 0.0, 60.0, 20.0)


class QueueDetector:
    """Cars where `boxes` says that they are found in a frame, by its number."""

    def __init__(self, boxes: Callable[[int], list[Box]]) -> None:
        self._boxes, self._number = boxes, 0

    def detect(self, frames: list[Frame], _: Stopwatch) -> list[Detections]:
        return [self._find() for _ in frames]

    def _find(self) -> Detections:
        boxes, self._number = self._boxes(self._number), self._number + 1
        kinds = np.full(len(boxes), int(ObjectClass.CAR), np.int64)
        return Detections(np.array(boxes, np.float32), np.full(len(boxes), 0.9, np.float32), kinds)


class RearReader(GreyPlateReader):
    """Only the car behind, which is narrower, has a plate that can be read."""

    def find(self, vehicle: Image) -> list[PlateFound]:
        return super().find(vehicle) if 30 <= vehicle.shape[1] <= 50 else []


def queue_up(chunks: int, boxes: Callable[[int], list[Box]]) -> World:
    return drive(yard(plate_reader=RearReader(everywhere=True), detector=QueueDetector(boxes)), chunks)


@pytest.mark.parametrize("missed", [12, 17, 22, 23, 27])
@pytest.mark.parametrize("frames", [1, 5])
def test_a_second_without_the_car_in_front_opens_nothing_for_it(missed: int, frames: int) -> None:
    world = queue_up(10, lambda number: [REAR] if 0 <= number - missed < frames else [FRONT, REAR])
    assert told(world.bus.messages, PlateRead) == []
    assert [each.behind for each in plates_of(world).values() if each.readings] == [True]


def test_it_is_told_soon_after_the_car_in_front_has_gone() -> None:
    world = queue_up(10, lambda number: [FRONT, REAR] if number < 20 else [REAR])
    [read] = [each for each in told(world.bus.messages, PlateRead) if each.text]
    assert not read.behind
    gone_at = captured(0) + timedelta(seconds=4)  # five frames a second
    assert timedelta(seconds=1) < read.last_seen_at - gone_at < timedelta(seconds=3)


def test_what_is_read_of_who_waits_for_long_is_bounded() -> None:
    world = queue_up(30, lambda _: [FRONT, REAR])
    [waiting] = [each for each in plates_of(world).values() if each.readings]
    assert (waiting.behind, len(waiting.readings)) == (True, MOST)


def test_who_is_hidden_by_another_is_told_as_behind_it_when_its_track_ends() -> None:
    reader = RearReader(confidence=0.9, everywhere=True)  # not sure enough to be told at once

    def find(number: int) -> list[Box]:
        """The other one stands beside it, and cuts in."""
        left = max(62.0 - 7.0 * max(number - 4, 0), 30.0)
        other = (left, 12.0, left + 24.0, 46.0)
        return [REAR, other] if number < 5 else [other]

    world = yard(plate_reader=reader, detector=QueueDetector(find))
    drive(world, 6)
    [read] = [each for each in told(world.bus.messages, PlateRead) if each.text]
    assert (read.behind, read.reads > 0) == (True, True)


def test_who_comes_nearer_under_another_number_was_not_behind_itself() -> None:
    reader = RearReader(confidence=0.9, everywhere=True)
    boxes = [[REAR]] * 5 + [[]] + [[FRONT]] * 40
    world = yard(plate_reader=reader, detector=QueueDetector(lambda number: boxes[number]))
    drive(world, 6)
    [read] = [each for each in told(world.bus.messages, PlateRead) if each.text]
    assert not read.behind


def test_both_pictures_are_there_when_the_plate_is_told() -> None:
    world = drive(yard(), ONE_WAY)
    (read,) = told(world.bus.messages, PlateRead)
    assert read.snapshot_key == f"snapshots/{SITE}/{CAMERA}/2026-03-02/{read.event_id}.jpg"
    assert read.crop_key == f"snapshots/{SITE}/{CAMERA}/2026-03-02/{read.event_id}-plate.jpg"
    for key in (read.snapshot_key, read.crop_key):
        assert world.objects.stored[key].startswith(b"\xff\xd8")


def test_a_vehicle_whose_plate_was_told_is_said_to_have_left() -> None:
    world = drive(yard(), 2 * ONE_WAY)
    first = told(world.bus.messages, PlateRead)[0]
    left = told(world.bus.messages, VehicleLeft)[0]
    assert (left.track_id, left.text, left.gate_id, left.lane) == (1, TEXT, "gate-1", "2")
    assert left.first_seen_at == first.first_seen_at
    assert left.occurred_at >= first.last_seen_at


def test_the_end_of_a_session_tells_what_was_read_or_that_the_vehicle_left() -> None:
    early = drive(yard(), 2)  # one reading
    early.add(walking_chunk(0, SECOND)).run()
    (read,) = told(early.bus.messages, PlateRead)
    assert (read.text, read.reads, read.cause, read.stream_session) == (TEXT, 1, "session-end", FIRST)
    assert read.crop_key in early.objects.stored
    assert told(early.bus.messages, VehicleLeft) == []

    late = drive(yard(), 3)  # told
    late.add(walking_chunk(0, SECOND)).run()
    assert [each.cause for each in told(late.bus.messages, VehicleLeft)] == ["session-end"]
    assert len(told(late.bus.messages, PlateRead)) == 1


def test_a_gap_in_the_stream_ends_tracks_in_the_same_way() -> None:
    world = drive(yard(), 3)
    world.add(walking_chunk(9)).run()
    assert [each.cause for each in told(world.bus.messages, VehicleLeft)] == ["gap"]


def test_a_vehicle_that_was_near_and_could_not_be_read_is_told_without_a_text() -> None:
    world = drive(yard(plate_reader=GreyPlateReader(confidence=0.3)), ONE_WAY)
    assert told(world.bus.messages, PlateRead) == []
    world.add(walking_chunk(0, SECOND)).run()
    read, *_ = told(world.bus.messages, PlateRead)
    assert (read.text, read.reads, read.agreeing, read.confidence, read.readings) == (None, 0, 0, 0.0, ())
    assert read.character_confidences == ()
    assert read.crop_key is None
    assert read.snapshot_key in world.objects.stored
    assert read.occurred_at == read.last_seen_at
    assert told(world.bus.messages, VehicleLeft) == []


def test_a_vehicle_that_never_was_near_is_not_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    reader = GreyPlateReader()
    world = drive(yard(plate_reader=reader), 2 * ONE_WAY)
    assert "TrackEnded.v1" in world.kinds()
    assert reader.found == 0
    assert told(world.bus.messages, PlateRead) == told(world.bus.messages, VehicleLeft) == []
    assert world.objects.stored == {}


@pytest.mark.parametrize(("confidence", "texts"), [(0.7, []), (0.9, [TEXT])])
def test_what_was_read_once_from_afar_and_never_came_near_is_told_if_it_is_sure(
    monkeypatch: pytest.MonkeyPatch, confidence: float, texts: list[str]
) -> None:
    """Of an unsure one most are fragments of a track that goes on under another number."""
    monkeypatch.setattr(picking, "NEAR_PLATE_WIDTH", 1000.0)
    world = drive(yard(plate_reader=GreyPlateReader(confidence)), 2)
    world.add(walking_chunk(0, SECOND)).run()
    assert [each.text for each in told(world.bus.messages, PlateRead)] == texts


def test_readings_that_are_not_sure_are_told_when_there_will_be_no_more() -> None:
    world = drive(yard(plate_reader=GreyPlateReader(confidence=0.7)), 2 * ONE_WAY)
    first, *_ = told(world.bus.messages, PlateRead)
    assert (first.track_id, first.text, first.confidence, first.reads) == (1, TEXT, 0.7, 3)


def test_a_track_that_flickers_between_car_and_lorry_is_one() -> None:
    kinds = (ObjectClass.CAR, ObjectClass.CAR, ObjectClass.TRUCK)
    world = drive(yard(detector=CarDetector(kinds)), ONE_WAY)
    (read,) = told(world.bus.messages, PlateRead)
    assert (read.vehicle_type, read.track_id) == ("car", 1)


@pytest.mark.parametrize(("mirrored", "direction"), [(False, Direction.IN), (True, Direction.OUT)])
def test_on_a_gate_for_both_ways_the_side_on_which_it_was_seen_first_says_which(
    mirrored: bool, direction: Direction
) -> None:
    world = yard(gate=GateView("gate-1", "1"))

    def plan(camera_id: str) -> CountingPlan:
        known = world.plan_of(camera_id)
        (line,) = known.lines
        turned = replace(line, to_left=line.to_right, to_right=line.to_left)
        return replace(known, lines=(turned,)) if mirrored else known

    world.add(*(walking_chunk(number) for number in range(ONE_WAY))).run(plan_of=plan)
    assert told(world.bus.messages, PlateRead)[0].direction is direction


def test_without_a_line_the_direction_is_not_known() -> None:
    world = yard(gate=GateView("gate-1", "1"))
    world.add(*(walking_chunk(number) for number in range(ONE_WAY)))
    world.run(plan_of=lambda camera_id: replace(world.plan_of(camera_id), lines=()))
    assert told(world.bus.messages, PlateRead)[0].direction is None


class Opening:
    """Where a pipeline gets its reader: how often, and whether it fails."""

    def __init__(self) -> None:
        self.calls, self.fails = 0, False

    def __call__(self) -> PlateReads:
        self.calls += 1
        if self.fails:
            raise Unavailable("no plates can be read here")
        return GreyPlateReader()


def pipeline(opening: Callable[[], PlateReads | None]) -> ChunkPipeline:
    return ChunkPipeline(cast("Detector", CarDetector()), Tracker(), open_plates=opening)


def at_a_gate(camera_id: str) -> CountingPlan:
    return replace(plan_of(camera_id), gate=GateView("gate-1", "1", Direction.IN))


def test_cameras_without_a_gate_pay_nothing() -> None:
    opening = Opening()
    world = World().add(*(walking_chunk(sequence) for sequence in range(2 * ONE_WAY)))
    world.run(pipeline=pipeline(opening))
    assert opening.calls == 0
    assert told(world.bus.messages, PlateRead) == []
    state = world.store().load(CAMERA).state
    assert state is not None
    assert b'"plates":null' in zlib.decompress(dump_state(state))


def test_models_that_cannot_be_opened_hold_the_stream_back_and_lose_nothing() -> None:
    opening = Opening()
    opening.fails = True
    world = World().add(*(walking_chunk(sequence) for sequence in range(ONE_WAY)))
    with pytest.raises(Unavailable):
        world.run(pipeline=pipeline(opening), plan_of=at_a_gate)
    assert world.rejections() == []
    assert world.checkpoint.saved is None
    opening.fails = False
    world.run(pipeline=pipeline(opening), plan_of=at_a_gate)
    assert len(told(world.bus.messages, PlateRead)) == 1


def test_models_that_cannot_be_opened_switch_plates_off_in_a_worker_and_nothing_else(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    opening = Opening()
    opening.fails = True
    world = World().add(*(walking_chunk(sequence) for sequence in range(ONE_WAY)))
    world.run(pipeline=pipeline(SwitchablePlates(opening)), plan_of=at_a_gate)
    assert world.rejections() == []
    assert world.checkpoint.saved is not None
    assert "TrackEnded.v1" in world.add(walking_chunk(0, SECOND)).run().kinds()
    assert told(world.bus.messages, PlateRead) == []
    assert opening.calls == 1  # it is not tried again
    assert [record.levelname for record in caplog.records if "plates" in record.message] == ["ERROR"]
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "PlatesOff" in line]
    assert [each["PlatesOff"] for each in metrics] == [1] * ONE_WAY


@pytest.mark.parametrize("gate_now", [None, GateView("gate-9", "9", Direction.OUT)])
@pytest.mark.parametrize(("chunks", "kind"), [(2, PlateRead), (ONE_WAY, VehicleLeft)])
def test_a_vehicle_that_was_seen_at_a_gate_is_told_of_there_whatever_the_camera_is_at_now(
    gate_now: GateView | None, chunks: int, kind: type[PlateRead | VehicleLeft]
) -> None:
    """Read and not told yet, or told: when its session ends, and when its track does."""

    def moved(camera_id: str) -> CountingPlan:
        return replace(plan_of(camera_id), gate=gate_now)

    for session, first in ((SECOND, 0), (FIRST, chunks)):
        world = World().add(*(walking_chunk(sequence) for sequence in range(chunks)))
        world.run(pipeline=pipeline(Opening()), plan_of=at_a_gate)
        before = len(told(world.bus.messages, PlateRead))
        more = 1 if session == SECOND else 3 * ONE_WAY
        world.add(*(walking_chunk(first + number, session) for number in range(more)))
        world.run(pipeline=pipeline(Opening()), plan_of=moved)
        of_first = [each for each in told(world.bus.messages, kind) if each.track_id == 1]
        assert [(each.gate_id, each.lane) for each in of_first if each.stream_session == FIRST] == [
            ("gate-1", "1")
        ]
        reads = [each for each in told(world.bus.messages, PlateRead)[: before + 1] if each.track_id == 1]
        assert reads[0].direction is Direction.IN


def test_people_have_no_plates() -> None:
    reader = GreyPlateReader()
    world = drive(World(plate_reader=reader), 2 * ONE_WAY)
    assert reader.found == 0
    assert told(world.bus.messages, PlateRead) == []


def test_the_plates_of_a_chunk_are_read_in_one_call_and_no_more_than_needed() -> None:
    reader = GreyPlateReader(confidence=0.7, everywhere=True)
    world = drive(yard(plate_reader=reader), ONE_WAY)
    assert reader.read_at_once == [READINGS_A_CHUNK] * (ENOUGH // READINGS_A_CHUNK)
    (read,) = told(world.bus.messages, PlateRead)
    assert read.reads == ENOUGH
    times = [each.seen_at for each in read.readings]
    assert times == sorted(times)
