"""A shard's process: every request is carried out or the process ends, and a zombie counts nothing twice."""

from __future__ import annotations

from typing import Any

import pytest

from containers.vision_worker.fleet.protocol import DaemonGone
from containers.vision_worker.reader import STUCK_SECONDS, Stuck
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vision.service import COMMIT_SECONDS
from tests.fakes.daemon import (
    IDLE,
    INITIALIZE,
    LEASE_LOST,
    SHARD_ENDED,
    SHUTDOWN_REQUESTED,
    ScriptedDaemon,
    ask,
    fleet_shard,
)
from tests.fakes.streams import CAMERA, World, walking_chunk

CHUNKS = 20


def walk() -> World:
    return World().add(*(walking_chunk(sequence) for sequence in range(CHUNKS)))


@pytest.fixture
def facts() -> dict[str, tuple[str, str]]:
    """What the walk comes to, undisturbed."""
    found = walk().run().facts()
    assert found
    return found


def test_records_are_analysed_and_settled_when_the_worker_stops(facts: dict[str, Any]) -> None:
    world = walk()
    daemon = ScriptedDaemon(world, [INITIALIZE, ask(world.records), SHUTDOWN_REQUESTED, LEASE_LOST])
    fleet_shard(world, daemon).serve()
    assert daemon.done == ["initialize", "processRecords", "shutdownRequested", "leaseLost"]
    assert daemon.checkpoints[-1] == str(CHUNKS)
    assert world.facts() == facts


def test_an_idle_shard_commits_what_is_due() -> None:
    world = World().add(walking_chunk(0), walking_chunk(1))

    def let_time_pass(request: dict[str, Any]) -> None:
        if request is IDLE:
            world.clock.advance(COMMIT_SECONDS)

    script = [INITIALIZE, ask(world.records), IDLE, LEASE_LOST]
    daemon = ScriptedDaemon(world, script, before=let_time_pass)
    fleet_shard(world, daemon).serve()
    assert daemon.checkpoints == ["2"]


def test_what_does_not_answer_is_asked_again_and_no_record_is_passed_over(facts: dict[str, Any]) -> None:
    world, beats = walk(), []

    def strike(number: int, name: str) -> None:
        if number % 3 == 0:
            raise Unavailable(f"{name} does not answer")

    daemon = ScriptedDaemon(world, [INITIALIZE, ask(world.records), SHUTDOWN_REQUESTED, LEASE_LOST])
    fleet_shard(world, daemon, strike, beat=lambda: beats.append(1)).serve()
    assert world.facts() == facts
    assert daemon.checkpoints[-1] == str(CHUNKS)
    assert len(beats) > CHUNKS


def test_a_shard_that_does_not_get_on_ends_the_process_and_reports_nothing_done() -> None:
    world, now = walk(), [0.0]

    def strike(number: int, name: str) -> None:
        raise Unavailable("the key may not be used")

    def sleep(seconds: float) -> None:
        now[0] += seconds

    daemon = ScriptedDaemon(world, [INITIALIZE, ask(world.records[:1])])
    patience = Backoff(cap_seconds=5.0, base_seconds=0.25, sleep=sleep, uniform=lambda low, high: high)
    with pytest.raises(Stuck, match="the key may not be used"):
        fleet_shard(world, daemon, strike, patience=patience, monotonic=lambda: now[0]).serve()
    assert STUCK_SECONDS <= now[0] <= STUCK_SECONDS + 5
    assert daemon.done == ["initialize"]


def test_an_error_of_ours_ends_the_process_and_reports_nothing_done() -> None:
    world = walk()

    def strike(number: int, name: str) -> None:
        raise RuntimeError("a fault")

    daemon = ScriptedDaemon(world, [INITIALIZE, ask(world.records[:1])])
    with pytest.raises(RuntimeError):
        fleet_shard(world, daemon, strike).serve()
    assert daemon.done == ["initialize"]


def test_a_lost_lease_is_given_up_without_commit_or_checkpoint() -> None:
    world = World().add(walking_chunk(0))
    daemon = ScriptedDaemon(world, [INITIALIZE, ask(world.records), LEASE_LOST])
    fleet_shard(world, daemon).serve()
    assert daemon.checkpoints == []
    assert world.store().load(CAMERA).state is None


def test_the_end_of_a_shard_is_settled_and_then_checkpointed() -> None:
    world = walk()
    daemon = ScriptedDaemon(world, [INITIALIZE, ask(world.records), SHARD_ENDED])
    fleet_shard(world, daemon).serve()
    assert daemon.checkpoints[-2:] == [str(CHUNKS), None]


def test_after_a_checkpoint_that_came_too_late_nothing_more_is_done() -> None:
    world = walk()
    script = [INITIALIZE, ask(world.records[:10]), ask(world.records[10:]), SHUTDOWN_REQUESTED, LEASE_LOST]
    daemon = ScriptedDaemon(world, script, errors=["ShutdownException"])
    fleet_shard(world, daemon).serve()
    assert len(daemon.done) == len(script)
    assert daemon.checkpoints == []
    state = world.store().load(CAMERA).state
    assert state is not None
    assert state.sequence < 10


def test_a_throttled_checkpoint_is_asked_for_again() -> None:
    world = walk()
    script = [INITIALIZE, ask(world.records), SHUTDOWN_REQUESTED, LEASE_LOST]
    daemon = ScriptedDaemon(world, script, errors=["ThrottlingException"])
    fleet_shard(world, daemon).serve()
    assert daemon.checkpoints[-1] == str(CHUNKS)


def test_a_checkpoint_that_is_refused_is_an_error() -> None:
    world = walk()
    daemon = ScriptedDaemon(world, [INITIALIZE, ask(world.records)], errors=["IllegalArgumentException"])
    with pytest.raises(Malformed, match="IllegalArgumentException"):
        fleet_shard(world, daemon).serve()


@pytest.mark.parametrize("taken", [1, 7, 12, 19])
def test_a_zombie_counts_nothing_twice(facts: dict[str, Any], taken: int) -> None:
    """It has lost its lease, and goes on until KCL can tell it; its successor has done the same records."""
    world = walk()

    def succeed(request: dict[str, Any]) -> None:
        if request is late:
            script = [INITIALIZE, ask(world.unread()), SHUTDOWN_REQUESTED, LEASE_LOST]
            successor = ScriptedDaemon(world, script)
            fleet_shard(world, successor).serve()
            assert successor.checkpoints[-1] == str(CHUNKS)

    late = ask(world.records[taken:])
    # The zombie's checkpoints fail from when the successor has the lease; its commits must not stand.
    script = [INITIALIZE, ask(world.records[:taken]), late, SHUTDOWN_REQUESTED, LEASE_LOST]
    zombie = ScriptedDaemon(world, script, before=succeed)
    fleet_shard(world, zombie).serve()
    assert world.facts() == facts
    state = world.store().load(CAMERA).state
    assert state is not None
    assert state.sequence == CHUNKS - 1


@pytest.mark.parametrize(
    "message",
    ["no JSON", "[]", '{"action": "dance"}', '{"action": "processRecords", "records": [{"data": "!"}]}'],
)
def test_what_is_no_request_is_refused(message: str) -> None:
    class Babbler(ScriptedDaemon):
        def read(self) -> str:
            return message

    with pytest.raises(Malformed):
        fleet_shard(World(), Babbler(World(), [])).serve()


def test_a_daemon_that_is_gone_ends_the_process() -> None:
    world = walk()
    with pytest.raises(DaemonGone):
        fleet_shard(world, ScriptedDaemon(world, [INITIALIZE])).serve()
