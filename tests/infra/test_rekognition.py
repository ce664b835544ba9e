"""Who may ask Amazon Rekognition what, where a stage has it on; nobody where it has not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.settings import read_settings
from tests.infra.conftest import SynthesisedStage, synthesise
from tests.infra.test_least_privilege import listed, role_of_function, statements
from tests.infra.test_nag import violations

REMOVING = {"rekognition:DeleteFaces", "rekognition:ListFaces"}
KEEPING = {
    f"rekognition:{action}" for action in ("CreateCollection", "DeleteFaces", "IndexFaces", "ListFaces")
}


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> SynthesisedStage:
    return synthesise(tmp_path_factory.mktemp("rekognition"), stage="dev", rekognition="true")


def actions_on_faces(stage: SynthesisedStage, function: str) -> set[str]:
    return {
        action
        for statement in stage.policies_of(role_of_function(stage, function))
        for action in listed(statement["Action"])
        if action.startswith("rekognition:")
    }


def test_it_is_off_unless_somebody_turns_it_on(stage: SynthesisedStage) -> None:
    assert not stage.settings.rekognition
    allowed = {action for _, each in statements(stage) for action in listed(each["Action"])}
    assert {action for action in allowed if action.startswith("rekognition:")} == REMOVING


@pytest.mark.parametrize("function", ["analyse_image", "query_api", "run_job"])
def test_faces_can_be_erased_there_after_it_was_turned_off(dev: SynthesisedStage, function: str) -> None:
    assert actions_on_faces(dev, function) == REMOVING


def test_the_command_line_turns_it_on() -> None:
    assert read_settings({"stage": "dev", "rekognition": "true"}.get).rekognition


def test_who_names_and_erases_may_not_search(asking: SynthesisedStage) -> None:
    assert actions_on_faces(asking, "query_api") == KEEPING


def test_who_takes_images_enrols_and_searches(asking: SynthesisedStage) -> None:
    """Photographs are enrolled, and frames by API answered in place."""
    assert actions_on_faces(asking, "analyse_image") == KEEPING | {"rekognition:SearchFacesByImage"}


def test_who_purges_only_removes(asking: SynthesisedStage) -> None:
    assert actions_on_faces(asking, "run_job") == REMOVING


def test_who_recognises_only_searches(asking: SynthesisedStage) -> None:
    assert actions_on_faces(asking, "recognise_person") == {"rekognition:SearchFacesByImage"}


def test_only_the_stages_own_collections(asking: SynthesisedStage) -> None:
    found = [
        statement for _, statement in statements(asking) if "rekognition:" in json.dumps(statement["Action"])
    ]
    assert found
    for statement in found:
        (resource,) = listed(statement["Resource"])
        assert resource["Fn::Join"][1][-1] == ":collection/floorsight-dev-*"


def test_nobody_else_may_ask(asking: SynthesisedStage) -> None:
    policies = {
        str(policy) for policy, each in statements(asking) if "rekognition:" in json.dumps(each["Action"])
    }
    functions = {name.split("/")[1].partition("Role")[0] for name in policies}
    assert functions == {"AnalyseImage", "QueryApi", "RecognisePerson", "RunJob"}


def test_somebody_is_told_when_the_money_is_spent(asking: SynthesisedStage, dev: SynthesisedStage) -> None:
    watched = [
        {alarm.properties.get("MetricName") for alarm in stage.resources("AWS::CloudWatch::Alarm")}
        for stage in (asking, dev)
    ]
    assert ["RekognitionSpendCapReached" in metrics for metrics in watched] == [True, False]


@pytest.mark.parametrize("place", [{}, {"account": "123456789012", "region": "eu-central-1"}])
def test_it_passes_the_checks(place: dict[str, str], tmp_path: Path) -> None:
    stage = synthesise(tmp_path, stage="prod", rekognition="true", **place)
    assert violations(stage.app) == []
