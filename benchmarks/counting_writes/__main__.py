"""How many requests to DynamoDB a crossing takes, alone and among other writers of the same camera.

    python -m benchmarks.counting_writes [--crossings 400]

On the emulator, through the function's own code. "calm": nobody else, no faults. "bad day": the conflicts
that DynamoDB answers when transactions meet, and 10 % drawn conflicts, 2 % throttles and 5 % lost answers.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.counting_writes.bad_moments import BadMoments
from benchmarks.counting_writes.load import deliver, describe, make_crossings, share_out
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.bus import Message
from floorsight.platform.dynamo import DynamoTable
from floorsight.sites.model import CameraRole
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from functions.update_occupancy.handler import Services
from infra.local.emulator import Endpoint, free_port, run_emulator
from tests.cloud import create_table, make_client

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SITE, CAMERA = "plant-1", "gate-1"
CASES = ((1, 1, "calm"), (1, 10, "calm"), (8, 1, "bad day"), (8, 10, "bad day"))


class NoBus:
    """Only the tables are measured."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Nobody listens."""


def measure(endpoint: Endpoint, crossings: int, writers: int, batch: int, weather: str) -> str:
    """A line of the report."""
    dice = random.Random(7)
    bad = weather == "bad day"
    moments = BadMoments(dice, conflicts=0.1, throttles=0.02, lost_answers=0.05) if bad else BadMoments(dice)
    client = make_client("dynamodb", endpoint)
    registry, presence = (create_table(client).name for _ in range(2))
    sites = SiteService(SiteStore(DynamoTable(registry, client)))
    sites.create_site(site_id=SITE, name="Works", time_zone="Europe/Berlin")
    sites.create_camera(
        camera_id=CAMERA, site_id=SITE, name="Gate", role=CameraRole.BIDIRECTIONAL, by="benchmark"
    )
    services = [_make_services(endpoint, registry, presence, moments) for _ in range(writers)]
    events = make_crossings(SITE, CAMERA, crossings, NOW, dice)
    shares = share_out(events, writers, repeated=0.2 if bad else 0.0, dice=dice)
    return f"{weather}, {writers} writers, batches of {batch}: " + describe(
        deliver(services, shares, batch), moments
    )


def _make_services(endpoint: Endpoint, registry: str, presence: str, moments: BadMoments) -> Services:
    client = make_client("dynamodb", endpoint)
    moments.install(client)
    sites = SiteService(SiteStore(DynamoTable(registry, client)))
    return Services(OccupancyService(sites, OccupancyStore(DynamoTable(presence, client))), NoBus())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counting_writes", description=__doc__)
    parser.add_argument("--crossings", type=int, default=400)
    crossings = parser.parse_args().crossings
    logging.disable(logging.CRITICAL)  # every retry is logged, which is not what is looked for here
    with run_emulator(free_port()) as emulator:
        for writers, batch, weather in CASES:
            sys.stdout.write(measure(emulator.endpoint, crossings, writers, batch, weather) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
