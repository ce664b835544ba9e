"""`floorsight publish` becomes the publisher: its options, its exit code, the user's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from containers.edge_publisher.options import read_arguments
from floorsight.platform.settings import EdgePublisherSettings
from infra.local import cli


class Running:
    """Stands in for a deployment on this machine."""

    def publisher_settings(self) -> EdgePublisherSettings:
        return EdgePublisherSettings(chunk_stream="chunks", media_bucket="media")

    def environment(self, settings: EdgePublisherSettings) -> dict[str, str]:
        return settings.to_environment()


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command turned into."""
    found: dict[str, Any] = {}

    def become(module: str, arguments: list[str], environment: dict[str, str], *, folder: Path) -> None:
        found.update(module=module, arguments=arguments, environment=environment, folder=folder)

    monkeypatch.setattr(cli, "_become", become)
    monkeypatch.setattr(cli.Deployment, "load", lambda port: cast("Any", Running()))
    return found


def test_a_camera_with_the_publishers_own_options(
    became: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOORSIGHT_CAMERA_USER", "admin")
    monkeypatch.setenv("FLOORSIGHT_CAMERA_PASSWORD", "secret")
    command = "publish rtsp://10.0.0.4/a --site plant-1 --camera gate --motion-gate --stall-seconds 5"
    done = CliRunner().invoke(cli.app, command.split())
    assert done.exit_code == 0, done.output
    assert became["module"] == "containers.edge_publisher"
    options = read_arguments(became["arguments"])
    assert (options.source, options.camera) == ("rtsp://10.0.0.4/a", "gate")
    assert (options.motion_gate, options.stall_seconds) == (True, 5.0)
    environment = became["environment"]
    assert environment["FLOORSIGHT_CAMERA_PASSWORD"] == "secret"
    assert environment["FLOORSIGHT_CHUNK_STREAM"] == "chunks"
    assert "secret" not in " ".join(became["arguments"])


def test_a_file_is_looked_for_where_the_user_is(
    became: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    command = "publish yard.mp4 --site plant-1 --camera gate --fast --times 3"
    assert CliRunner().invoke(cli.app, command.split()).exit_code == 0
    options = read_arguments(became["arguments"])
    assert (options.source, options.fast, options.times) == ("yard.mp4", True, 3)
    assert became["folder"] == tmp_path
