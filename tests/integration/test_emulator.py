"""Starting and stopping the emulator."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import boto3
import pytest

from floorsight.platform.errors import Unavailable
from infra.local import emulator as emulators
from infra.local.emulator import (
    HOST,
    REGION,
    Emulator,
    free_port,
    prepare_emulator,
    run_emulator,
    start_emulator,
)

pytestmark = pytest.mark.cloud


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs and saved state of these emulators go where the tests' other files go."""
    prepare_emulator()
    monkeypatch.setattr(emulators, "STATE", tmp_path)


def test_it_answers_while_it_runs_and_is_gone_afterwards() -> None:
    with run_emulator(free_port()) as emulator:
        assert emulator.endpoint.is_healthy()
    assert not emulator.endpoint.is_healthy()
    assert emulator.process.returncode is not None


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=f"port {port} is in use: stop what listens there"):
            start_emulator(port)


def test_state_survives_a_graceful_stop_only_when_it_is_to_persist() -> None:
    port = free_port()
    with run_emulator(port, persist=True) as emulator:
        kinesis_of(emulator).create_stream(StreamName="kept", ShardCount=1)
    with run_emulator(port, persist=True) as emulator:
        assert kinesis_of(emulator).list_streams()["StreamNames"] == ["kept"]
    with run_emulator(port) as emulator:
        assert kinesis_of(emulator).list_streams()["StreamNames"] == []


def kinesis_of(emulator: Emulator) -> Any:
    return boto3.client(
        "kinesis",
        endpoint_url=emulator.endpoint.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
