"""The bill: within the budgets of docs/operations.md, from requests that are measured anew."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from benchmarks.cost.hour import PlantHour
from floorsight.diagnostics.prices import PRICES, Charge
from infra.cost.bill import Part, lease_writes, monthly_bill, per_camera, shards_for
from infra.cost.measured import TableUse, UseCase, load_measured
from infra.cost.plant import HOURS_A_MONTH, Plant
from tests.fakes.table import MemoryTable
from tests.fakes.topic import MemoryTopic

# US dollars a camera and month at 25 cameras; docs/operations.md has the same figures.
OCCUPANCY_BUDGET = 2.0
WHOLE_BUDGET_AT_5_FPS = 15.0
WHOLE_BUDGET = 17.5
SMALL = Plant(cameras=3)


@pytest.fixture(scope="module")
def measured_now() -> Iterator[Mapping[UseCase, TableUse]]:
    """An hour of a small plant, just now."""
    logging.disable()
    hour = PlantHour.on(SMALL, MemoryTable(), MemoryTable(), MemoryTable(), MemoryTopic())
    hour.set_up()
    hour.run()
    hour.commit_states()
    yield hour.table_use()
    logging.disable(logging.NOTSET)


def whole(plant: Plant, measured: Mapping[UseCase, TableUse]) -> float:
    return sum(per_camera(monthly_bill(plant, measured), plant).values())


def test_the_budgets_hold() -> None:
    measured = load_measured()
    assert per_camera(monthly_bill(Plant(), measured), Plant())[Part.OCCUPANCY] < OCCUPANCY_BUDGET
    assert whole(replace(Plant(), analyse_fps=5), measured) < WHOLE_BUDGET_AT_5_FPS
    assert whole(Plant(), measured) < WHOLE_BUDGET


@pytest.mark.parametrize(
    "use_case", [UseCase.CROSSING, UseCase.ZONE_VISIT, UseCase.TRACK, UseCase.STREAM_MINUTE, UseCase.COMMIT]
)
def test_the_stored_figures_are_those_of_this_code(
    use_case: UseCase, measured_now: Mapping[UseCase, TableUse]
) -> None:
    now, stored = measured_now[use_case], load_measured()[use_case]
    advice = "requests have changed: run `python -m benchmarks.cost`"
    assert now.requests == pytest.approx(stored.requests, rel=0.05), advice
    assert now.write_units == pytest.approx(stored.write_units, rel=0.05), advice
    assert now.read_units == pytest.approx(stored.read_units, rel=0.05), advice


@pytest.mark.parametrize("use_case", [UseCase.ROLL_UP, UseCase.CHANGE])
def test_what_grows_with_the_plant_stays_in_its_order(
    use_case: UseCase, measured_now: Mapping[UseCase, TableUse]
) -> None:
    now, stored = measured_now[use_case], load_measured()[use_case]
    assert now.requests == pytest.approx(stored.requests, rel=0.5), "run `python -m benchmarks.cost`"


def test_every_charge_has_a_price_and_no_line_is_negative() -> None:
    assert set(PRICES) == set(Charge)
    assert all(line.amount >= 0 for line in monthly_bill(Plant(), load_measured()))


def test_more_of_anything_costs_more() -> None:
    measured = load_measured()
    lean = sum(line.usd for line in monthly_bill(Plant(), measured))
    for more in (
        Plant(cameras=50),
        Plant(kbit_per_second=4000),
        Plant(analyse_fps=15),
        Plant(crossings_a_day=4000),
        Plant(zone_visits_a_day=4000),
        Plant(tracks_a_day=20_000),
        Plant(api_requests_a_day=500_000),
    ):
        assert sum(line.usd for line in monthly_bill(more, measured)) > lean


def test_a_fleet_pays_for_a_lease_a_report_and_a_checkpoint() -> None:
    """What docs/operations.md says: dollars a month for a shard, for a task, and for a camera's commits."""
    one = Plant(cameras=1, crossings_a_day=0)
    assert PRICES[Charge.DYNAMODB_WRITE].of(lease_writes(one)) == pytest.approx(0.50 + 0.33 + 0.16, abs=0.005)
    by_day = replace(one, hours_a_day=12)  # at night nobody holds a lease
    assert lease_writes(by_day) == pytest.approx(lease_writes(one) / 2)


@pytest.mark.parametrize(("fps", "tasks"), [(0.5, 1.0), (10, 25 * 10 / 40 / 0.8 / 2)])
def test_every_task_has_an_address(fps: float, tasks: float) -> None:
    bill = monthly_bill(replace(Plant(), analyse_fps=fps), load_measured())
    hours = [line.amount for line in bill if line.charge is Charge.PUBLIC_ADDRESS_HOUR]
    assert hours == [pytest.approx(tasks * HOURS_A_MONTH)]


@pytest.mark.parametrize(("cameras", "kbit", "shards"), [(1, 100, 1), (25, 1000, 4), (25, 2000, 8)])
def test_shards_follow_the_video(cameras: int, kbit: float, shards: int) -> None:
    assert shards_for(Plant(cameras=cameras, kbit_per_second=kbit)) == shards
