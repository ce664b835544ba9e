"""The default threshold and margin follow from real photographs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from floorsight.identity.policy.model import DEFAULT_MARGIN, DEFAULT_THRESHOLD
from infra.local.faces_cli import faces_app

pytestmark = pytest.mark.media


def test_the_defaults_are_what_the_photographs_recommend(tmp_path: Path) -> None:
    plot = tmp_path / "faces.svg"
    done = CliRunner().invoke(faces_app, ["calibrate", "--json", "--plot", str(plot)])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["people"] == 7
    advice = report["recommendation"]
    assert (advice["threshold"], advice["margin"]) == (DEFAULT_THRESHOLD, DEFAULT_MARGIN)
    by_name = {each["name"]: each for each in report["conditions"]}
    sharp = by_name["as it is"]
    assert sharp["rates"]["false_rejects"]["count"] == sharp["rates"]["strangers"]["count"] == 0
    assert sharp["rates"]["false_rejects"]["of"] >= 25
    assert sharp["highest_different"] < advice["threshold"] < sharp["lowest_same"]
    assert f"threshold {advice['threshold']:.2f}" in plot.read_text()
