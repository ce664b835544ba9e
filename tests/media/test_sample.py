"""The real model on the real video, from the file to the facts."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import numpy as np
import pytest

from floorsight.vision.chunk import Chunk
from floorsight.vision.decoding import Frame, decode_frames
from floorsight.vision.detections import ObjectClass
from floorsight.vision.detector import Detector
from floorsight.vision.stream_state import dump_state
from floorsight.vision.timing import Stopwatch
from floorsight.vision.tracking.boxes import overlap
from tests.fakes.streams import CAMERA, World, kill_at, replay_until_done
from tests.media.conftest import VIDEO_FPS, open_detector

pytestmark = pytest.mark.media


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def frames(sample_chunks: list[Chunk]) -> list[Frame]:
    return [frame for chunk in sample_chunks[:2] for frame in decode_frames(chunk)]


@pytest.fixture(scope="module")
def undisturbed(sample_chunks: list[Chunk], detector: Detector) -> World:
    return World().add(*sample_chunks).run(detector=detector)


def test_the_video_is_cut_without_loss(sample_chunks: list[Chunk]) -> None:
    assert {len(chunk.header.frame_offsets_us) for chunk in sample_chunks} == {VIDEO_FPS}
    for chunk in sample_chunks:
        sizes = {(frame.width, frame.height) for frame in decode_frames(chunk)}
        assert sizes == {(768, 576)} == {(chunk.header.width, chunk.header.height)}


def test_people_are_found(detector: Detector, frames: list[Frame]) -> None:
    for found in detector.detect(frames, Stopwatch()):
        sure = found.where(found.scores >= 0.5)
        people = sure.classes == ObjectClass.PERSON
        assert people.sum() >= 3  # at least five are in view all the time
        assert (~people).sum() <= 2  # two cars are parked in the upper right
        assert (found.boxes[:, :2] < found.boxes[:, 2:]).all()
        assert found.boxes.min() >= 0
        assert (found.boxes <= [768, 576, 768, 576]).all()


def test_in_8_bits_it_finds_what_it_finds_in_32(detector: Detector, frames: list[Frame]) -> None:
    detectors = (open_detector("nanodet-g-416"), detector)
    overlaps = []
    for exact, found in zip(*(each.detect(frames, Stopwatch()) for each in detectors), strict=True):
        sure = exact.boxes[exact.scores >= 0.4].astype(float)
        overlaps += overlap(sure.T, found.boxes.astype(float).T).max(axis=1).tolist()
    assert np.mean(np.array(overlaps) > 0.7) > 0.95
    assert np.median(overlaps) > 0.93


def test_a_batch_finds_what_single_frames_find(detector: Detector, frames: list[Frame]) -> None:
    together = detector.detect(frames[:6], Stopwatch())
    for frame, batched in zip(frames[:6], together, strict=True):
        (single,) = detector.detect([frame], Stopwatch())
        batched, single = batched.where(batched.scores > 0.3), single.where(single.scores > 0.3)
        assert batched.classes.tolist() == single.classes.tolist()
        np.testing.assert_allclose(batched.boxes, single.boxes, atol=0.1)
        np.testing.assert_allclose(batched.scores, single.scores, atol=1e-3)


def test_people_are_followed_and_counted(undisturbed: World) -> None:
    assert undisturbed.rejections() == []
    kinds = undisturbed.kinds()
    assert "ChunksMissed.v1" not in kinds
    assert kinds.count("LineCrossed.v1") >= 1
    assert kinds.count("ZoneEntered.v1") >= 1
    ended = [m for m in undisturbed.bus.messages if m.detail_type == "TrackEnded.v1"]
    assert ended
    state = undisturbed.store().load(CAMERA).state
    assert state is not None
    assert set(state.logs) == set(state.tracker.tracks.ids.tolist())
    assert max(log.observations for log in state.logs.values()) >= 40  # somebody is there all along


def test_every_crossing_and_every_visit_has_its_picture(undisturbed: World) -> None:
    for message in undisturbed.bus.messages:
        if message.detail_type in ("LineCrossed.v1", "ZoneEntered.v1", "ZoneLeft.v1"):
            key = json.loads(message.detail)["snapshot_key"]
            assert undisturbed.objects.stored[key].startswith(b"\xff\xd8")


def test_whoever_entered_the_zone_has_left_it_or_is_there(undisturbed: World) -> None:
    state = undisturbed.store().load(CAMERA).state
    assert state is not None
    inside = sum(zone.state.inside for log in state.logs.values() for zone in log.zones.values())
    kinds = undisturbed.kinds()
    assert kinds.count("ZoneEntered.v1") == kinds.count("ZoneLeft.v1") + inside


@pytest.mark.parametrize("moment", [3, 8, 21])
def test_a_kill_changes_nothing(
    sample_chunks: list[Chunk], detector: Detector, undisturbed: World, moment: int
) -> None:
    world = replay_until_done(World().add(*sample_chunks), [kill_at(moment)], detector=detector)
    assert world.facts() == undisturbed.facts()
    ours, theirs = world.store().load(CAMERA).state, undisturbed.store().load(CAMERA).state
    assert ours is not None
    assert theirs is not None
    assert dump_state(ours) == dump_state(theirs)


def test_a_stored_state_is_far_below_the_item_limit(undisturbed: World) -> None:
    state = undisturbed.store().load(CAMERA).state
    assert state is not None
    assert len(dump_state(state)) < 400_000 / 20
