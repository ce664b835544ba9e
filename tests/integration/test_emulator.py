"""Starting and stopping the emulator."""

from __future__ import annotations

import io
import socket
import zipfile
from pathlib import Path
from typing import Any

import pytest

from floorsight.platform.errors import Unavailable
from infra.local import emulator as emulators
from infra.local.emulator import (
    HOST,
    free_port,
    prepare_emulator,
    run_emulator,
    start_emulator,
)
from tests.cloud import make_client
from tests.waiting import eventually

pytestmark = pytest.mark.cloud


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs and saved state of these emulators go where the tests' other files go."""
    prepare_emulator()
    monkeypatch.setattr(emulators, "STATE", tmp_path)


def test_it_answers_while_it_runs_and_is_gone_afterwards() -> None:
    with run_emulator(free_port()) as emulator:
        eventually(emulator.endpoint.is_healthy, "an answer")
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
        make_client("kinesis", emulator.endpoint).create_stream(StreamName="kept", ShardCount=1)
    with run_emulator(port, persist=True) as emulator:
        assert make_client("kinesis", emulator.endpoint).list_streams()["StreamNames"] == ["kept"]
    with run_emulator(port) as emulator:
        assert make_client("kinesis", emulator.endpoint).list_streams()["StreamNames"] == []


def test_what_functions_unpack_is_gone_with_it(tmp_path: Path) -> None:
    def unpacked() -> list[Path]:
        return [folder for folder in tmp_path.rglob("ministack-lambda-*") if folder.is_dir()]

    with run_emulator(free_port()) as emulator:
        assert call_a_function(make_client("lambda", emulator.endpoint)) == b'"done"'
        assert unpacked()
    assert not unpacked()


def call_a_function(lambda_: Any) -> bytes:
    """What a new function answers that says `done`."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "def handler(event, context):\n    return 'done'\n")
    lambda_.create_function(
        FunctionName="says-done",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/nobody",
        Handler="handler.handler",
        Code={"ZipFile": code.getvalue()},
    )
    answer: bytes = lambda_.invoke(FunctionName="says-done")["Payload"].read()
    return answer
