"""Runs a registry's own client, and shows how much it has downloaded."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from floorsight.models.store import Progress, Step
from floorsight.platform.errors import Unavailable

LOOK_EVERY_S = 0.3
LINES_OF_FAULT = 8


@dataclass(frozen=True)
class Download:
    """What is downloaded: in words, into which folder, and how large it is where that is known."""

    what: str
    folder: Path
    total_bytes: int | None = None


def require_client(program: str, remedy: str) -> None:
    """Check that a program can be run.

    Raises:
        Unavailable: it is not installed; `remedy` says what to do.
    """
    if shutil.which(program) is None:
        raise Unavailable(f"{program} is missing: {remedy}", code="missing_client")


def run_client(command: list[str], download: Download, progress: Progress) -> None:
    """Run a client in the download's folder until it ends; its progress is the folder's growth.

    Raises:
        Unavailable: it failed; its last words are passed on.
    """
    with subprocess.Popen(  # noqa: S603 - a list of arguments, and names that the catalogue has checked
        command,
        cwd=download.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            said = _wait(process, download, progress)
        except BaseException:
            process.kill()
            process.wait()  # leaving the block does not, after Ctrl-C
            raise
    if process.returncode != 0:
        last = "\n".join(said.strip().splitlines()[-LINES_OF_FAULT:])
        raise Unavailable(
            f"could not get {download.what} (exit status {process.returncode}):\n{last}", code="fetch_failed"
        )


def _wait(process: subprocess.Popen[str], download: Download, progress: Progress) -> str:
    while True:
        progress(Step(f"Downloading {download.what}", _size(download), download.total_bytes))
        try:
            return process.communicate(timeout=LOOK_EVERY_S)[0]
        except subprocess.TimeoutExpired:
            continue


def _size(download: Download) -> int:
    """Bytes in the folder; files may come and go meanwhile, so the answer is near, never beyond the total."""
    found = 0
    for path in download.folder.rglob("*"):
        try:
            found += path.stat().st_size
        except FileNotFoundError:
            continue
    return min(found, download.total_bytes or found)
