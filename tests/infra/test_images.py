"""The function of images: in an image on AWS, in a zip on one machine; Docker only when it is deployed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from floorsight.platform.settings import AnalyseImageSettings
from infra.paths import REPOSITORY
from tests.infra.conftest import SynthesisedStage

NAME = "analyse_image"


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_on_aws_it_is_an_image_that_holds_its_code_and_not_the_repository(
    name: str, request: pytest.FixtureRequest
) -> None:
    stage: SynthesisedStage = request.getfixturevalue(name)
    function = stage.function(NAME).properties
    assert (function["PackageType"], function["Architectures"]) == ("Image", ["x86_64"])
    digest = json.dumps(function["Code"]["ImageUri"]).rpartition(":")[2].split('"')[0]
    context = stage.folder / f"asset.{digest}"
    for needed in (f"functions/{NAME}/Dockerfile", "functions/gateway/access.py", "models.toml"):
        assert (context / needed).is_file(), needed
    for kept_out in ("tests", "console", "functions/query_api", "models", "containers/vision_worker/main.py"):
        assert not (context / kept_out).exists(), kept_out


def test_its_image_holds_the_models_that_it_is_told_to_run(dev: SynthesisedStage) -> None:
    (image,) = json.loads((dev.folder / "floorsight-dev-images.assets.json").read_text())[
        "dockerImages"
    ].values()
    settings = AnalyseImageSettings.from_environment(
        {
            name: str(value)
            for name, value in dev.function(NAME).properties["Environment"]["Variables"].items()
        }
    )
    assert image["source"]["dockerBuildArgs"] == {
        "MODELS": settings.detector,
        "FACE_MODELS": f"{settings.face_detector} {settings.face_embedder}",
        "PLATE_MODELS": " ".join(
            (settings.plate_detector, settings.plate_text_detector, settings.plate_reader)
        ),
    }


def test_locally_it_finds_the_models_of_this_repository(local: SynthesisedStage) -> None:
    function = local.function(NAME).properties
    assert "PackageType" not in function
    assert Path(function["Environment"]["Variables"]["FLOORSIGHT_MODELS_FOLDER"]) == REPOSITORY / "models"


def test_gateway_waits_for_its_answer(stage: SynthesisedStage) -> None:
    assert stage.function(NAME).properties["Timeout"] < 30


def test_what_its_image_copies_is_there() -> None:
    lines = (REPOSITORY / "functions" / NAME / "Dockerfile").read_text().splitlines()
    copied = [
        source
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert copied
    assert [source for source in copied if not (REPOSITORY / source).exists()] == []


def test_both_images_pull_their_models_alike() -> None:
    """The stage that fetches and converts is the same text, so that Docker builds it once."""

    def models_stage(dockerfile: str) -> list[str]:
        text = (REPOSITORY / dockerfile).read_text()
        return text[text.index("FROM ${PYTHON} AS models") :].partition("\n\n")[0].splitlines()

    ours, theirs = (
        models_stage(f"{place}/Dockerfile") for place in (f"functions/{NAME}", "containers/vision_worker")
    )
    assert ours == theirs
