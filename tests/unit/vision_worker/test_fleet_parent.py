"""A fleet's parent: the daemon's properties and output, its end, and processes that hang."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from containers.vision_worker import main as worker
from containers.vision_worker.fleet import daemon as daemons
from containers.vision_worker.fleet import process, streams
from containers.vision_worker.fleet.beats import ShardBeat, find_silent
from containers.vision_worker.fleet.daemon import (
    Daemon,
    daemon_command,
    find_jars,
    find_java,
    log_daemon_line,
    pass_on,
    process_command,
)
from containers.vision_worker.fleet.properties import Surroundings, daemon_properties, render_properties
from containers.vision_worker.fleet.protocol import DaemonGone
from containers.vision_worker.fleet.streams import PipeLines
from containers.vision_worker.fleet.supervisor import SILENT_SECONDS, Supervisor, with_threads
from containers.vision_worker.reader import STUCK_SECONDS, Stuck
from floorsight.platform.errors import Malformed
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import VisionWorkerSettings
from tests.unit.vision_worker.test_main import SETTINGS as ALONE

SETTINGS = ALONE.model_copy(update={"reader": "kcl", "fleet_application": "plant-workers"})
ON_AWS = Surroundings("eu-central-1", "worker-1", "python -m x")
EMULATED = Surroundings("us-east-1", "worker-1", "python -m x", "http://127.0.0.1:1", "http://127.0.0.1:1")


@pytest.fixture(autouse=True)
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


def output(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_properties_follow_the_settings() -> None:
    settings = SETTINGS.model_copy(update={"fleet_max_leases": 3, "fleet_failover_seconds": 6})
    properties = daemon_properties(settings, ON_AWS)
    asked = {
        "applicationName": "plant-workers",
        "streamName": "c",
        "regionName": "eu-central-1",
        "workerId": "worker-1",
        "executableName": "python -m x",
        "maxLeasesForWorker": "3",
        "failoverTimeMillis": "6000",
        "workerMetricsReporterFreqInMillis": "3000",
        "retrievalMode": "POLLING",
        "metricsLevel": "NONE",
        "callProcessRecordsEvenForEmptyRecordList": "true",
    }
    assert asked.items() <= properties.items()
    assert not [name for name in properties if "Endpoint" in name]


def test_an_emulator_is_named_and_spoken_to_in_json() -> None:
    assert daemon_properties(SETTINGS, EMULATED)["kinesisEndpoint"] == "http://127.0.0.1:1"
    for emulated in (True, False):
        command = daemon_command("java", Path("jars"), Path("f"), heap_mb=64, emulated=emulated)
        assert ("-Daws.cborEnabled=false" in command) is emulated
        assert "-XX:+ExitOnOutOfMemoryError" in command


def test_properties_are_escaped() -> None:
    assert render_properties({"a": "C:\\x\ny"}) == "a = C:\\\\x\\ny\n"


def test_the_jars_come_with_the_wheel() -> None:
    assert list(find_jars().glob("amazon-kinesis-client-3.*.jar"))


def test_kcl_finds_the_process_by_a_name_without_the_path() -> None:
    """It splits what it starts at spaces; paths may have some."""
    assert process_command().split(" ") == [Path(sys.executable).name, "-m", "containers.vision_worker.fleet"]


def test_no_java_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in SETTINGS.to_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Malformed, match="default-jre-headless"):
        find_java()
    assert worker.main([]) == 2
    assert [line["code"] for line in output(capsys)] == ["no_java"]


def test_threads_share_the_cores_unless_set_by_hand() -> None:
    four = SETTINGS.model_copy(update={"fleet_max_leases": 4})
    assert with_threads(four, cores=8).inference_threads == 2
    assert with_threads(four, cores=2).inference_threads == 1
    assert with_threads(four.model_copy(update={"inference_threads": 6}), cores=2).inference_threads == 6


def test_what_the_daemon_writes_becomes_our_log(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    log_daemon_line("WARN\tsoftware.amazon.kinesis.leases.Lease\tlost | at x")
    log_daemon_line("OpenJDK warning: something")
    first, second = output(capsys)
    assert first | {"level": "WARNING", "message": "lost | at x", "kcl_logger": "Lease"} == first
    assert second["message"] == "OpenJDK warning: something"


def test_shards_that_nobody_can_take_become_a_metric(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    log_daemon_line(f"WARN\tx.LeaseAssignmentManager\t{daemons.NOT_ALL_ASSIGNED} ")
    assert [line["ShardsUnassigned"] for line in output(capsys) if "ShardsUnassigned" in line] == [1]


def test_what_shards_processes_print_is_passed_on_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    line = '{"_aws": {}, "CaptureLagSeconds": 1}'
    pass_on(line)
    assert capsys.readouterr().out == line + "\n"


def started(program: str) -> Daemon:
    """A daemon that is a few lines of Python."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", program],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Daemon(process)


