"""What rolling up a day of 20,000 crossings costs: time, memory and requests (limit: Lambda's 15 minutes).

python -m benchmarks.roll_up [--emulator]

The day lies at one door of a site with two, in Europe/Berlin, from 06:00 to 22:00. First it is taken in whole
by one invocation, as after a day without roll-ups; then nothing has changed; then one crossing comes late, at
06:00, which changes every later row.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from floorsight.events.vision import Direction
from floorsight.occupancy.series.fence import LONGEST_RUN
from floorsight.platform.items import Item, Key
from floorsight.platform.table import Page, Table, Write
from tests.fakes.plant import Plant
from tests.fakes.scene import CAMERA, SITE
from tests.fakes.table import MemoryTable

CROSSINGS = 20_000
DAY_SECONDS = 16 * 3600


@dataclass
class CountingTable:
    """Counts requests, items read and items written."""

    table: Table
    counts: Counter[str] = field(default_factory=Counter)

    def get(self, key: Key) -> Item | None:
        self.counts["gets"] += 1
        return self.table.get(key)

    def query(self, pk: str, **how: Any) -> Page[Item]:
        page = self.table.query(pk, **how)
        self.counts["queries"] += 1
        self.counts["items read"] += len(page.items)
        return page

    def write(self, write: Write) -> None:
        self.counts["single writes"] += 1
        self.table.write(write)

    def transact(self, writes: Sequence[Write]) -> None:
        self.counts["transactions"] += 1
        self.counts["items written in transactions"] += len(writes)
        self.table.transact(writes)


def fill(plant: Plant) -> datetime:
    """The day's crossings, about as many in as out; returns its first moment."""
    dice = random.Random(20_000)
    start = plant.clock.now.replace(hour=5, minute=0) - timedelta(days=1)
    seconds = sorted(dice.uniform(0, DAY_SECONDS) for _ in range(CROSSINGS))
    ways = [Direction.IN if dice.random() < 0.5 else Direction.OUT for _ in seconds]
    moments = [start + timedelta(seconds=second) for second in seconds]
    plant.record(CAMERA, list(zip(moments, ways, strict=True)))
    return start


def report(name: str, plant: Plant, table: Table) -> None:
    """Roll up once and say what it took."""
    counting = CountingTable(table)
    service = plant.service(counting)
    begun = time.perf_counter()
    with sampled_memory() as peak:
        found = service.roll_up(SITE)
    spent = time.perf_counter() - begun
    rows = {level.value: number for level, number in found.rows.items()}
    print(f"{name}: {spent:.2f} s of {LONGEST_RUN.total_seconds():.0f}, at most {peak[0]:.0f} MB resident")
    print(f"  {found.marks} marks, rows written {rows}, {dict(counting.counts)}")


@contextmanager
def sampled_memory() -> Iterator[list[float]]:
    """The most resident memory of this process, the benchmark's own included, in MB, every 10 ms."""
    highest, over = [resident_mb()], threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            highest[0] = max(highest[0], resident_mb())

    watcher = threading.Thread(target=look)
    watcher.start()
    yield highest
    over.set()
    watcher.join()


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def measure(table: Table) -> None:
    plant = Plant(table=table)
    start = fill(plant)
    print(f"{CROSSINGS} crossings in the ledger; {resident_mb():.0f} MB resident before")
    report("the whole day", plant, table)
    report("nothing new", plant, table)
    plant.record(CAMERA, [(start, Direction.IN)])
    report("one late crossing", plant, table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emulator", action="store_true", help="on DynamoDB's emulator, not in memory")
    if not parser.parse_args().emulator:
        measure(MemoryTable())
        return
    from infra.local.emulator import free_port, run_emulator
    from tests.cloud import create_table, make_client

    with run_emulator(free_port()) as emulator:
        measure(create_table(make_client("dynamodb", emulator.endpoint)))


if __name__ == "__main__":
    main()
