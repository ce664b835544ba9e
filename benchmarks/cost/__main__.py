"""Measure what the use cases ask of DynamoDB, on the emulator, and keep it for `floorsight cost`.

    python -m benchmarks.cost

An hour of a plant of 25 cameras with the default rates of `infra/cost/plant.py`: crossings, zone visits,
tracks, minutes of streams, checks every minute, a roll-up every five. Request units are counted by DynamoDB's
rules for item sizes; the requests are real. Takes some minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from rich.console import Console
from rich.table import Table as Grid

from benchmarks.cost.hour import PlantHour
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.topics import SnsTopic
from infra.cost.measured import MEASURED_FILE, save_measured
from infra.cost.plant import Plant
from infra.local.emulator import REGION, free_port, run_emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def main() -> None:
    console = Console()
    with run_emulator(free_port()) as emulator:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        dynamodb = boto3.client("dynamodb", endpoint_url=emulator.endpoint.url, region_name=REGION, **keys)
        sns = boto3.client("sns", endpoint_url=emulator.endpoint.url, region_name=REGION, **keys)
        topic = SnsTopic(sns.create_topic(Name="alerts")["TopicArn"], sns)
        tables = [_make_table(dynamodb, name) for name in ("registry", "presence", "trails")]
        hour = PlantHour.on(Plant(), *tables, topic)
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


def _make_table(dynamodb: DynamoDBClient, name: str) -> DynamoTable:
    keys = ("PK", "SK", "GSI1PK", "GSI1SK")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "GSI1",
                "KeySchema": [
                    {"AttributeName": "GSI1PK", "KeyType": "HASH"},
                    {"AttributeName": "GSI1SK", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return DynamoTable(name, dynamodb)


if __name__ == "__main__":
    main()
