"""What attendance asks of DynamoDB: the figures of docs/operations.md and ADR 0054."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from infra.cost.meter import Meter, MeteredTable
from tests.fakes.table import MemoryTable
from tests.fakes.workday import BERLIN, OUT, SITE, at
from tests.fakes.workforce import BOTH_WAYS, ENTRY, Workforce, crossed, recognised

EMPLOYEES = [f"worker-{number:02}" for number in range(10)]
Use = tuple[float, float, float]  # requests, write units, read units


class MeteredPlant:
    """A plant of ten with one shift, a night after its records were opened."""

    def __init__(self) -> None:
        self.tables = [MeteredTable(MemoryTable()), MeteredTable(MemoryTable())]
        self.plant = Workforce(registry=self.tables[0], presence=self.tables[1])
        self.plant.sites.create_site(site_id=SITE, name="Plant", time_zone=BERLIN)
        self.plant.add_shift()
        for name in EMPLOYEES:
            self.plant.hire(name, "day")
        self.plant.add_camera("entry", ENTRY)
        self.plant.add_camera("gate", BOTH_WAYS)
        self.plant.clock.now = at("2026-03-09T00:30")
        self.plant.closing.close_site(SITE)
        self.plant.clock.now = at("2026-03-10T00:30")

    def use_of(self, act: Callable[[], object], times: int) -> Use:
        before = self._total()
        act()
        used = self._total() - before
        return used.requests / times, used.write_units / times, used.read_units / times

    def _total(self) -> Meter:
        return self.tables[0].meter + self.tables[1].meter


@pytest.fixture
def metered() -> MeteredPlant:
    return MeteredPlant()


def test_a_day_is_opened_and_closed(metered: MeteredPlant) -> None:
    close = metered.plant.closing.close_site
    requests, writes, reads = metered.use_of(lambda: close(SITE), len(EMPLOYEES))
    assert (round(requests), round(writes), round(reads)) == (23, 16, 21)
    assert metered.use_of(lambda: close(SITE), 1) == (4, 0, 4)  # nothing is due


def test_a_sighting_becomes_a_punch(metered: MeteredPlant) -> None:
    def seen(camera_id: str, hour: str) -> Use:
        def record() -> None:
            for track, name in enumerate(EMPLOYEES):
                event = recognised(f"2026-03-10T{hour}", name, camera_id, track)
                metered.plant.sightings.record_sighting(event)

        return metered.use_of(record, len(EMPLOYEES))

    assert seen("entry", "08:00") == pytest.approx((17, 14, 15), abs=0.5)
    for track, _ in enumerate(EMPLOYEES):
        metered.plant.sightings.record_crossing(crossed("2026-03-10T16:00:02", OUT, "gate", track))
    assert seen("gate", "16:00") == pytest.approx((17, 16, 15), abs=0.5)


def test_a_crossing_of_a_camera_of_one_way_is_one_look_at_the_camera(metered: MeteredPlant) -> None:
    crossing = crossed("2026-03-10T08:00", OUT, "entry")
    assert metered.use_of(lambda: metered.plant.sightings.record_crossing(crossing), 1) == (1, 0, 1)
