"""KCL's daemon as a child process: a Java program from the jars of a Python wheel."""

from __future__ import annotations

import importlib.util
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from containers.vision_worker.fleet.properties import Surroundings, daemon_properties, render_properties
from floorsight.platform.errors import Malformed
from floorsight.platform.observability import emit_metrics
from floorsight.platform.settings import VisionWorkerSettings, child_environment

log = logging.getLogger(__name__)
kcl_log = logging.getLogger("kcl")

MAIN_CLASS = "software.amazon.kinesis.multilang.MultiLangDaemon"
LOG_CONFIGURATION = Path(__file__).with_name("logback.xml")
PROCESS_MODULE = "containers.vision_worker.fleet"
# What KCL's leader says when every worker has as many leases as it may: a shard that nobody reads has no
# age of its oldest record, so that no other metric would tell.
NOT_ALL_ASSIGNED = "Not able to assign all expiredOrUnAssignedLeases"


def find_java() -> str:
    """The path of the Java runtime. Raises Malformed, saying what to do."""
    java = shutil.which("java")
    if java is None:
        raise Malformed(
            "a fleet needs a Java runtime: install one (Debian: default-jre-headless), or read alone "
            "with FLOORSIGHT_READER=single",
            code="no_java",
        )
    return java


def find_jars() -> Path:
    """The folder of KCL's jars. Raises Malformed, saying what to do."""
    found = importlib.util.find_spec("amazon_kclpy")
    folder = Path(found.origin).parent / "jars" if found is not None and found.origin else None
    if folder is None or not any(folder.glob("amazon-kinesis-client-multilang-*.jar")):
        raise Malformed("a fleet needs KCL's jars: pip install 'floorsight[fleet]'", code="no_kcl")
    return folder


def process_command() -> str:
    """How the daemon starts a shard's process: by a bare name, as KCL splits what it starts at spaces."""
    return f"{Path(sys.executable).name} -m {PROCESS_MODULE}"


def daemon_command(
    java: str, jars: Path, properties_file: Path, *, heap_mb: int, emulated: bool
) -> list[str]:
    """The daemon's argument list."""
    return [
        java,
        f"-Xmx{heap_mb}m",
        "-XX:+ExitOnOutOfMemoryError",  # half a daemon would keep its leases and read nothing
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        # An emulator speaks JSON; AWS the shorter CBOR.
        *(("-Daws.cborEnabled=false",) if emulated else ()),
        *("-cp", f"{jars}/*", MAIN_CLASS),
        *("--properties-file", str(properties_file)),
        *("--log-configuration", str(LOG_CONFIGURATION)),
    ]


class Daemon:
    """A running daemon. What it and its shards' processes write comes out as lines of our log."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._pumps = [
            _pump(process.stdout, log_daemon_line),
            _pump(process.stderr, pass_on),
        ]

    def wait(self) -> int:
        """Its exit code, once it has ended and all that it wrote was passed on."""
        status = self.process.wait()
        for pump in self._pumps:
            pump.join()
        return status


def start_daemon(settings: VisionWorkerSettings, around: Surroundings, folder: Path) -> Daemon:
    """Start the daemon in this process's group: who kills the group leaves nobody behind.

    Raises:
        Malformed: Java or the jars are missing.
    """
    java, jars = find_java(), find_jars()
    properties_file = folder / "daemon.properties"
    properties_file.write_text(render_properties(daemon_properties(settings, around)))
    emulated = around.kinesis_endpoint is not None
    command = daemon_command(java, jars, properties_file, heap_mb=settings.fleet_heap_mb, emulated=emulated)
    process = subprocess.Popen(  # noqa: S603 - an argument list of ours, no shell
        command,
        env=_environment(settings, folder, emulated=emulated),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    return Daemon(process)


def _environment(settings: VisionWorkerSettings, folder: Path, *, emulated: bool) -> dict[str, str]:
    """The daemon's and its processes': this one's, with this interpreter first on the path."""
    shared = settings.model_copy(update={"fleet_folder": str(folder), "heartbeat_file": None})
    inherited = child_environment({}, without=("FLOORSIGHT_",))
    path = f"{Path(sys.executable).parent}:{inherited.get('PATH', '')}"
    additions = shared.to_environment() | {"PATH": path, "PYTHONUNBUFFERED": "1"}
    if emulated:
        additions["CBOR_ENABLED"] = "false"
    return inherited | additions


def log_daemon_line(line: str) -> None:
    """A line as `logback.xml` writes it (level, logger, message) into our log; another one as it is."""
    level, _, rest = line.partition("\t")
    logger, _, message = rest.partition("\t")
    number = logging.getLevelNamesMapping().get(level)
    if number is None or not message:
        pass_on(line)
        return
    kcl_log.log(number, "%s", message.strip(), extra={"kcl_logger": logger.rpartition(".")[2]})
    if message.startswith(NOT_ALL_ASSIGNED):
        emit_metrics({"ShardsUnassigned": 1}, dimensions={})


def pass_on(line: str) -> None:
    """A line of a shard's process is JSON of our own already, a log entry or metrics."""
    if line.startswith("{"):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    elif line.strip():
        kcl_log.warning("%s", line)


def _pump(source: IO[str] | None, take: Callable[[str], None]) -> threading.Thread:
    assert source is not None  # noqa: S101 - it was asked for

    def run() -> None:
        for line in source:
            take(line.rstrip("\n"))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread
