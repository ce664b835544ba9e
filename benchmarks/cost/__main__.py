"""Measure what the use cases ask of DynamoDB, on the emulator, and keep it for `floorsight cost`.

    python -m benchmarks.cost

An hour of a plant of 25 cameras with the default rates of `infra/cost/plant.py`: crossings, zone visits,
tracks, minutes of streams, checks every minute, a roll-up every five. Request units are counted by DynamoDB's
rules for item sizes; the requests are real. Takes some minutes.
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table as Grid

from benchmarks.cost.hour import PlantHour
from floorsight.platform.topics import SnsTopic
from infra.cost.measured import MEASURED_FILE, save_measured
from infra.cost.plant import Plant
from infra.local.emulator import free_port, run_emulator
from tests.cloud import create_table, make_client


def main() -> None:
    console = Console()
    with run_emulator(free_port()) as emulator:
        dynamodb, sns = (make_client(service, emulator.endpoint) for service in ("dynamodb", "sns"))
        topic = SnsTopic(sns.create_topic(Name="alerts")["TopicArn"], sns)
        registry, presence, trails = (create_table(dynamodb) for _ in range(3))
        hour = PlantHour.on(Plant(), registry, presence, trails, topic)
        hour.set_up()
        with console.status("an hour of the plant"):
            hour.run()
            hour.commit_states()
    measured = hour.table_use()
    grid = Grid("one …", "times", "requests", "write units", "read units", "bytes stored")
    for use_case, use in measured.items():
        figures = (use.requests, use.write_units, use.read_units, use.bytes_stored)
        grid.add_row(use_case.value, f"{hour.times[use_case]:.0f}", *(f"{each:.2f}" for each in figures))
    console.print(grid)
    save_measured(measured)
    console.print(f"kept in {MEASURED_FILE}", soft_wrap=True)


if __name__ == "__main__":
    main()
