"""What a function carries is what its handler imports, and what it must not import it does not."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.assets import stage_function
from infra.paths import REPOSITORY

FUNCTIONS = sorted(file.parent.name for file in (REPOSITORY / "functions").glob("*/handler.py"))
# Clients import boto3 when the first one is made; vision belongs to containers and to functions in images.
VISION = {"av", "cv2", "lap", "numpy", "onnxruntime", "floorsight.vision"}
FORBIDDEN = {"boto3", "botocore"} | VISION
WITH_VISION = {"analyse_image": VISION, "recognise_person": {"numpy", "floorsight.vision"}}
# What runs in a fresh interpreter: installed packages, the zip's folder, and not this repository.
IMPORT_ALONE = """
import importlib, json, sys
folder, handler = sys.argv[1:]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
sys.path = [folder] + [path for path in sys.path if "/lib" in path]
assert callable(importlib.import_module(handler).handler)
print(json.dumps({name: getattr(module, "__file__", None) for name, module in sys.modules.items()}))
"""


@dataclass(frozen=True)
class ImportedFunction:
    """A staged function, and the files of all modules that importing its handler loaded."""

    name: str
    folder: Path
    modules: dict[str, str | None]


@pytest.fixture(scope="module", params=FUNCTIONS)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ImportedFunction:
    name: str = request.param
    folder = stage_function(name, tmp_path_factory.mktemp(name) / "zip")
    answer = subprocess.run(
        [sys.executable, "-I", "-B", "-c", IMPORT_ALONE, str(folder), f"functions.{name}.handler"],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return ImportedFunction(name, folder, json.loads(answer.stdout))


def test_the_handler_needs_nothing_else_of_ours(imported: ImportedFunction) -> None:
    ours = {
        name: file
        for name, file in imported.modules.items()
        if name.partition(".")[0] in {"floorsight", "functions"}
    }
    assert ours
    assert all(file is None or Path(file).is_relative_to(imported.folder) for file in ours.values()), ours


def test_the_zip_holds_no_module_that_the_handler_does_not_load(imported: ImportedFunction) -> None:
    carried = {str(file) for file in imported.folder.rglob("*.py")}
    unused = carried - set(imported.modules.values())
    # The catalogue names the ways in which models are converted; they are loaded when one is pulled.
    conversion = imported.folder / "floorsight" / "models" / "conversion"
    assert {file for file in unused if not Path(file).is_relative_to(conversion)} == set()


def test_the_import_loads_no_client_and_no_vision(imported: ImportedFunction) -> None:
    allowed = WITH_VISION.get(imported.name, set())
    assert not (FORBIDDEN - allowed) & set(imported.modules)
