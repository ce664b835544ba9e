"""Plates on a shard that is replayed after a kill at any moment: each track is told of once, all the same."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from tests.fakes.streams import (
    SECOND,
    World,
    count_moments,
    fields_of,
    final_state,
    kill_at,
    replay_until_done,
    walking_chunk,
)
from tests.fakes.yard import CarDetector, GreyPlateReader, allow_small_vehicles

KINDS = ("PlateRead.v1", "VehicleLeft.v1", "TrackEnded.v1")


@pytest.fixture(autouse=True, scope="module")
def small_vehicles() -> Iterator[None]:
    logging.disable()
    with pytest.MonkeyPatch.context() as patch:
        allow_small_vehicles(patch)
        yield
    logging.disable(logging.NOTSET)


def eventful() -> World:
    """Cars that are told of early, at the end of their track, after a gap and when a session ends, one of
    them unread; a duplicate, and a chunk that comes too late."""
    sequences = (0, 1, 1, 2, 3, 4, 8, 7, 9, 14)
    world = World(plate_reader=GreyPlateReader(), detector=CarDetector())
    world.add(*(walking_chunk(sequence) for sequence in sequences))
    return world.add(*(walking_chunk(sequence, SECOND) for sequence in range(3)))


@cache
def undisturbed() -> World:
    return eventful().run()


def of_kind(world: World, kind: str) -> list[dict[str, object]]:
    found = {
        fields_of(each)["event_id"]: fields_of(each)
        for each in world.bus.messages
        if each.detail_type == kind
    }
    return list(found.values())


def track(fields: dict[str, object]) -> tuple[object, ...]:
    return fields["camera_id"], fields["stream_session"], fields["track_id"]


def test_each_track_is_told_of_once_and_leaves_if_that_was_before_its_end() -> None:
    read, left, ended = (of_kind(undisturbed(), kind) for kind in KINDS)
    causes = Counter("chunk" if str(each["cause"]).startswith("chunk") else each["cause"] for each in read)
    assert set(causes) == {"chunk", "session-end", "gap"}
    assert {each["text"] for each in read} == {"GREY1", None}
    assert len({track(each) for each in read}) == len(read)
    assert {track(each) for each in left} <= {track(each) for each in read}
    assert len({track(each) for each in left}) == len(left)
    over = {track(each): each["cause"] for each in ended}
    for each in read:
        was_told_before = over.get(track(each), each["cause"]) != each["cause"]
        assert (track(each) in {track(other) for other in left}) is was_told_before
    for each in read:
        keys = [each[name] for name in ("crop_key", "snapshot_key") if each[name]]
        assert all(key in undisturbed().objects.stored for key in keys)
        assert len(keys) == (2 if each["text"] else 1)


@pytest.mark.parametrize("batch", [1, 3])
def test_killed_at_any_moment(batch: int) -> None:
    for number in range(1, count_moments(eventful()) + 1):
        world = replay_until_done(eventful(), [kill_at(number)], batch=batch)
        assert world.facts() == undisturbed().facts(), f"killed at {number}"
        assert world.objects.stored == undisturbed().objects.stored
        assert final_state(world) == final_state(undisturbed())
