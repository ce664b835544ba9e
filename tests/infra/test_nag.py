"""cdk-nag's AwsSolutions pack, on what goes to AWS."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks

from tests.infra.conftest import SynthesisedStage, synthesise


def violations(app: App) -> list[str]:
    report = AwsSolutionsChecks(app).validate_scope(app)
    return [
        f"{violation.rule_name}: {resource.construct_path}"
        for violation in report.violations
        for resource in violation.violating_resources
    ]


@pytest.mark.parametrize("name", ["dev", "prod", "gpu_fleet"])
def test_a_stage_on_aws_passes(name: str, request: pytest.FixtureRequest) -> None:
    stage: SynthesisedStage = request.getfixturevalue(name)
    assert violations(stage.app) == []


@pytest.mark.parametrize(
    "place", [{"account": "123456789012", "region": "eu-central-1"}, {"region": "eu-central-1"}]
)
def test_a_stage_whose_place_is_given_passes(place: dict[str, str], tmp_path: Path) -> None:
    """Findings then have the place's names; CDK validates what it synthesises, and fails by them too."""
    stage = synthesise(tmp_path, stage="prod", vision_compute="ec2-gpu", **place)
    assert violations(stage.app) == []


def test_the_check_finds_faults() -> None:
    app = App()
    sqs.Queue(Stack(app, "Careless"), "Queue")
    assert any("SQS" in violation for violation in violations(app))
