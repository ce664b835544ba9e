"""The health of a stream: one event a capture minute and session, at no cost in commits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from floorsight.events.vision import StreamHealth
from floorsight.platform.ids import derived_id
from floorsight.vision.chunk import Chunk
from floorsight.vision.minutes import StreamMinute
from tests.fakes.clock import NOON
from tests.fakes.streams import CAMERA, FIRST, FPS, FRAMES_A_CHUNK, SECOND, World, encoded, header_of

EMPTY = encoded((None,) * FRAMES_A_CHUNK)


def chunk(sequence: int, seconds: float, session: str = FIRST) -> Chunk:
    """Four frames of an empty room, captured from so many seconds after noon."""
    at = NOON + timedelta(seconds=seconds)
    return Chunk(header_of(EMPTY, sequence=sequence, captured_at=at, stream_session=session), EMPTY)


def healths(world: World) -> list[StreamHealth]:
    facts = world.facts().values()
    return [StreamHealth.parse(detail) for kind, detail in facts if kind == "StreamHealth.v1"]


def test_a_minute_is_told_when_a_later_one_begins() -> None:
    world = World().add(chunk(0, 57.0), chunk(1, 58.0), chunk(2, 59.0)).run()
    assert healths(world) == []
    (health,) = healths(world.add(chunk(3, 60.0)).run())
    assert health.minute == NOON
    assert health.occurred_at == NOON + timedelta(seconds=59.6)
    assert health.frames_analysed == 12
    assert health.frames_per_second == pytest.approx(11 / 2.6, abs=0.001)
    assert health.event_id == derived_id("StreamHealth.v1", CAMERA, FIRST, "2026-03-02T12:00:00.000000Z")


def test_a_chunk_may_lie_in_two_minutes() -> None:
    first, second = healths(World().add(chunk(0, 59.5), chunk(1, 121.0)).run())
    assert (first.frames_analysed, second.frames_analysed) == (3, 1)
    assert second.minute == NOON + timedelta(minutes=1)
    assert second.frames_per_second == 0.0


def test_a_minute_without_frames_is_not_told() -> None:
    world = World().add(chunk(0, 0.0), chunk(1, 300.0), chunk(2, 360.0)).run()
    assert [health.minute for health in healths(world)] == [NOON, NOON + timedelta(minutes=5)]


def test_a_session_that_is_over_ends_its_minute() -> None:
    world = World().add(chunk(0, 0.0), chunk(0, 10.0, SECOND), chunk(1, 70.0, SECOND)).run()
    first, second = healths(world)
    assert (first.stream_session, first.cause) == (FIRST, "session-end")
    assert second.stream_session == SECOND
    assert first.minute == second.minute
    assert first.event_id != second.event_id


def test_a_clock_that_was_set_back_tells_no_minute_twice() -> None:
    # Its frames are not due before it has caught up.
    world = World().add(chunk(0, 60.0), chunk(1, 61.0), chunk(2, 50.0), chunk(3, 62.0), chunk(4, 120.0)).run()
    (health,) = healths(world)
    assert health.minute == NOON + timedelta(minutes=1)
    assert health.frames_analysed == 12


def test_a_stored_minute_goes_on() -> None:
    world = World()
    for sequence in range(4):
        world.add(chunk(sequence, 57.0 + sequence)).run()  # a new worker for every chunk
    (health,) = healths(world)
    assert health.frames_analysed == 12


def test_it_waits_for_a_commit_that_is_due_anyway() -> None:
    chunks = [chunk(sequence, float(sequence)) for sequence in range(600)]
    world = World().add(*chunks)
    worker = world.worker()
    for record in world.records:
        worker.process_records([record])
        world.clock.advance(1.0)
    assert world.store().load(CAMERA).version == 600 // 10 - 1
    assert len(healths(world)) == 600 // 60 - 1
    worker.shutdown()


@pytest.mark.parametrize(
    ("minute", "rate"),
    [
        (StreamMinute(0, 0), 0.0),
        (StreamMinute(0, 59_800, 300), FPS),
        (StreamMinute(0, 1000, 2), 1.0),
        (StreamMinute(5, 5, 3), 0.0),
    ],
)
def test_the_rate_is_that_between_first_and_last(minute: StreamMinute, rate: float) -> None:
    assert minute.frames_per_second == pytest.approx(rate)
