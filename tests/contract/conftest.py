"""The emulator, for the suites that hold a fake and the real adapter to the same meaning."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.table import Table
from infra.local.emulator import Emulator
from tests.cloud import emulator, make_client
from tests.fakes.table import MemoryTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["emulator"]


@pytest.fixture(scope="session")
def dynamodb(emulator: Emulator) -> DynamoDBClient:
    client: DynamoDBClient = make_client("dynamodb", emulator.endpoint)
    return client


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.cloud)])
def make_table(request: pytest.FixtureRequest) -> Callable[[], Table]:
    """Makes empty tables: first all tests on the fake, then all on the real adapter."""
    if request.param == "memory":
        return MemoryTable
    client: DynamoDBClient = request.getfixturevalue("dynamodb")
    return lambda: _create_table(client)


@pytest.fixture
def table(make_table: Callable[[], Table]) -> Table:
    return make_table()


def _create_table(client: DynamoDBClient) -> Table:
    name = f"contract-{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("PK", "SK", "GSI1PK", "GSI1SK")
        ],
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
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
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    return DynamoTable(name, client)
