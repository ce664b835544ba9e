"""The AWS emulator as a child process in an environment of its own.

MiniStack runs the Lambda functions on its own interpreter, so that its environment holds boto3 as the
Lambda runtime does, the native libraries that on AWS lie in a function's image, and nothing of ours.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from floorsight.platform.errors import Unavailable
from floorsight.platform.settings import child_environment
from infra.paths import REPOSITORY, STATE

HOST = "127.0.0.1"
DEFAULT_PORT = 4566
REGION = "us-east-1"
ACCOUNT = "000000000000"
LOCK = REPOSITORY / "requirements" / "emulator.lock"
ENVIRONMENT = STATE / "emulator"
START_SECONDS = 120
GRACE_SECONDS = 60
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Endpoint:
    """Where an emulator listens, and how AWS clients are told."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def environment(self) -> dict[str, str]:
        """What makes boto3 and the CDK command line talk to this emulator and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def is_healthy(self) -> bool:
        """Whether an emulator answers there."""
        try:
            with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@dataclass(frozen=True)
class Emulator:
    """A running emulator. `stop` it, or use `run_emulator`, which does."""

    endpoint: Endpoint
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """Ask it to end, which lets it save its state; after a grace period end it and its functions."""
        self.process.terminate()
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:  # it can hang on a stuck custom resource
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(ProcessLookupError):  # functions that outlived it are of its group
            os.killpg(self.process.pid, signal.SIGKILL)
        remove_scratch(self.endpoint.port)


@contextlib.contextmanager
def run_emulator(port: int = DEFAULT_PORT, *, persist: bool = False) -> Iterator[Emulator]:
    """An emulator for as long as the block lasts."""
    emulator = start_emulator(port, persist=persist)
    try:
        yield emulator
    finally:
        emulator.stop()


def start_emulator(port: int = DEFAULT_PORT, *, persist: bool = False) -> Emulator:
    """Start an emulator on loopback and wait until it answers.

    With `persist` its state is kept under `.floorsight/state-<port>` when it is stopped, and read when
    it is started again.

    Raises:
        Unavailable: the port is taken, or the emulator did not come up (the message has the log's end).
    """
    check_port_free(port)
    command = prepare_emulator()
    remove_scratch(port)  # of one that was killed
    _scratch(port).mkdir()
    log = STATE / f"emulator-{port}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [str(command)],
            env=child_environment(
                _settings(port, persist=persist), without=("AWS_", "PYTHON", "FLOORSIGHT_")
            ),
            cwd=STATE,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the one who started it; who stops it in order
        )
    emulator = Emulator(Endpoint(port), process, log)
    try:
        _wait_until_healthy(emulator)
    except BaseException:
        emulator.stop()
        raise
    return emulator


def remove_scratch(port: int) -> None:
    """Remove what an emulator that no longer runs has unpacked: 20 MB for each process of a function."""
    shutil.rmtree(_scratch(port), ignore_errors=True)


def _scratch(port: int) -> Path:
    return STATE / f"scratch-{port}"


def check_port_free(port: int) -> None:
    """Raises Unavailable, saying what to do, if something listens on the port already."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((HOST, port)) == 0:
            raise Unavailable(
                f"port {port} is in use: stop what listens there (an emulator left over? `floorsight down`), "
                f"or choose another port with --port",
                code="port_in_use",
            )


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def prepare_emulator() -> Path:
    """The emulator's command, installed from its lock if it is not yet, or if the lock has changed.

    Raises:
        Unavailable: it could not be installed.
    """
    STATE.mkdir(exist_ok=True)
    stamp = ENVIRONMENT / "installed"
    # The folder's own path is part of it: an environment that was moved or copied starts nothing.
    wanted = sha256(LOCK.read_bytes() + f"{sys.version} {ENVIRONMENT}".encode()).hexdigest()
    with (STATE / "emulator.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # parallel test runs install it once
        if not (stamp.is_file() and stamp.read_text() == wanted):
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(ENVIRONMENT)])
            pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            _run([*pip, "--require-hashes", "--requirement", str(LOCK)])
            stamp.write_text(wanted)
    return ENVIRONMENT / "bin" / "ministack"


def _run(command: list[str]) -> None:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        last_lines = "\n".join(answer.stderr.strip().splitlines()[-5:])
        raise Unavailable(f"the emulator could not be installed:\n{last_lines}", code="install_failed")


def _settings(port: int, *, persist: bool) -> dict[str, str]:
    settings = {
        "BIND_HOST": HOST,  # it binds every interface unless told
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,  # the address in queue URLs
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",  # it would look for containers of its own to remove
        "LOG_LEVEL": "INFO",
        "TMPDIR": str(_scratch(port)),  # it leaves there what it unpacked
    }
    if persist:
        state = STATE / f"state-{port}"
        settings |= {"PERSIST_STATE": "1", "STATE_DIR": str(state)}
        settings |= {"S3_PERSIST": "1", "S3_DATA_DIR": str(state / "s3")}
    return settings


def _wait_until_healthy(emulator: Emulator) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not emulator.endpoint.is_healthy():
        ended = emulator.process.poll() is not None
        if ended or time.monotonic() > deadline:
            last_lines = "\n".join(emulator.log.read_text(errors="replace").splitlines()[-5:])
            what = "ended at once" if ended else f"did not answer within {START_SECONDS} s"
            raise Unavailable(f"the emulator {what}; {emulator.log}:\n{last_lines}", code="emulator_failed")
        time.sleep(POLL_SECONDS)
