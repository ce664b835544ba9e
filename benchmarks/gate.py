"""From a plate that was read to the decision in the store, and what a decision costs a processor.

    python -m benchmarks.gate [--reads 1000] [--per-second 5]

The local stage is deployed, lists of vehicles are filled through the room's service, and readings are
published on the real bus at an even rate: allowed and blocked plates, visitors, strangers, texts of no
format, and some that were not read. A reading's latency is the time at which its marker, written in one
transaction with its decision, is first seen in the table, less the time before it was published. Then the
same service takes readings in this process, on the emulator's tables: processor time, requests, and what
DynamoDB would charge for.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import mean, median, quantiles

from floorsight.events.vehicles import PlateRead
from floorsight.events.vision import Direction
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.settings import child_environment
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vehicles.gate.model import Track
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import GatePolicy, ListName
from floorsight.vehicles.policy.store import GatePolicyStore
from functions.decide_gate.handler import wire_service
from infra.cost.meter import MeteredTable
from infra.local.deployment import Deployment, deploy
from infra.local.emulator import free_port, run_emulator
from tests.fakes.bus import MemoryBus
from tests.fakes.gatehouse import plate_read

LISTED = 500  # vehicles on the site's lists
WARM_UP = 20
PROCESSOR_READS = 200
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 60.0


@dataclass
class Works:
    """A site with lists, on the deployed tables."""

    cloud: Deployment
    site_id: str = "bench"
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    def __post_init__(self) -> None:
        dynamodb = client("dynamodb")
        self.registry = DynamoTable(self.cloud.registry_table_name, dynamodb)
        self.presence = DynamoTable(self.cloud.presence_table_name, dynamodb)
        sites, policies = SiteService(SiteStore(self.registry)), GatePolicyStore(self.registry)
        sites.create_site(site_id=self.site_id, name="Benchmark", time_zone="Asia/Kolkata")
        policies.replace(GatePolicy(self.site_id, profiles=("IN",)))
        lists = VehicleListService(sites, VehicleStore(self.registry), policies)
        until = utc_now() + timedelta(days=1)
        for number in range(LISTED):
            plate = self.plate(number)
            if number % 10 == 0:
                lists.add(self.site_id, ListName.BLOCKED, plate, by="bench", reason="stolen")
            elif number % 10 == 1:
                lists.add(
                    self.site_id,
                    ListName.VISITOR,
                    plate,
                    by="bench",
                    host="A",
                    valid_until=until,
                    max_visits=9,
                )
            else:
                lists.add(self.site_id, ListName.ALLOWED, plate, by="bench")

    def plate(self, number: int) -> str:
        return f"KA{number // 10000 + 10:02}AB{number % 10000:04}"

    def read(self, track: int) -> PlateRead:
        """Two of three are listed; the others are strangers, of no format, or could not be read."""
        kind = self.dice.random()
        text: str | None = self.plate(self.dice.randrange(LISTED))
        if kind > 0.97:
            text = None
        elif kind > 0.94:
            text = "KA1"
        elif kind > 0.67:
            text = self.plate(LISTED + self.dice.randrange(9000))
        now = utc_now()
        return plate_read(
            text,
            gate=self.dice.choice(("north", "south")),
            way=self.dice.choice((Direction.IN, Direction.OUT)),
            track=track,
            event_id=uuid.uuid4().hex,
            site_id=self.site_id,
            occurred_at=now,
            first_seen_at=now - timedelta(seconds=2),
            last_seen_at=now,
        )


@dataclass
class Watch:
    """Looks for the markers of readings, oldest first, until all are there."""

    store: GateStore
    waiting: dict[str, tuple[Track, float]] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def expect(self, read: PlateRead, since: float) -> None:
        track = Track(read.site_id, read.camera_id, read.stream_session, read.track_id)
        self.waiting[read.event_id] = (track, since)

    def look(self) -> None:
        while not self.done.wait(LOOK_SECONDS) or self.waiting:
            for event_id, (track, since) in list(self.waiting.items()):
                waited = time.monotonic() - since
                if self.store.load_track(track).find(event_id) is not None:
                    self.latencies.append(time.monotonic() - since)
                    del self.waiting[event_id]
                elif waited > PATIENCE_SECONDS:
                    raise SystemExit(f"no decision on {event_id} within {PATIENCE_SECONDS} s")


def measure_latency(works: Works, reads: int, per_second: float, *, first_track: int) -> list[float]:
    """Seconds from before a reading is published until its decision is in the store."""
    bus = EventBridgeBus(works.cloud.event_bus_name, client("events"))
    watch = Watch(GateStore(works.presence))
    looking = threading.Thread(target=watch.look)
    looking.start()
    begin = time.monotonic()
    pause = threading.Event()
    for number in range(reads):
        pause.wait(max(0.0, begin + number / per_second - time.monotonic()))
        read = works.read(first_track + number)
        since = time.monotonic()
        watch.expect(read, since)
        bus.publish([read.to_message()])
    watch.done.set()
    looking.join()
    return watch.latencies


def measure_processor(works: Works, reads: int) -> tuple[list[float], float, float, float]:
    """Processor seconds of each reading, and requests, read units and write units of one on average."""
    registry, presence = MeteredTable(works.registry), MeteredTable(works.presence)
    plain = wire_service(registry=works.registry, presence=works.presence, bus=MemoryBus())
    metered = wire_service(registry=registry, presence=presence, bus=MemoryBus())
    taken = []
    for number in range(reads):
        read = works.read(10**6 + number)
        before = time.thread_time()
        plain.take_read(read)
        taken.append(time.thread_time() - before)
    for number in range(reads):
        metered.take_read(works.read(2 * 10**6 + number))
    used = registry.meter + presence.meter
    return taken, used.requests / reads, used.read_units / reads, used.write_units / reads


def measure(cloud: Deployment, reads: int, per_second: float) -> None:
    """Print the figures."""
    works = Works(cloud)
    measure_latency(works, WARM_UP, per_second, first_track=0)
    found = measure_latency(works, reads, per_second, first_track=WARM_UP)
    taken, requests, read_units, write_units = measure_processor(works, PROCESSOR_READS)
    cuts = quantiles(found, n=100)
    sys.stdout.write(
        f"{len(found)} readings, {per_second:g} a second: p50 {1000 * cuts[49]:.0f} ms, "
        f"p95 {1000 * cuts[94]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms, longest {1000 * max(found):.0f} ms\n"
        f"processor: median {1000 * median(taken):.1f} ms, mean {1000 * mean(taken):.1f} ms, "
        f"95 % below {1000 * quantiles(taken, n=20)[18]:.1f} ms\n"
        f"a reading: {requests:.1f} requests, {read_units:.1f} read units, {write_units:.1f} write units\n"
    )


def main() -> int:
    """Print the figures; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reads", type=int, default=1000)
    parser.add_argument("--per-second", type=float, default=5.0)
    parser.add_argument("--cloud", help="What is deployed already; for the process that measures.")
    options = parser.parse_args()
    if options.cloud:
        measure(Deployment.model_validate_json(options.cloud), options.reads, options.per_second)
        return 0
    with run_emulator(free_port()) as emulator:
        cloud = deploy(emulator.endpoint)
        command = [sys.executable, "-m", "benchmarks.gate", "--cloud", cloud.model_dump_json()]
        command += ["--reads", str(options.reads), "--per-second", str(options.per_second)]
        return subprocess.run(command, env=child_environment(emulator.endpoint.environment())).returncode


if __name__ == "__main__":
    sys.exit(main())
