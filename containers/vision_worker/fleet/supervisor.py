"""The parent of a fleet's worker: starts KCL's daemon, watches it and its shards' processes, ends them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from containers.vision_worker.fleet.beats import find_silent
from containers.vision_worker.fleet.daemon import (
    PROCESS_MODULE,
    Daemon,
    find_jars,
    find_java,
    process_command,
    start_daemon,
)
from containers.vision_worker.fleet.properties import STOP_SECONDS, Surroundings
from containers.vision_worker.health import Heartbeat
from floorsight.platform.aws import client
from floorsight.platform.errors import Malformed
from floorsight.platform.observability import emit_metrics
from floorsight.platform.settings import VisionWorkerSettings, child_environment, read_endpoint

log = logging.getLogger(__name__)

WATCH_SECONDS = 1.0
# A process beats after every record and every few seconds while it waits.
SILENT_SECONDS = 180.0
# The daemon's own grace ends before; then it is killed.
KILL_SECONDS = STOP_SECONDS + 10.0
# What Java exits with after SIGTERM or SIGINT, however well it ended.
_STOPPED = (0, 128 + signal.SIGTERM, 128 + signal.SIGINT)


def run_fleet(settings: VisionWorkerSettings, stop: threading.Event) -> int:
    """Run until stopped, or until the daemon ends or hangs.

    Returns:
        0 when it stopped cleanly, 3 when it did not: to be started anew.

    Raises:
        Malformed: it can't start here; the message says what is missing.
    """
    settings = with_threads(settings, cores=len(os.sched_getaffinity(0)))
    find_java()
    find_jars()
    _check_process(settings)
    around = look_around()
    with tempfile.TemporaryDirectory(prefix="floorsight-fleet-") as folder:
        daemon = start_daemon(settings, around, Path(folder))
        log.info("ready", extra={"worker": around.worker_id, "application": settings.fleet_application})
        heartbeat = Heartbeat(settings.heartbeat_file)
        return Supervisor(daemon, Path(folder), stop, heartbeat.beat).run()


def with_threads(settings: VisionWorkerSettings, cores: int) -> VisionWorkerSettings:
    """Cores shared by as many processes as there may be; set by hand, it stays."""
    if settings.inference_threads:
        return settings
    threads = max(1, cores // settings.fleet_max_leases)
    return settings.model_copy(update={"inference_threads": threads})


def look_around() -> Surroundings:
    """Region and endpoints as boto3 has them, and a name for this worker that none had before."""
    return Surroundings(
        region=client("kinesis").meta.region_name,
        worker_id=f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}",
        executable=process_command(),
        kinesis_endpoint=read_endpoint("kinesis"),
        dynamodb_endpoint=read_endpoint("dynamodb"),
    )


def _check_process(settings: VisionWorkerSettings) -> None:
    """Whether shards' processes could start. Else each would only say so once a lease was taken."""
    environment = child_environment(settings.to_environment(), without=("FLOORSIGHT_",))
    checked = subprocess.run(  # noqa: S603 - an argument list of ours, no shell
        [sys.executable, "-m", PROCESS_MODULE, "--check"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=sys.stdout,
        check=False,
    )
    if checked.returncode:
        raise Malformed("a shard's process can't start; it said above why", code="no_process")


class Supervisor:
    """Watches one daemon until it has ended."""

    def __init__(
        self,
        daemon: Daemon,
        folder: Path,
        stop: threading.Event,
        beat: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._daemon, self._folder, self._stop, self._beat = daemon, folder, stop, beat
        self._monotonic = monotonic

    def run(self) -> int:
        """0 when it was told to stop and everything settled, else 3."""
        while self._daemon.process.poll() is None and not self._stop.is_set():
            if silent := find_silent(self._folder, SILENT_SECONDS):
                self._give_up(f"processes {silent} have done nothing for {SILENT_SECONDS:g} s")
                self._kill(silent)
                return 3
            self._beat()
            self._stop.wait(WATCH_SECONDS)
        if self._stop.is_set():
            return self._end()
        self._give_up(f"KCL's daemon ended with {self._daemon.wait()}")
        return 3

    def _end(self) -> int:
        """Ask the daemon to end: it asks every shard's process to settle and checkpoint."""
        self._daemon.process.terminate()
        try:
            self._daemon.process.wait(KILL_SECONDS)
        except subprocess.TimeoutExpired:
            log.error("KCL's daemon did not end within %g s", KILL_SECONDS)
            self._kill([])
            return 3
        status = self._daemon.wait()
        log.info("ended", extra={"daemon_status": status})
        return 0 if _exit_code(status) in _STOPPED else 3

    def _kill(self, processes: list[int]) -> None:
        """End the daemon and, as it may not, processes that hang. The others see it gone and end."""
        self._daemon.process.kill()
        for process_id in processes:
            try:
                os.kill(process_id, signal.SIGKILL)
            except ProcessLookupError:  # it has just ended
                log.info("process %d had ended", process_id)
        self._daemon.wait()

    def _give_up(self, reason: str) -> None:
        emit_metrics({"WorkerGaveUp": 1}, dimensions={})
        log.error("giving up: %s", reason, extra={"code": "daemon_ended"})


def _exit_code(status: int) -> int:
    """As a shell has it: killed by a signal is 128 and its number."""
    return 128 - status if status < 0 else status
