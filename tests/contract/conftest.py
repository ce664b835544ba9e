"""The emulator, for the suites that hold a fake and the real adapter to the same meaning."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.table import Table
from tests.fakes.table import MemoryTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@pytest.fixture(scope="session")
def emulator_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An emulator of this session's own, or a skip that says how to get one."""
    installed = REPOSITORY / ".floorsight" / "emulator" / "bin" / "ministack"
    command = str(installed) if installed.exists() else shutil.which("ministack")
    if command is None:
        pytest.skip("the emulator is not installed: run `floorsight up` once")
    port = _free_port()
    environment = {**os.environ, "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0"}
    log = tmp_path_factory.mktemp("emulator") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([command], env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        _await_port(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def dynamodb(emulator_url: str) -> DynamoDBClient:
    return boto3.client(
        "dynamodb",
        endpoint_url=emulator_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the emulator did not start:\n{log.read_text()[-2000:]}")
