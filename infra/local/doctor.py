"""What this machine lacks, and how to get it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from floorsight.models.catalogue import load_catalogue, load_media_catalogue
from floorsight.platform.errors import Unavailable
from infra.local.deployment import CDK
from infra.local.emulator import DEFAULT_PORT, ENVIRONMENT, check_port_free
from infra.local.models_cli import MEDIA_CATALOGUE, MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER
from infra.paths import REPOSITORY

MINIMUM_PYTHON = (3, 11)
MINIMUM_NODE = 20
NEEDED_DISK_GB = 2.0
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `remedy` is what to type or to do, empty when all is well. What is not `required` limits only what
    `subject` names.
    """

    subject: str
    ok: bool
    detail: str
    remedy: str = ""
    required: bool = True


def examine_machine(port: int = DEFAULT_PORT) -> list[Finding]:
    """Everything that the demo and the tests need, in the order in which to mend it."""
    return [
        check_python(sys.version_info[:3]),
        check_node(_version_of("node")),
        check_tool("npm", "install Node.js, which brings npm"),
        check_cdk(),
        *(check_tool(name, f"apt-get install {package}") for name, package in DEBIAN_TOOLS.items()),
        check_emulator(),
        check_port(port),
        check_disk(shutil.disk_usage(REPOSITORY).free / 1e9),
        check_models(),
        check_media(),
        check_chromium(),
    ]


DEBIAN_TOOLS = {"apt-get": "apt", "dpkg-deb": "dpkg"}  # the sample video comes in a Debian package


def check_python(version: tuple[int, ...]) -> Finding:
    detail = ".".join(map(str, version))
    if version >= MINIMUM_PYTHON:
        return Finding("Python", ok=True, detail=detail)
    wanted = ".".join(map(str, MINIMUM_PYTHON))
    return Finding("Python", ok=False, detail=detail, remedy=f"make the virtual environment with {wanted}")


def check_node(said: str | None) -> Finding:
    """`said` is what `node --version` prints, or None without Node.js."""
    major = re.match(r"v(\d+)", said or "")
    ok = bool(major) and int(major[1] if major else 0) >= MINIMUM_NODE
    remedy = "" if ok else f"install Node.js {MINIMUM_NODE} or newer: the CDK command line runs on it"
    return Finding("Node.js", ok=ok, detail=said or "not found", remedy=remedy)


def check_tool(name: str, remedy: str) -> Finding:
    found = shutil.which(name)
    return Finding(name, ok=bool(found), detail=found or "not found", remedy="" if found else remedy)


def check_cdk() -> Finding:
    ok = CDK.exists()
    return Finding("CDK", ok=ok, detail=str(CDK) if ok else "not installed", remedy="" if ok else "npm ci")


def check_emulator() -> Finding:
    """Never a fault: it is installed when it is first started."""
    ok = (ENVIRONMENT / "installed").is_file()
    return Finding("emulator", ok=True, detail="installed" if ok else "will be installed at the first start")


def check_port(port: int) -> Finding:
    try:
        check_port_free(port)
    except Unavailable as error:
        return Finding(f"port {port}", ok=False, detail="in use", remedy=error.message)
    return Finding(f"port {port}", ok=True, detail="free")


def check_disk(free_gb: float) -> Finding:
    ok = free_gb >= NEEDED_DISK_GB
    remedy = "" if ok else f"make room: models, video and environments need {NEEDED_DISK_GB:.0f} GB"
    return Finding("disk", ok=ok, detail=f"{free_gb:.1f} GB free", remedy=remedy)


def check_models() -> Finding:
    catalogue = load_catalogue(MODELS_CATALOGUE)
    missing = [e.name for e in catalogue.entries if not (MODELS_FOLDER / e.file_name).is_file()]
    return _check_pulled("models", missing)


def check_media() -> Finding:
    catalogue = load_media_catalogue(MEDIA_CATALOGUE)
    missing = [e.name for e in catalogue.entries if not (MEDIA_FOLDER / e.file_name).is_file()]
    return _check_pulled("media", missing)


def _check_pulled(kind: str, missing: Iterable[str]) -> Finding:
    names = " ".join(missing)
    if not names:
        return Finding(kind, ok=True, detail="present")
    remedy = f"floorsight {kind} pull {names} (the demo does it by itself)"
    return Finding(kind, ok=False, detail=f"missing: {names}", remedy=remedy, required=False)


def check_chromium(which: Callable[[str], str | None] = shutil.which) -> Finding:
    found = next(filter(None, map(which, CHROMIUM_NAMES)), None)
    return Finding(
        "browser tests",
        ok=bool(found),
        detail=found or "Chromium not found",
        remedy="" if found else "apt-get install chromium",
        required=False,
    )


def _version_of(command: str) -> str | None:
    if not shutil.which(command):
        return None
    answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None
