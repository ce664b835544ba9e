"""What a vehicle at a gate asks of DynamoDB: the figures of docs/operations.md."""

from __future__ import annotations

from floorsight.events.vision import Direction
from infra.cost.meter import Meter, MeteredTable
from tests.fakes.gatehouse import Gatehouse, left_after, plate_read
from tests.fakes.table import MemoryTable


def test_a_vehicle_that_comes_and_goes() -> None:
    """Not the first one of its plate: from then on each costs the same."""
    tables = [MeteredTable(MemoryTable()), MeteredTable(MemoryTable())]
    house = Gatehouse(registry=tables[0], presence=tables[1])  # type: ignore[arg-type]
    house.allow()
    used: list[Meter] = []
    for number in range(6):
        way = Direction.OUT if number % 2 else Direction.IN
        read = plate_read(at=1000.0 * number, track=number + 1, way=way)
        before = tables[0].meter + tables[1].meter
        house.take(read, left_after(read, 1000.0 * number + 6))
        used.append(tables[0].meter + tables[1].meter - before)
    for meter in used[2:]:
        assert (meter.requests, meter.read_units) == (19, 17)
        assert meter.write_units in (40, 42)  # out, in: an entry is on the site, too
        assert 3500 < meter.bytes_stored < 5000
