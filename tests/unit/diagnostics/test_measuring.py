"""What a worker measures of its cameras, and tells every five minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from containers.vision_worker.health import HealthReport
from floorsight.diagnostics.measuring import REPORT_SECONDS, MeasuredStream, ProcessingReport
from floorsight.diagnostics.model import WORKER
from floorsight.events.diagnostics import ProcessingMeasured
from floorsight.platform.bus import Message
from floorsight.platform.call_counts import CallCounts, calls_for
from floorsight.platform.errors import Unavailable
from floorsight.sites.counting_plans import RegistryPlans
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene
from tests.fakes.streams import FRAMES_A_CHUNK, Faults, FaultyPorts, World, walking_chunk


class Bench:
    """A worker's cameras, its report, and a bus apart from that of counting."""

    def __init__(self) -> None:
        self.world, self.bus, self.calls = World(), MemoryBus(), CallCounts()
        self.plans = RegistryPlans(Scene().with_camera().with_camera("door-2").sites)
        self.report = ProcessingReport("w", self.bus, self.plans, self.calls, self.world.clock)
        self.health = HealthReport(self.report)
        faulty = FaultyPorts(self.world, Faults(lambda number, name: self._call(name)))
        self.ports = self.world.ports(faulty, plan_of=self.plans.plan_of)

    def _call(self, name: str) -> None:
        """Every call on a port is one of AWS."""
        if name.startswith("before "):
            call(self.calls, f"request-created.test.{name.removeprefix('before ').replace('.', '-')}")

    def stream(self, camera_id: str = CAMERA) -> MeasuredStream:
        stream = MeasuredStream(camera_id, self.ports)
        self.health.watch(stream)
        return stream

    def told(self) -> dict[str, ProcessingMeasured]:
        """The events by camera, of which there must be one each."""
        events = [ProcessingMeasured.parse(message.detail) for message in self.bus.messages]
        self.bus.messages.clear()
        found = {event.camera_id: event for event in events}
        assert len(found) == len(events)
        return found


def call(counts: CallCounts, event_name: str, body: bytes = b"") -> None:
    counts.note_request(event_name, SimpleNamespace(data=body), operation_name="ignored")


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_each_camera_is_told_with_what_was_taken_for_it(bench: Bench) -> None:
    one, two = bench.stream(), bench.stream("door-2")
    for sequence in range(3):
        one.take(walking_chunk(sequence))
    two.take(walking_chunk(0, camera_id="door-2"))
    call(bench.calls, "request-created.kinesis.GetRecords")
    bench.world.clock.advance(REPORT_SECONDS)
    bench.health.report(60.0)
    told = bench.told()
    assert set(told) == {CAMERA, "door-2", WORKER}
    event = told[CAMERA]
    assert (event.chunks, event.frames) == (3, 3 * FRAMES_A_CHUNK)
    assert event.bytes == sum(walking_chunk(n).header.payload_bytes for n in range(3))
    assert (event.site_id, event.started_at) == (SITE, NOON)
    assert event.occurred_at == NOON + timedelta(seconds=REPORT_SECONDS)
    assert event.stage_ms["decode"] > 0
    assert event.aws_calls["test:table-get"] >= 1
    assert (event.plan_hits, event.plan_misses) == (2, 1)
    assert event.lag_seconds is not None
    assert told["door-2"].chunks == 1
    assert told[WORKER].aws_calls == {"kinesis:GetRecords": 1}
    assert (told[WORKER].chunks, told[WORKER].stage_ms) == (0, {})


def test_minutes_add_up_to_the_period_and_begin_anew(bench: Bench) -> None:
    stream = bench.stream()
    for minute in range(6):
        stream.take(walking_chunk(minute))
        bench.world.clock.advance(REPORT_SECONDS / 5)
        bench.health.report(60.0)
    assert bench.told()[CAMERA].chunks == 5
    bench.health.finish(60.0)
    assert bench.told()[CAMERA].chunks == 1


def test_an_idle_camera_is_not_told(bench: Bench) -> None:
    bench.stream()
    bench.health.finish(60.0)
    assert bench.bus.messages == []


def test_what_could_not_be_sent_is_sent_again_the_same(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = bench.stream()
    stream.take(walking_chunk(0))

    def refuse(messages: Sequence[Message]) -> None:
        bench.bus.messages.extend(messages)  # it arrived, and nobody knows
        raise Unavailable("no answer")

    monkeypatch.setattr(bench.report, "_bus", SimpleNamespace(publish=refuse))
    bench.health.finish(60.0)
    (lost,) = cast("list[Message]", bench.bus.messages[:])
    monkeypatch.setattr(bench.report, "_bus", bench.bus)
    stream.take(walking_chunk(1))
    bench.world.clock.advance(60)
    bench.health.finish(60.0)
    assert bench.bus.messages[0] == bench.bus.messages[1] == lost
    assert len({ProcessingMeasured.parse(m.detail).event_id for m in bench.bus.messages}) == 2


@pytest.mark.parametrize(
    ("operation", "body", "units"),
    [
        ("PutItem", b"x" * 1024, 1),
        ("PutItem", b"x" * 1025, 2),
        ("UpdateItem", b"", 1),
        ("TransactWriteItems", b"x" * 3000, 6),
        ("GetItem", b"x", 0),
    ],
)
def test_writes_count_by_their_size(operation: str, body: bytes, units: int) -> None:
    counts = CallCounts()
    with calls_for("a"), calls_for("b"):
        call(counts, f"request-created.dynamodb.{operation}", body)
    taken: dict[Any, Any] = counts.take()
    assert taken["b"][f"dynamodb:{operation}"] == 1
    assert taken["b"]["dynamodb:WriteUnits"] == units
    assert counts.take() == {}
