"""Eight writers on one camera, on DynamoDB's bad days: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import random
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.counting_writes.bad_moments import BadMoments
from benchmarks.counting_writes.load import deliver, describe, make_crossings, share_out
from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Crossing
from floorsight.occupancy.rules import count_crossings, quarter_of
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform import aws
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import Unavailable
from floorsight.sites.model import CameraRole
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from functions.update_occupancy.handler import Services
from infra.local.emulator import Emulator
from tests.cloud import create_table, make_client
from tests.fakes.bus import MemoryBus

pytestmark = pytest.mark.cloud

SITE, CAMERA = "plant-1", "gate-1"
WRITERS, EACH, BATCH = 8, 500, 10
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Tables:
    """The names of tables on the emulator, which the environment leads to."""

    registry: str
    presence: str

    def make_services(self, moments: BadMoments | None = None) -> Services:
        """As the function makes them, on a client of its own."""
        client = aws._client.__wrapped__("dynamodb")
        if moments:
            moments.install(client)
        sites = SiteService(SiteStore(DynamoTable(self.registry, client)))
        store = OccupancyStore(DynamoTable(self.presence, client))
        return Services(OccupancyService(sites, store, lambda: NOW), MemoryBus())


@pytest.fixture
def tables(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Tables:
    for name, value in emulator.endpoint.environment().items():
        monkeypatch.setenv(name, value)
    client = make_client("dynamodb", emulator.endpoint)
    tables = Tables(create_table(client).name, create_table(client).name)
    sites = tables.make_services().occupancy.sites
    sites.create_site(site_id=SITE, name="Works", time_zone="Europe/Berlin")
    sites.create_camera(camera_id=CAMERA, site_id=SITE, name="Gate", role=CameraRole.BIDIRECTIONAL, by="olga")
    return tables


def set_baselines(service: OccupancyService) -> None:
    """Somebody counts heads while the writers write, for moments among their crossings."""
    for minutes in (40, 20, 30):
        baseline = Baseline(minutes, NOW - timedelta(minutes=minutes), "olga", "head count")
        while True:
            try:
                service.set_baseline_at(CAMERA, baseline)
                break
            except Unavailable:
                continue


def test_eight_writers_of_one_camera_end_in_the_exact_state(
    tables: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random(7)
    crossings = make_crossings(SITE, CAMERA, WRITERS * EACH, NOW, dice)
    moments = BadMoments(dice, conflicts=0.1, throttles=0.02, lost_answers=0.05)
    services = [tables.make_services(moments) for _ in range(WRITERS)]
    shares = share_out(crossings, WRITERS, repeated=0.2, dice=dice)

    calibration = threading.Thread(target=set_baselines, args=(tables.make_services().occupancy,))
    calibration.start()
    delivered = deliver(services, shares, BATCH)
    calibration.join()

    found = tables.make_services().occupancy
    expected = [Crossing.of(crossing) for crossing in crossings]
    ledger = found.store.list_crossings(CAMERA).items
    assert ledger == sorted(expected, key=lambda each: (each.occurred_at, each.crossing_id))
    count = found.get_camera_occupancy(CAMERA).count
    assert (count.baseline.count, count.baseline.at) == (20, NOW - timedelta(minutes=20))
    since = count_crossings(count.baseline, expected)
    assert (count.total, count.by_line) == (since.total, since.by_line)
    out = [each for each in expected if each.direction is Direction.OUT]
    assert count.total.exits == len([each for each in out if each.occurred_at > count.baseline.at])
    assert [each.count for each in found.list_baselines(CAMERA).items] == [20, 30, 40]
    marked = {mark.quarter for mark in found.store.load_marks(SITE)}
    assert marked == {quarter_of(each.occurred_at) for each in expected}

    assert set(moments.moments) == {"conflict, met", "conflict, drawn", "throttled", "answer lost"}
    with capsys.disabled():
        sys.stdout.write(f"\n{describe(delivered, moments)}\n")
