"""Recognising faces among 5,000 people: time, memory, and what loading the gallery takes.

    python -m benchmarks.gallery [--people 5000] [--faces 5]

Fills the emulator's DynamoDB with people of five made-up faces each (of one person similar by about 0.9),
then measures in a fresh process, with one thread as a function of 1024 MB has less than one processor:
resident memory, loading through the store, matching the three faces of a track, deciding, and what the API
does without numpy when somebody is named. Times are of the clock, and of the processor in brackets.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.roll_up import resident_mb
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.gallery.matching import Embeddings
from floorsight.identity.gallery.model import EnrolledFace, EnrolledPerson
from floorsight.identity.gallery.similarity import find_nearest_other
from floorsight.identity.gallery.store import REVISION, GalleryStore
from floorsight.identity.policy.model import IdentityPolicy
from floorsight.identity.rules import decide
from floorsight.platform.aws import client
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.settings import child_environment
from floorsight.platform.table import Update

SITE = "works"
EMBEDDER = "made-up"
REPEATS = 300
AT_ONCE = 90  # people written in a transaction
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def make_face(person: int, shot: int) -> Embeddings:
    """(128,) of length 1."""
    mean = _unit(np.random.default_rng([1, person]).normal(size=128))
    return _unit(mean + 0.3 * _unit(np.random.default_rng([2, person, shot]).normal(size=128)))


def _unit(vector: Any) -> Embeddings:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def fill(store: GalleryStore, people: int, faces: int) -> None:
    """Many people at once, as no enrolment would."""
    now = utc_now()
    puts = [
        store.put_writes(
            EnrolledPerson(
                SITE,
                f"employee-{person:05}",
                tuple(
                    EnrolledFace(f"{shot}", make_face(person, shot).tobytes(), EMBEDDER, now, "benchmark")
                    for shot in range(faces)
                ),
            )
        )[0]
        for person in range(people)
    ]
    rise = Update(REVISION.key(site_id=SITE), add={"revision": 1})
    for first in range(0, people, AT_ONCE):
        store.table.transact([*puts[first : first + AT_ONCE], rise])


def timed(act: Callable[[], Any], repeats: int = 1) -> dict[str, float]:
    """Milliseconds by the clock (median and 95th percentile) and of the processor (mean)."""
    clock, busy = [], time.process_time()
    for _ in range(repeats):
        begun = time.perf_counter()
        act()
        clock.append(1000 * (time.perf_counter() - begun))
    spent = 1000 * (time.process_time() - busy) / repeats
    highest = sorted(clock)[int(0.95 * (repeats - 1))]
    return {"ms": statistics.median(clock), "p95_ms": highest, "processor_ms": spent}


def measure(table_name: str) -> dict[str, Any]:
    """In a process that has done nothing else."""
    store = GalleryStore(DynamoTable(table_name, client("dynamodb")))
    store.find_revision(SITE)  # a function's first call makes the connection
    found: dict[str, Any] = {"before_mb": resident_mb()}
    holder = GalleryHolder(store)
    found["load"] = timed(lambda: holder.current(SITE, EMBEDDER))
    found["after_mb"] = resident_mb()
    gallery = holder.current(SITE, EMBEDDER)
    asked = np.stack([make_face(len(gallery.employees) // 2, 100 + shot) for shot in range(3)])
    policy = IdentityPolicy(SITE)
    found["faces"], found["matrix_mb"] = len(gallery.matrix), gallery.matrix.nbytes / 1e6
    found["match"] = timed(lambda: gallery.match(asked), REPEATS)
    found["decide"] = timed(lambda: decide(gallery.match(asked), policy), REPEATS)
    found["current"] = timed(lambda: holder.current(SITE, EMBEDDER), 30)
    decision = decide(gallery.match(asked), policy)
    found["employee"] = decision.match.employee_id if decision.match else None
    faces = store.load_site(SITE)
    embeddings = [each.tobytes() for each in asked]
    found["without_numpy"] = timed(lambda: find_nearest_other(faces, embeddings, EMBEDDER, than=""))
    return found


def show(found: dict[str, Any]) -> None:
    def line(name: str, key: str) -> str:
        took = found[key]
        return f"{name}: {took['ms']:.1f} ms, 95 % below {took['p95_ms']:.1f} ({took['processor_ms']:.1f})"

    print(f"{found['faces']} faces, a matrix of {found['matrix_mb']:.1f} MB, found {found['employee']}")
    print(f"resident: {found['before_mb']:.0f} MB before loading, {found['after_mb']:.0f} MB after")
    print(line("loading", "load"))
    print(line("whether it is current: one read", "current"))
    print(line("matching three faces", "match"))
    print(line("matching and deciding", "decide"))
    print(line("the nearest other, without numpy", "without_numpy"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--faces", type=int, default=5)
    parser.add_argument("--measure", metavar="TABLE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    from infra.local.emulator import free_port, run_emulator
    from tests.cloud import create_table, make_client

    with run_emulator(free_port()) as emulator:
        table = create_table(make_client("dynamodb", emulator.endpoint))
        fill(GalleryStore(table), arguments.people, arguments.faces)
        environment = child_environment(emulator.endpoint.environment() | ONE_THREAD)
        command = [sys.executable, "-m", "benchmarks.gallery", "--measure", table.name]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    show(json.loads(answer.stdout))


if __name__ == "__main__":
    main()
