"""Lambda layers from hash-locked requirements: built with pip, without Docker, once per lock."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from floorsight.platform.errors import Malformed, Unavailable
from infra.paths import REPOSITORY, STATE

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Platform:
    """What a layer's compiled parts must run on."""

    name: str
    pip_options: tuple[str, ...] = ()


LAMBDA = Platform(
    "python313-arm64",
    # Lambda's Amazon Linux 2023 has glibc 2.34, which runs wheels made for 2.17 and for 2.28.
    (
        *("--platform", "manylinux2014_aarch64", "--platform", "manylinux_2_28_aarch64"),
        *("--implementation", "cp", "--python-version", "3.13", "--only-binary=:all:"),
    ),
)
# The emulator runs functions on the interpreter of its own environment, which is made from this one.
THIS_MACHINE = Platform(f"{sys.implementation.cache_tag}-{sysconfig.get_platform()}")


@dataclass(frozen=True)
class BuiltLayer:
    """A layer's folder (with `python/` inside) and the digest of all that it was made from."""

    folder: Path
    digest: str


def build_layer(name: str, platform: Platform, *, base: str | None = None) -> BuiltLayer:
    """The layer of `layers/<name>/requirements.txt`, from the cache if its lock has not changed.

    What the layer `base` holds already is left out; both must pin the same versions.

    Raises:
        Malformed: the two locks disagree about a version.
        Unavailable: pip could not install; the message has its last lines.
    """
    lock = _subtract(read_lock(name), read_lock(base)) if base else read_lock(name)
    digest = sha256(f"{platform}\n{lock}".encode()).hexdigest()
    folder = STATE / "layers" / f"{name}-{platform.name}-{digest[:16]}"
    if not folder.exists():
        _install(name, lock, platform, folder)
    return BuiltLayer(folder, digest)


def read_lock(name: str) -> str:
    """The text of a layer's lock."""
    return (REPOSITORY / "layers" / name / "requirements.txt").read_text()


def pins(lock: str) -> dict[str, str]:
    """The version that a lock pins of each distribution."""
    return dict(_PIN.findall(lock))


def _subtract(lock: str, base: str) -> str:
    """The entries of `lock` for what `base` does not pin."""
    present = pins(base)
    if clashes := [f"{n} {v}/{present[n]}" for n, v in pins(lock).items() if present.get(n, v) != v]:
        raise Malformed(f"layers disagree: {', '.join(clashes)}; lock them again together", code="bad_lock")
    entries = re.split(r"^(?=\S+==)", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if (pin := _PIN.match(entry)) and pin.group(1) not in present)


def _install(name: str, lock: str, platform: Platform, folder: Path) -> None:
    """Install into a folder beside the target and rename it: an aborted build leaves no half layer."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{name}-") as scratch:
        requirements = Path(scratch) / "requirements.txt"
        requirements.write_text(lock)
        built = Path(scratch) / "layer"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
        command += ["--require-hashes", "--requirement", str(requirements)]
        command += ["--target", str(built / "python"), *platform.pip_options]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode:
            last_lines = "\n".join(answer.stderr.strip().splitlines()[-5:])
            raise Unavailable(f"the layer {name} could not be built:\n{last_lines}", code="layer_failed")
        _strip(built / "python")
        try:
            built.rename(folder)
        except OSError:
            if not folder.exists():  # somebody else may have built it meanwhile
                raise


def _strip(folder: Path) -> None:
    """Remove what only pip needs: scripts, and lists that name this machine's paths."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for noise in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
        for file in folder.glob(f"*.dist-info/{noise}"):
            file.unlink()