RUNS_ON = "import time; time.sleep(60)"


def test_a_worker_that_is_told_to_stop_ends_its_daemon(tmp_path: Path) -> None:
    beats, stop = [], threading.Event()
    stop.set()
    assert Supervisor(started(RUNS_ON), tmp_path, stop, lambda: beats.append(1)).run() == 0


def test_a_daemon_that_ends_by_itself_is_no_clean_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging()
    beats: list[int] = []
    ended = started("import sys; sys.exit(1)")
    assert Supervisor(ended, tmp_path, threading.Event(), lambda: beats.append(1)).run() == 3
    lines = output(capsys)
    assert [line["WorkerGaveUp"] for line in lines if "WorkerGaveUp" in line] == [1]
    assert "ended with 1" in str([line for line in lines if "message" in line])


def test_a_process_that_hangs_is_ended_with_its_daemon(tmp_path: Path) -> None:
    hung = subprocess.Popen([sys.executable, "-c", RUNS_ON])
    file = tmp_path / f"{hung.pid}.beat"
    file.touch()
    long_ago = time.time() - SILENT_SECONDS - 1
    os.utime(file, (long_ago, long_ago))
    daemon = started(RUNS_ON)
    assert Supervisor(daemon, tmp_path, threading.Event(), lambda: None).run() == 3
    assert hung.wait(10) == -signal.SIGKILL
    assert daemon.process.returncode == -signal.SIGKILL


def test_only_processes_that_run_and_are_silent_are_found(tmp_path: Path) -> None:
    beat = ShardBeat(str(tmp_path))
    beat.beat()
    (tmp_path / f"{2**22 + 1}.beat").touch()  # above the largest process id
    assert find_silent(tmp_path, 10, now=lambda: time.time() + 5) == []
    assert find_silent(tmp_path, 10, now=lambda: time.time() + 11) == [os.getpid()]
    beat.end()
    assert find_silent(tmp_path, 10, now=lambda: time.time() + 11) == []


def test_a_process_that_hangs_while_its_model_is_loaded_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []

    def load(settings: VisionWorkerSettings) -> None:
        found.extend(find_silent(tmp_path, SILENT_SECONDS, now=lambda: time.time() + SILENT_SECONDS + 1))
        raise Malformed("no such model", code="no_model")

    settings = SETTINGS.model_copy(update={"fleet_folder": str(tmp_path)})
    for name, value in settings.to_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(process, "take_standard_streams", lambda: (0, 1))
    monkeypatch.setattr(process, "load_detector", load)
    assert process.main([]) == 2
    assert found == [os.getpid()]
    assert list(tmp_path.iterdir()) == []


def test_a_process_whose_parent_is_gone_ends(tmp_path: Path) -> None:
    folder = tmp_path / "fleet"
    folder.mkdir()
    beat = ShardBeat(str(folder))
    shutil.rmtree(folder)
    with pytest.raises(DaemonGone):
        beat.beat()


def test_lines_arrive_whole_however_they_were_cut() -> None:
    theirs, ours = os.pipe()
    lines = PipeLines(theirs, 1)
    os.write(ours, b'{"a": 1}\n{"b"')
    assert lines.read() == '{"a": 1}'
    os.write(ours, b": 2}\n")
    assert lines.read() == '{"b": 2}'
    os.close(ours)
    with pytest.raises(DaemonGone):
        lines.read()


def test_who_waits_beats_and_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BEAT_SECONDS", 0.001)
    beats, times = [], iter([0.0, 1.0, STUCK_SECONDS])
    theirs, _ = os.pipe()
    with pytest.raises(Stuck):
        PipeLines(theirs, 1, lambda: beats.append(1), lambda: next(times)).read()
    assert len(beats) == 2


def test_writing_to_a_daemon_that_is_gone() -> None:
    theirs, ours = os.pipe()
    os.close(theirs)
    with pytest.raises(DaemonGone):
        PipeLines(0, ours).write("{}")


def test_standard_output_is_the_protocols_alone() -> None:
    program = (
        "import os, sys; from containers.vision_worker.fleet.streams import take_standard_streams; "
        "read, write = take_standard_streams(); print('a log line'); sys.stdout.flush(); "
        "os.system('echo from a library'); os.write(write, b'protocol')"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "protocol"
    assert ran.stderr.splitlines() == ["a log line", "from a library"]


def test_settings_of_the_fleet_come_from_the_environment() -> None:
    assert VisionWorkerSettings.from_environment(SETTINGS.to_environment()) == SETTINGS
