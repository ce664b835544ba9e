"""What a function is made of: its environment, its zip, its layers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from floorsight.platform.errors import Malformed, NotFound
from floorsight.platform.settings import (
    AnalyseImageSettings,
    QueryApiSettings,
    RecognisePersonSettings,
    RecordProcessingSettings,
    RecordStreamSettings,
    RunJobSettings,
    Settings,
    UpdateOccupancySettings,
    VisionWorkerSettings,
    variable_name,
)
from infra.assets import stage_function
from infra.layers import LAMBDA, THIS_MACHINE, build_layer, pins, read_lock
from tests.infra.conftest import SynthesisedStage


def required_and_optional(settings: type[Settings]) -> tuple[set[str], set[str]]:
    fields = settings.model_fields
    required = {variable_name(name) for name, field in fields.items() if field.is_required()}
    return required, {variable_name(name) for name in fields}


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("update_occupancy", UpdateOccupancySettings),
        ("record_stream", RecordStreamSettings),
        ("run_job", RunJobSettings),
        ("recognise_person", RecognisePersonSettings),
        ("query_api", QueryApiSettings),
        ("analyse_image", AnalyseImageSettings),
        ("record_processing", RecordProcessingSettings),
    ],
)
def test_the_environment_is_what_the_settings_class_reads(
    stage: SynthesisedStage, name: str, settings: type[Settings]
) -> None:
    function = stage.function(name).properties
    required, known = required_and_optional(settings)
    assert required <= set(function["Environment"]["Variables"]) <= known


def test_every_process_of_ours_is_told_its_stage(stage: SynthesisedStage) -> None:
    """What it counts is told apart by it."""
    functions = [f for f in stage.resources("AWS::Lambda::Function") if "DrainECSHook" not in f.logical_id]
    environments = [function.properties["Environment"]["Variables"] for function in functions]
    for task in stage.resources("AWS::ECS::TaskDefinition"):
        (container,) = task.properties["ContainerDefinitions"]
        environments.append({entry["Name"]: entry["Value"] for entry in container["Environment"]})
    assert {found.get("FLOORSIGHT_STAGE") for found in environments} == {stage.settings.stage.value}


def test_the_workers_environment_is_what_its_settings_class_reads(dev: SynthesisedStage) -> None:
    (container,) = dev.resource("vision", "AWS::ECS::TaskDefinition").properties["ContainerDefinitions"]
    required, known = required_and_optional(VisionWorkerSettings)
    # The region is for boto3, which reads it itself.
    assert (
        required
        <= {variable["Name"] for variable in container["Environment"]}
        <= known | {"AWS_DEFAULT_REGION"}
    )


def staged_files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def test_update_occupancy_is_staged_without_vision(tmp_path: Path) -> None:
    files = staged_files(stage_function("update_occupancy", tmp_path / "zip"))
    assert "functions/update_occupancy/handler.py" in files
    assert "floorsight/occupancy/service.py" in files
    assert "floorsight/__init__.py" in files
    assert not [file for file in files if file.startswith(("floorsight/vision/", "functions/query_api/"))]
    assert not [file for file in files if "__pycache__" in file]


def test_staging_is_the_same_every_time(tmp_path: Path) -> None:
    first = stage_function("update_occupancy", tmp_path / "first")
    second = stage_function("update_occupancy", tmp_path / "second")
    assert staged_files(first) == staged_files(second)
    assert all((first / file).read_bytes() == (second / file).read_bytes() for file in staged_files(first))


def test_declared_folders_go_into_the_zip_and_missing_ones_are_named(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("hello")
    folder = stage_function("update_occupancy", tmp_path / "zip", {"console": tmp_path / "page"})
    assert (folder / "console" / "index.html").read_text() == "hello"
    with pytest.raises(NotFound, match="does not exist"):
        stage_function("update_occupancy", tmp_path / "other", {"console": tmp_path / "nowhere"})


def test_an_unknown_function_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"functions/fly_away/handler\.py"):
        stage_function("fly_away", tmp_path)


def test_the_api_layer_adds_only_what_the_core_layer_lacks() -> None:
    core = build_layer("core", LAMBDA).folder / "python"
    api = build_layer("api", LAMBDA, base="core").folder / "python"
    assert (core / "pydantic").is_dir()
    assert (api / "fastapi").is_dir()
    assert not (api / "pydantic").exists()
    assert set(pins(read_lock("api"))) - set(pins(read_lock("core")))


def test_layers_are_built_for_the_interpreter_that_runs_them() -> None:
    def native(folder: Path) -> str:
        (file,) = (folder / "python" / "pydantic_core").glob("_pydantic_core*.so")
        return file.name

    assert "cpython-313-aarch64" in native(build_layer("core", LAMBDA).folder)
    assert str(sys.implementation.cache_tag) in native(build_layer("core", THIS_MACHINE).folder)


def test_locks_that_disagree_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    locks = {
        "core": "pydantic==1.0 \\\n    --hash=sha256:00\n",
        "api": "pydantic==2.0 \\\n    --hash=sha256:00\n",
    }
    monkeypatch.setattr("infra.layers.read_lock", locks.__getitem__)
    with pytest.raises(Malformed, match=r"pydantic 2\.0/1\.0"):
        build_layer("api", LAMBDA, base="core")
