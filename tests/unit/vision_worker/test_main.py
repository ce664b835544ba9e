"""Starting: what the worker insists on, and what it exits with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from containers.vision_worker import main, single, worker
from containers.vision_worker.reader import Stuck
from floorsight.platform.errors import Malformed, NotFound
from floorsight.platform.settings import VisionWorkerSettings

SETTINGS = VisionWorkerSettings(
    chunk_stream="c",
    registry_table="r",
    presence_table="p",
    trails_table="t",
    media_bucket="m",
    event_bus="b",
)


class CpuDetector:
    """A detector whose session fell back, as onnxruntime does when CUDA's libraries can't be loaded."""

    provider = "CPUExecutionProvider"
    on_gpu = False

    def __init__(self, *_: Any, **__: Any) -> None:
        """Nothing is loaded."""


def test_a_gpu_that_is_required_and_absent_is_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("floorsight.models.detectors.Detector", CpuDetector)
    with pytest.raises(Malformed, match="CPUExecutionProvider would compute") as refused:
        worker.load_detector(SETTINGS.model_copy(update={"require_gpu": True}))
    assert refused.value.code == "no_gpu"
    assert worker.load_detector(SETTINGS).provider == "CPUExecutionProvider"


def test_face_models_that_are_missing_are_no_start(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="floorsight models pull") as refused:
        worker.find_face_models(SETTINGS.model_copy(update={"models_folder": str(tmp_path)}))
    assert refused.value.code == "model_missing"


def test_plate_models_that_are_missing_are_no_start(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="floorsight models pull") as refused:
        worker.find_plate_models(SETTINGS.model_copy(update={"models_folder": str(tmp_path)}))
    assert refused.value.code == "model_missing"


def test_a_worker_that_is_stuck_says_so_and_exits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def get_stuck(*_: Any) -> None:
        raise Stuck("no progress")

    for name, value in SETTINGS.to_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("floorsight.models.detectors.Detector", CpuDetector)
    monkeypatch.setattr(single, "Analyst", lambda *_: None)
    monkeypatch.setattr(single, "_read", get_stuck)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert main.main([]) == 3
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["WorkerGaveUp"] for line in lines if "WorkerGaveUp" in line] == [1]
