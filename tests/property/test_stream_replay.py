"""A shard that is replayed after a kill at any moment tells the same facts as one that ran undisturbed."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.platform.clock import to_sort_key
from floorsight.platform.errors import Unavailable
from floorsight.vision.faces import picking
from floorsight.vision.faces.picking import MIN_VOTES
from floorsight.vision.faces.record import load_record
from floorsight.vision.stream_state import dump_state
from tests.fakes.faces import GreyFaceReader
from tests.fakes.streams import (
    CAMERA,
    FIRST,
    SECOND,
    THIRD,
    Killed,
    World,
    count_moments,
    fields_of,
    final_state,
    kill_at,
    replay_until_done,
    walking_chunk,
)
from tests.thoroughness import drawn


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Thousands of runs would write as many warnings."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True, scope="module")
def small_people() -> Iterator[None]:
    """The miniature's people are 12 pixels wide; in real pictures no face that would do is in such a box."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picking, "LEAST_EYE_DISTANCE", 2.0)
        yield


def eventful() -> World:
    """A shard with everything in it: crossings, a duplicate, a gap, a late chunk, a second session, a
    chunk of the session before, another camera, a stranger, a broken payload, garbage. One track shows
    enough faces, one ends too soon for that."""
    broken = walking_chunk(7)
    broken = type(broken)(broken.header, broken.payload[:-1] + b"\x00")
    return World(face_reader=GreyFaceReader()).add(
        walking_chunk(0),
        walking_chunk(1),
        walking_chunk(1),
        walking_chunk(0, camera_id="door-2"),
        walking_chunk(2),
        walking_chunk(4),
        walking_chunk(3),
        b"garbage",
        walking_chunk(5),
        walking_chunk(1, camera_id="door-2"),
        walking_chunk(6),
        broken,
        walking_chunk(8),
        walking_chunk(0, camera_id="stranger"),
        walking_chunk(0, SECOND),
        walking_chunk(9, FIRST),
        walking_chunk(1, SECOND),
        walking_chunk(2, SECOND),
        walking_chunk(3, SECOND),
        walking_chunk(0, THIRD),
    )


@cache
def undisturbed() -> World:
    return eventful().run()


def test_the_undisturbed_run_tells_every_kind_of_fact() -> None:
    world = undisturbed()
    others = {"TrackEnded.v1", "StreamHealth.v1", "ChunkRejected.v1", "ChunksMissed.v1"}
    assert set(world.kinds()) == {"LineCrossed.v1", "ZoneEntered.v1", "ZoneLeft.v1", "FaceSeen.v1", *others}
    assert world.kinds().count("LineCrossed.v1") >= 3
    assert world.rejections() == [
        "out_of_order",
        "not_a_chunk",
        "undecodable",
        "unknown_camera",
        "stale_session",
    ]
    assert world.checkpoint.saved == str(len(world.records))


def test_a_track_is_asked_about_once_when_it_has_enough_faces_or_ends() -> None:
    world = undisturbed()
    asked = [fields_of(message) for message in world.bus.messages if message.detail_type == "FaceSeen.v1"]
    assert [(each["stream_session"], each["faces"], each["cause"]) for each in asked] == [
        (FIRST, 2, "chunk/4"),  # the track was given up in it
        (FIRST, 2, "chunk/8"),
        (FIRST, 1, "session-end"),
        (SECOND, MIN_VOTES, "chunk/3"),
    ]
    assert len({(each["stream_session"], each["track_id"]) for each in asked}) == len(asked)
    for each in asked:
        records = [load_record(world.objects.stored[key]) for key in each["record_keys"]]
        times = [to_sort_key(face.seen_at) for record in records for face in record.faces]
        assert len(times) == each["faces"]
        assert (times[0], times[-1]) == (moment(each["first_seen_at"]), moment(each["last_seen_at"]))
        assert times == sorted(times)
    assert all(b"embedding" not in item for item in stored_states(world))


def moment(text: str) -> str:
    return to_sort_key(datetime.fromisoformat(text))


def stored_states(world: World) -> list[bytes]:
    states = [world.store().load(camera_id).state for camera_id in (CAMERA, "door-2")]
    return [zlib.decompress(dump_state(state)) for state in states if state is not None]


@pytest.mark.parametrize("batch", [1, 4])
def test_killed_at_any_moment(batch: int) -> None:
    for number in range(1, count_moments(eventful()) + 1):
        world = replay_until_done(eventful(), [kill_at(number)], batch=batch)
        assert world.facts() == undisturbed().facts(), f"killed at {number}"
        assert final_state(world) == final_state(undisturbed())
        assert world.checkpoint.saved == str(len(world.records))


@settings(max_examples=drawn(200), deadline=None)
@given(st.lists(st.integers(1, 160), max_size=6), st.integers(1, 7))
def test_killed_again_and_again(numbers: list[int], batch: int) -> None:
    world = replay_until_done(eventful(), [kill_at(number) for number in numbers], batch=batch)
    assert world.facts() == undisturbed().facts()
    assert final_state(world) == final_state(undisturbed())


@settings(max_examples=drawn(200), deadline=None)
@given(st.sets(st.integers(1, 200), max_size=12), st.integers(1, 5))
def test_whatever_does_not_answer_a_repeat_works(numbers: set[int], batch: int) -> None:
    world = eventful()

    def strike(number: int, name: str) -> None:
        if number in numbers:
            raise Unavailable(f"injected {name}")

    worker = world.worker(strike)
    for start in range(0, len(world.records), batch):
        _until_it_works(partial(worker.process_records, world.records[start : start + batch]))
        world.clock.advance(batch * 0.8)
    _until_it_works(worker.shutdown)
    assert world.facts() == undisturbed().facts()
    assert final_state(world) == final_state(undisturbed())
    assert world.checkpoint.saved == str(len(world.records))


@settings(max_examples=drawn(200), deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 4)), max_size=40))
def test_two_workers_on_one_camera_end_as_one(turns: list[tuple[bool, int]]) -> None:
    world = eventful()
    workers = [world.worker(), world.worker()]
    places = [0, 0]
    for who, count in [*turns, (False, 99), (True, 99)]:
        start = places[who]
        workers[who].process_records(world.records[start : start + count])
        places[who] = min(start + count, len(world.records))
        world.clock.advance(count * 0.8)
    for worker in workers:
        worker.shutdown()
    assert world.facts() == undisturbed().facts()
    assert final_state(world) == final_state(undisturbed())


def _until_it_works(call: Callable[[], None]) -> None:
    for _ in range(50):
        try:
            call()
        except Unavailable:
            continue
        return
    raise AssertionError("never worked")


def test_kills_pass_through_everything() -> None:
    with pytest.raises(Killed):
        eventful().run(kill_at(5))
