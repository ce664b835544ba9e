"""The version is said in two places that must agree."""

from __future__ import annotations

import tomllib
from pathlib import Path

import floorsight


def test_the_package_has_the_projects_version() -> None:
    project = tomllib.loads((Path(__file__).resolve().parents[3] / "pyproject.toml").read_text())
    assert floorsight.__version__ == project["project"]["version"]
