"""The commands `models` and `media`, with a catalogue of a local file."""

import hashlib
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from infra.local.models_cli import media_app, models_app

runner = CliRunner()


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    (tmp_path / "clip.avi").write_bytes(b"pictures")
    (tmp_path / "media.toml").write_text(f"""
[[media]]
name = "clip"
version = "1"
licence = "MIT"
source = {{ kind = "file", path = "clip.avi", sha256 = "{hashlib.sha256(b"pictures").hexdigest()}" }}
""")
    return ["--catalogue", str(tmp_path / "media.toml"), "--into", str(tmp_path / "into")]


def pull(tmp_path: Path, options: list[str], *arguments: str) -> int:
    return runner.invoke(
        media_app, ["pull", *options, "--cache", str(tmp_path / "cache"), *arguments]
    ).exit_code


def test_pull_list_verify(tmp_path: Path, options: list[str]) -> None:
    assert runner.invoke(media_app, ["verify", *options]).exit_code == 1  # not there yet
    assert pull(tmp_path, options, "clip") == 0
    assert (tmp_path / "into" / "clip.avi").read_bytes() == b"pictures"
    assert runner.invoke(media_app, ["verify", *options]).exit_code == 0
    (row,) = json.loads(runner.invoke(media_app, ["list", "--json", *options]).stdout)
    assert (row["name"], row["source"], row["pulled"]) == ("clip", "file", True)
    (tmp_path / "into" / "clip.avi").write_bytes(b"changed")
    verified = runner.invoke(media_app, ["verify", *options])
    assert verified.exit_code == 1
    assert "remove it and pull again" in verified.output


def test_wrong_usage(tmp_path: Path, options: list[str]) -> None:
    assert pull(tmp_path, options) == 2
    assert pull(tmp_path, options, "clip", "--all") == 2
    assert pull(tmp_path, options, "film") == 2
    assert not (tmp_path / "into").exists()


def test_a_source_that_is_gone(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "clip.avi").unlink()
    assert pull(tmp_path, options, "--all") == 1


@pytest.mark.parametrize(("app", "name"), [(models_app, "nanodet-g-416"), (media_app, "vtest")])
def test_the_repository_s_catalogues_are_listed(app: typer.Typer, name: str) -> None:
    listed = runner.invoke(app, ["list"])
    assert listed.exit_code == 0
    assert name in listed.output
