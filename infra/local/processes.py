"""Worker and publishers as child processes: started, watched and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from floorsight.platform.errors import Unavailable
from infra.paths import REPOSITORY, STATE

READY_SECONDS = 180
GRACE_SECONDS = 15
POLL_SECONDS = 0.1
READY_MARK = '"message": "ready"'


@dataclass(frozen=True)
class Child:
    """A process of ours with a log file. It has its own session, so Ctrl-C reaches only who started it."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def wait_until_ready(self) -> None:
        """Wait for the process to say that it is ready.

        Raises:
            Unavailable: it ended or said nothing in time; the message has the end of its log.
        """
        deadline = time.monotonic() + READY_SECONDS
        while READY_MARK not in self.log.read_text(errors="replace"):
            if not self.running or time.monotonic() > deadline:
                raise Unavailable(
                    f"{self.name} did not start; {self.log}:\n{self.last_lines()}", code="not_ready"
                )
            time.sleep(POLL_SECONDS)

    def last_lines(self, count: int = 5) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def stop(self) -> None:
        """Ask it to end, so that it settles what it holds; after a grace period end it."""
        end_process(self.process.pid, lambda: self.process.poll() is not None)
        self.process.wait()


def log_file(name: str, port: int | None) -> Path:
    """The log of a process by the port of its emulator: two clouds on one machine don't share logs."""
    return STATE / f"{name}-{port}.log"


def start_child(name: str, module: str, arguments: list[str], environment: dict[str, str]) -> Child:
    """Run `python -m module` with this interpreter; its output goes to the log of that name."""
    STATE.mkdir(exist_ok=True)
    log = log_file(name, urlsplit(environment["AWS_ENDPOINT_URL"]).port)
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=REPOSITORY,
            env=environment | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, process, log)


def start_worker(environment: dict[str, str], *arguments: str) -> Child:
    """A vision worker."""
    return start_child("worker", "containers.vision_worker", list(arguments), environment)


def start_publisher(
    environment: dict[str, str],
    source: Path | str,
    *,
    site_id: str,
    camera_id: str,
    extra: tuple[str, ...] = (),
) -> Child:
    """An edge publisher of a video file or of a camera (its URL)."""
    arguments = [str(source), "--site", site_id, "--camera", camera_id, *extra]
    return start_child(f"publisher-{camera_id}", "containers.edge_publisher", arguments, environment)


def is_running(pid: int) -> bool:
    """Whether a process with this id is there and not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def end_process(pid: int, has_ended: Callable[[], bool]) -> None:
    """SIGTERM, and SIGKILL for the whole session once the grace period is over."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while not has_ended():
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            return
        time.sleep(POLL_SECONDS)
