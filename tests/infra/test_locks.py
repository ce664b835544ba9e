"""The locks: one version of everything, hashes throughout, and nobody's address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.paths import REPOSITORY

DEV_LOCK = REPOSITORY / "requirements" / "dev.lock"
EMULATOR_LOCK = REPOSITORY / "requirements" / "emulator.lock"  # the emulator asks for a botocore of its own
EASYOCR_LOCK = REPOSITORY / "requirements" / "easyocr.lock"  # the second backend that reads plates
PEERS_LOCK = REPOSITORY / "benchmarks" / "requirements.txt"  # the trackers that ours is compared with
INPUTS = [
    file
    for room in ("layers", "containers", "functions")
    for file in sorted(REPOSITORY.glob(f"{room}/*/requirements*.in"))
]
PART_LOCKS = [file.with_suffix(".txt") for file in INPUTS]
ENTRY = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
)


def name_of(file: Path) -> str:
    return str(file.relative_to(REPOSITORY))


def entries(lock: Path) -> dict[tuple[str, str | None], tuple[str, frozenset[str]]]:
    """What a lock pins: version and hashes by name and marker."""
    return {
        (entry["name"], entry["marker"]): (entry["version"], frozenset(entry["hashes"].split()) - {"\\"})
        for entry in ENTRY.finditer(lock.read_text())
    }


@pytest.mark.parametrize(
    "lock", [DEV_LOCK, EMULATOR_LOCK, PEERS_LOCK, EASYOCR_LOCK, *PART_LOCKS], ids=name_of
)
def test_a_lock_is_pins_with_hashes_and_nothing_else(lock: Path) -> None:
    """So no index, no path and no link of the machine that made it."""
    assert entries(lock)
    assert ENTRY.sub("", lock.read_text()) == ""


@pytest.mark.parametrize("lock", PART_LOCKS, ids=name_of)
def test_what_is_deployed_is_what_the_tests_run_on(lock: Path) -> None:
    tested, deployed = entries(DEV_LOCK), entries(lock)
    differing = {pin for pin in deployed.keys() & tested.keys() if deployed[pin] != tested[pin]}
    assert not differing


@pytest.mark.parametrize("source", [*INPUTS, PEERS_LOCK.with_suffix(".in")], ids=name_of)
def test_a_lock_holds_what_its_input_asks_for(source: Path) -> None:
    asked = set(re.findall(r"^[a-z0-9-]+", source.read_text(), re.MULTILINE))
    assert asked <= {name for name, _ in entries(source.with_suffix(".txt"))}


def test_the_emulator_runs_the_function_of_images_on_what_its_image_holds() -> None:
    """There its libraries lie in the emulator's environment, which is locked by itself."""
    tested, locked = entries(DEV_LOCK), entries(EMULATOR_LOCK)
    source = REPOSITORY / "functions" / "analyse_image" / "requirements.txt"
    native = {"av", "lapx", "numpy", "onnxruntime", "opencv-python-headless"}
    shared = {pin for pin in entries(source) if pin in locked}
    assert {name for name, _ in shared} >= native
    assert {pin for pin in shared if locked[pin] != tested[pin]} == set()


def test_only_the_gpu_worker_uses_packages_that_the_tests_lack() -> None:
    tested = entries(DEV_LOCK)
    for lock in PART_LOCKS:
        extra = {name for name, marker in entries(lock) if (name, marker) not in tested}
        allowed = (
            re.compile(r"nvidia-.*|onnxruntime-gpu") if lock.stem.endswith("-gpu") else re.compile(r"(?!)")
        )
        assert all(allowed.fullmatch(name) for name in extra), name_of(lock)
