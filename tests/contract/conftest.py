"""The emulator, for the suites that hold a fake and the real adapter to the same meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from floorsight.platform.table import Table
from infra.local.emulator import Emulator
from tests.cloud import create_table, make_client
from tests.fakes.table import MemoryTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


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
    return lambda: create_table(client)


@pytest.fixture
def table(make_table: Callable[[], Table]) -> Table:
    return make_table()
