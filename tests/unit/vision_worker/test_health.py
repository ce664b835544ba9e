"""What the worker says of itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from containers.vision_worker.health import HealthReport, Heartbeat
from floorsight.vision.service import CameraStream
from floorsight.vision.shards import Record
from infra.constructs.vision_compute import HEARTBEAT_CHECK, HEARTBEAT_FILE, HEARTBEAT_LIMIT_SECONDS
from tests.fakes.streams import CAMERA, Faults, FaultyPorts, World, walking_chunk


def reported(capsys: pytest.CaptureFixture[str], name: str) -> list[float]:
    """The values of a metric that were printed since last asked."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [line[name] for line in lines if name in line]


def stream_of(world: World) -> CameraStream:
    return CameraStream(CAMERA, world.ports(FaultyPorts(world, Faults())))


def test_lag_is_told_while_chunks_come_and_not_for_ever_after(capsys: pytest.CaptureFixture[str]) -> None:
    world, report = World(), HealthReport()
    stream = stream_of(world)
    report.watch(stream)
    world.clock.advance(400)
    stream.take(walking_chunk(0))
    report.report(60.0)
    assert reported(capsys, "CaptureLagSeconds") == [400.0]
    report.report(60.0)
    assert reported(capsys, "CaptureLagSeconds") == []


@pytest.mark.parametrize(("ahead_seconds", "told"), [(-5.0, []), (1.9, []), (2.5, [2.5])])
def test_a_clock_that_is_ahead_is_told(
    capsys: pytest.CaptureFixture[str], ahead_seconds: float, told: list[float]
) -> None:
    world, report = World(), HealthReport()
    streams: list[CameraStream] = []

    def make(camera_id: str) -> CameraStream:
        streams.append(stream_of(world))
        report.watch(streams[-1])
        return streams[-1]

    world.add(walking_chunk(0))
    worker = world.worker()
    worker._stream_of = make
    last_frame = walking_chunk(0).header.frame_times()[-1]
    (record,) = world.records
    arrived_at = last_frame - timedelta(seconds=ahead_seconds)
    worker.process_records([Record("1", record.partition_key, record.data, arrived_at)])
    report.report(60.0)
    assert reported(capsys, "ClockSkewSeconds") == told


def check(file: Path) -> int:
    """What the container's health check says when the worker's file is this one."""
    command = HEARTBEAT_CHECK.replace(HEARTBEAT_FILE, str(file))
    return subprocess.run([sys.executable, "-c", command], check=False, capture_output=True).returncode


def test_the_health_check_knows_a_worker_that_runs_from_one_that_hangs(tmp_path: Path) -> None:
    file = tmp_path / "runs"
    assert check(file) != 0
    Heartbeat(str(file)).beat()
    assert check(file) == 0
    long_ago = file.stat().st_mtime - HEARTBEAT_LIMIT_SECONDS - 1
    os.utime(file, (long_ago, long_ago))
    assert check(file) != 0
    Heartbeat(str(file)).beat()
    assert check(file) == 0


def test_without_a_file_nobody_looks() -> None:
    Heartbeat(None).beat()
