"""Settings: environment in, environment out."""

from __future__ import annotations

import pytest

from floorsight.platform.errors import Malformed
from floorsight.platform.settings import (
    UpdateOccupancySettings,
    VisionWorkerSettings,
    read_attempt_number,
    read_stage,
)

WORKER = VisionWorkerSettings(
    chunk_stream="c",
    registry_table="r",
    presence_table="p",
    trails_table="t",
    media_bucket="m",
    event_bus="b",
)


def test_what_goes_in_comes_out() -> None:
    environment = WORKER.to_environment()
    assert environment["FLOORSIGHT_CHUNK_STREAM"] == "c"
    assert VisionWorkerSettings.from_environment(environment | {"PATH": "/bin"}) == WORKER


def test_every_process_knows_its_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOORSIGHT_STAGE", raising=False)
    assert (WORKER.stage, read_stage()) == ("local", "local")
    monkeypatch.setenv("FLOORSIGHT_STAGE", "dev")
    assert read_stage() == "dev"
    assert (
        VisionWorkerSettings.from_environment(WORKER.to_environment() | {"FLOORSIGHT_STAGE": "dev"}).stage
        == "dev"
    )


def test_batch_tells_a_job_which_attempt_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_BATCH_JOB_ATTEMPT", raising=False)
    assert read_attempt_number() == 1
    monkeypatch.setenv("AWS_BATCH_JOB_ATTEMPT", "8")
    assert read_attempt_number() == 8


def test_all_faults_are_named_at_once() -> None:
    environment = WORKER.to_environment() | {"FLOORSIGHT_INFERENCE_THREADS": "many"}
    del environment["FLOORSIGHT_EVENT_BUS"]
    with pytest.raises(Malformed) as caught:
        VisionWorkerSettings.from_environment(environment)
    assert "FLOORSIGHT_EVENT_BUS" in str(caught.value)
    assert "FLOORSIGHT_INFERENCE_THREADS" in str(caught.value)


def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOORSIGHT_REGISTRY_TABLE", "r")
    monkeypatch.setenv("FLOORSIGHT_PRESENCE_TABLE", "p")
    monkeypatch.setenv("FLOORSIGHT_EVENT_BUS", "b")
    assert UpdateOccupancySettings.from_environment().registry_table == "r"
