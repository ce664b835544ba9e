"""A disk that is really full: a file system of one megabyte, mounted for a child of this test only."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.paths import REPOSITORY

DISK_BYTES = 1 << 20
_NAMESPACE = ["unshare", "--mount", "--map-root-user", "--user"]
_MOUNT = f'mount -t tmpfs -o size={DISK_BYTES} tmpfs "$1" && shift && exec "$@"'


def run_on_small_disk(disk: Path, program: str) -> dict[str, Any]:
    """Run a Python program with `disk`, a file system of its own, as its argument; what it printed last."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare(1) to mount a small disk with")
    probe = subprocess.run(
        [*_NAMESPACE, "sh", "-c", _MOUNT, "sh", str(disk), "true"], capture_output=True, text=True
    )
    if probe.returncode:
        pytest.skip(f"this machine lets nobody mount a file system of their own: {probe.stderr.strip()}")
    command = [*_NAMESPACE, "sh", "-c", _MOUNT, "sh", str(disk), sys.executable, "-c", program, str(disk)]
    return run(command)


def run(command: list[str]) -> dict[str, Any]:
    """Run a command; what it printed last."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=60)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


_PROGRAM = """
import json, sys
from pathlib import Path
sys.path[:0] = ["shared", "."]
from containers.edge_publisher.spool import Spool
from containers.edge_publisher.spool_folder import SpoolFolder
from floorsight.vision.chunk import encode_chunk
from tests.fakes.streams import CAMERA, header_of

disk = Path(sys.argv[1])
payload = bytes(100_000)
spool = Spool(SpoolFolder(disk / "spool"), CAMERA, max_bytes=16 << 20, memory_bytes=600_000)

def add(*sequences):
    for sequence in sequences:
        spool.add(encode_chunk(header_of(payload, sequence=sequence), payload), durable=True)
    return look()

def look():
    state = spool.state()
    files = sum(1 for _ in (disk / "spool").glob("*.chunk"))
    return {"files": files, "in_memory": state.chunks_in_memory, "dropped": state.chunks_dropped,
            "error": state.disk_error}

def send(count):
    sent = []
    for _ in range(count):
        waiting = spool.take_oldest()
        sent.append(spool.read(waiting).header.sequence)
        spool.remove(waiting)
    return sent

"""


def test_a_full_disk_costs_the_oldest_only(tmp_path: Path) -> None:
    answer = run_on_small_disk(
        tmp_path,
        _PROGRAM
        + """
told = {"roomy": add(*range(5)), "full": add(*range(5, 14)), "beyond": add(*range(14, 20))}
told["sent"] = send(20 - told["beyond"]["dropped"])
told["after"] = add(20)
print(json.dumps(told))
""",
    )
    assert answer["roomy"] == {"files": 5, "in_memory": 0, "dropped": 0, "error": None}
    full = answer["full"]
    assert full["error"] == "No space left on device"
    assert full["dropped"] == 0, "memory takes what the disk does not"
    assert full["files"] + full["in_memory"] == 14
    dropped = answer["beyond"]["dropped"]
    assert dropped > 0, "memory is bounded too"
    assert answer["sent"] == list(range(dropped, 20)), "the oldest went, and the order stood"
    assert answer["after"] == {"files": 1, "in_memory": 0, "dropped": dropped, "error": None}


def test_what_is_in_memory_goes_to_the_disk_as_soon_as_it_can(tmp_path: Path) -> None:
    answer = run_on_small_disk(
        tmp_path,
        _PROGRAM
        + """
full = add(*range(13))
sent = send(6)
room = add(13)
spool.close()
left = Spool(SpoolFolder(disk / "spool"), CAMERA, max_bytes=16 << 20)
spool = left
print(json.dumps({"full": full, "sent": sent, "room": room, "left": send(left.state().chunks)}))
""",
    )
    assert answer["full"]["in_memory"] > 0
    assert answer["sent"] == list(range(6))
    assert answer["room"] == {"files": 8, "in_memory": 0, "dropped": 0, "error": None}
    assert answer["left"] == list(range(6, 14)), "the next run sends them in their order"


def test_what_others_fill_costs_no_more_than_it_must(tmp_path: Path) -> None:
    answer = run_on_small_disk(
        tmp_path,
        _PROGRAM
        + """
add(*range(3))
with (disk / "others").open("wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        pass
full = add(*range(3, 8))
(disk / "others").unlink()
print(json.dumps({"full": full, "again": add(8), "sent": send(9)}))
""",
    )
    assert answer["full"]["in_memory"] > 0
    assert answer["full"]["dropped"] == 0
    assert answer["again"] == {"files": 9, "in_memory": 0, "dropped": 0, "error": None}
    assert answer["sent"] == list(range(9))


def test_a_process_that_may_write_no_file_so_large(tmp_path: Path) -> None:
    program = (
        _PROGRAM
        + """
import resource
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, unlimited[1]))
limited = add(0, 1)
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
print(json.dumps({"limited": limited, "again": add(2), "sent": send(3)}))
"""
    )
    answer = run([sys.executable, "-c", program, str(tmp_path)])
    assert answer["limited"] == {"files": 0, "in_memory": 2, "dropped": 0, "error": "File too large"}
    assert answer["again"] == {"files": 3, "in_memory": 0, "dropped": 0, "error": None}
    assert answer["sent"] == [0, 1, 2]
