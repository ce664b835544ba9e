"""Logs and metrics as lines of JSON."""

from __future__ import annotations

import io
import json
import logging
import sys
from pathlib import Path

import pytest

from floorsight.platform.observability import JsonFormatter, emit_metrics


def test_a_log_line_carries_extras_and_exceptions() -> None:
    try:
        raise ValueError("why")
    except ValueError as error:
        fault = (type(error), error, error.__traceback__)
    record = logging.LogRecord("room", logging.ERROR, "f.py", 1, "not %s", ("recorded",), fault)
    record.camera = "door-1"
    line = json.loads(JsonFormatter().format(record))
    assert (line["level"], line["logger"], line["message"]) == ("ERROR", "room", "not recorded")
    assert line["camera"] == "door-1"
    assert "ValueError: why" in line["exception"]
    assert line["time"].endswith("Z")


def test_metrics_are_in_the_embedded_format(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOORSIGHT_STAGE", "prod")
    emit_metrics({"ChunksMissed": 2}, dimensions={"camera": "door-1"}, units={})
    line = json.loads(capsys.readouterr().out)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "Floorsight",
        "Dimensions": [["stage", "camera"], ["stage"]],  # alarms watch the latter: their own stage's
        "Metrics": [{"Name": "ChunksMissed", "Unit": "Count"}],
    }
    assert (line["stage"], line["camera"], line["ChunksMissed"]) == ("prod", "door-1", 2)


def test_metrics_of_no_camera_have_their_stage_too(capsys: pytest.CaptureFixture[str]) -> None:
    emit_metrics({"Alerts": 1}, dimensions={})
    line = json.loads(capsys.readouterr().out)
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["stage"]]
    assert line["stage"] == "local"


def test_an_output_that_is_full_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this machine has no /dev/full")
    with full.open("wb", buffering=0) as raw:
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, write_through=True))
        emit_metrics({"Alerts": 1}, dimensions={})
        monkeypatch.undo()
    assert "No space left on device" in caplog.text, "told where logs still go"


def test_an_output_that_is_closed_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    emit_metrics({"Alerts": 1}, dimensions={})
    monkeypatch.undo()
    assert "closed file" in caplog.text
