"""The one-machine cloud as fixtures; tests/conftest.py has them for all suites."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from floorsight.platform import aws
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import Unavailable
from floorsight.vision.chunk import Chunk, decode_chunk
from infra.local.accounts import Account, create_accounts
from infra.local.deployment import Deployment, deploy
from infra.local.emulator import REGION, Emulator, Endpoint, free_port, start_emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """An emulator of this session's (or xdist worker's) own, empty; installed first if it is not yet."""
    emulator = start_somewhere()
    try:
        yield emulator
    finally:
        emulator.stop()
    emulator.log.unlink()


def start_somewhere() -> Emulator:
    """On a free port; on another one if somebody takes that before the emulator does."""
    try:
        return start_emulator(free_port())
    except Unavailable:
        return start_emulator(free_port())


@pytest.fixture(scope="session")
def cloud(emulator: Emulator) -> Iterator[Deployment]:
    """The local stage, really deployed.

    The environment is set so that boto3, in this process and in its children, talks to that emulator.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in emulator.endpoint.environment().items():
            patch.setenv(name, value)
        aws._client.cache_clear()  # an earlier test may have made clients for another address
        deployment = deploy(emulator.endpoint)
        yield deployment
        aws._client.cache_clear()
        boto3.DEFAULT_SESSION = None
        Deployment.forget(deployment.port)


@pytest.fixture(scope="session")
def accounts(cloud: Deployment) -> dict[str, Account]:
    """A user of each group, by role."""
    return {account.role: account for account in create_accounts(cloud)}


def make_client(service: str, endpoint: Endpoint) -> Any:
    """A boto3 client of the emulator, for what the product itself never calls."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def create_table(client: DynamoDBClient) -> DynamoTable:
    """An empty table as the data stack makes them."""
    name = f"test-{uuid.uuid4().hex}"
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


def chunks_in(stream: str, endpoint: Endpoint) -> list[Chunk]:
    """All chunks of a stream of one shard, in the order in which they arrived."""
    kinesis = make_client("kinesis", endpoint)
    (shard,) = kinesis.list_shards(StreamName=stream)["Shards"]
    position = kinesis.get_shard_iterator(
        StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    chunks: list[Chunk] = []
    while records := (answer := kinesis.get_records(ShardIterator=position))["Records"]:
        chunks += [decode_chunk(record["Data"]) for record in records]
        position = answer["NextShardIterator"]
    return chunks
