"""Faces of the people on tracks: looked for where a camera asks for it, kept apart, asked about once."""

from __future__ import annotations

import base64
import zlib
from dataclasses import replace
from typing import Any, cast

import pytest

from floorsight.events.identity import FaceSeen
from floorsight.images.turn import FramePipeline
from floorsight.platform.errors import Unavailable
from floorsight.sites.counting_plans import RegistryPlans
from floorsight.vision.detector import Detector
from floorsight.vision.faces import picking
from floorsight.vision.faces.picking import MIN_VOTES
from floorsight.vision.faces.reading import FaceReads
from floorsight.vision.faces.record import dump_embedding, load_record
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plan import CountingPlan
from floorsight.vision.stream_state import dump_state
from floorsight.vision.track_log import ASKED
from floorsight.vision.tracking.tracker import Tracker
from tests.fakes.faces import GreyFaceReader
from tests.fakes.stills import Gate, walking_frame
from tests.fakes.streams import (
    CAMERA,
    FIRST,
    FRAMES_A_CHUNK,
    SECOND,
    BrightBlockDetector,
    World,
    plan_of,
    walking_chunk,
)

ONE_WAY = 4  # chunks to the right wall, where the walker turns and the track ends


@pytest.fixture(autouse=True)
def small_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """The miniature's people are 12 pixels wide."""
    monkeypatch.setattr(picking, "LEAST_EYE_DISTANCE", 2.0)


def asked(messages: Any) -> list[FaceSeen]:
    """The questions, each once: what was committed last is published again by whoever loads it."""
    found = [FaceSeen.parse(each.detail) for each in messages if each.detail_type == FaceSeen.detail_type()]
    questions = {question.event_id: question for question in found}
    assert all(question == questions[question.event_id] for question in found)
    return list(questions.values())


class Opening:
    """Where a pipeline gets its reader: how often, and whether it fails."""

    def __init__(self) -> None:
        self.calls, self.fails = 0, False

    def __call__(self) -> FaceReads:
        self.calls += 1
        if self.fails:
            raise Unavailable("no faces can be read here")
        return GreyFaceReader()


def pipeline(opening: Opening) -> ChunkPipeline:
    return ChunkPipeline(cast("Detector", BrightBlockDetector()), Tracker(), opening)


def identifying(camera_id: str) -> CountingPlan:
    return replace(plan_of(camera_id), identifies=True)


def test_a_track_with_enough_faces_is_asked_about_once_and_left_alone() -> None:
    world = World(face_reader=GreyFaceReader())
    world.add(*(walking_chunk(sequence) for sequence in range(ONE_WAY))).run()
    (question,) = asked(world.bus.messages)
    assert question.faces == MIN_VOTES
    faces = [face for key in question.record_keys for face in load_record(world.objects.stored[key]).faces]
    assert len(faces) == MIN_VOTES
    assert question.occurred_at == max(faces, key=lambda face: face.quality).seen_at
    state = world.store().load(CAMERA).state
    assert state is not None
    assert state.logs[question.track_id].faces == ASKED
    assert world.objects.keys("faces/") == sorted(question.record_keys)


def test_neither_events_nor_the_state_hold_a_face() -> None:
    world = World(face_reader=GreyFaceReader())
    world.add(
        walking_chunk(0), walking_chunk(1), walking_chunk(2)
    ).run()  # not asked yet: the state knows keys
    keys = world.objects.keys("faces/")
    (first, *_) = load_record(world.objects.stored[keys[0]]).faces
    secrets = (dump_embedding(first.embedding), base64.b64encode(first.jpeg).decode(), "embedding", "jpeg")
    state = world.store().load(CAMERA).state
    assert state is not None
    told = [zlib.decompress(dump_state(state)).decode(), *(message.detail for message in world.bus.messages)]
    assert all(key in told[0] for key in keys)
    assert not [secret for secret in secrets for text in told if secret in text]


def test_without_anybody_asking_for_faces_the_models_are_never_opened() -> None:
    opening = Opening()
    world = World().add(*(walking_chunk(sequence) for sequence in range(4)))
    world.run(pipeline=pipeline(opening))
    assert opening.calls == 0
    assert asked(world.bus.messages) == []


def test_models_that_cannot_be_opened_hold_the_stream_back_and_lose_nothing() -> None:
    opening = Opening()
    opening.fails = True
    world = World().add(*(walking_chunk(sequence) for sequence in range(ONE_WAY)))
    with pytest.raises(Unavailable):
        world.run(pipeline=pipeline(opening), plan_of=identifying)
    assert world.rejections() == []
    assert world.checkpoint.saved is None
    opening.fails = False
    world.run(pipeline=pipeline(opening), plan_of=identifying)
    assert len(asked(world.bus.messages)) == 1


def test_a_camera_that_was_told_to_identify_nobody_asks_nothing_any_more() -> None:
    """Two faces were kept; then it is switched off, and the session ends."""
    opening = Opening()
    world = World().add(walking_chunk(0), walking_chunk(1), walking_chunk(2))
    world.run(pipeline=pipeline(opening), plan_of=identifying)
    assert world.objects.keys("faces/")
    world.add(walking_chunk(0, SECOND)).run(pipeline=pipeline(opening))
    assert "TrackEnded.v1" in world.kinds()
    assert asked(world.bus.messages) == []


def test_the_end_of_a_session_asks_with_what_there_is() -> None:
    world = World(face_reader=GreyFaceReader())
    world.add(walking_chunk(0), walking_chunk(1), walking_chunk(2), walking_chunk(0, SECOND)).run()
    (question,) = asked(world.bus.messages)
    assert (question.faces, question.cause, question.stream_session) == (2, "session-end", FIRST)


def test_a_worker_that_reads_no_faces_counts_all_the_same() -> None:
    chunks = [walking_chunk(sequence) for sequence in range(8)]
    with_faces = World(face_reader=GreyFaceReader()).add(*chunks).run()
    without = World().add(*chunks).run(plan_of=identifying)
    told = [kind for kind in with_faces.kinds() if kind != FaceSeen.detail_type()]
    assert without.kinds() == told


def test_frames_by_api_ask_too() -> None:
    gate = Gate()
    detector = cast("Detector", gate.detector)
    plans = RegistryPlans(gate.scene.sites)
    service = gate.service(
        pipeline=FramePipeline(detector, Tracker(), GreyFaceReader),
        plan_of=lambda camera_id: replace(plans.plan_of(camera_id), identifies=True),
    )
    for number in range(ONE_WAY * FRAMES_A_CHUNK):
        frame = walking_frame(number)
        assert frame.captured_at is not None
        gate.scene.clock.now = frame.captured_at
        service.take_frame(frame)
    (question,) = asked(gate.bus.messages)
    assert question.faces == MIN_VOTES
    assert len(question.record_keys) == MIN_VOTES  # a frame is a chunk
    assert gate.objects.keys("faces/") == sorted(question.record_keys)
