"""The vision service: absent locally, asleep at zero, awake on demand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

import pytest

from infra.settings import VisionCompute
from tests.infra.conftest import Json, SynthesisedStage


def test_the_local_stage_has_nothing_that_the_emulator_refuses(local: SynthesisedStage) -> None:
    assert set(local.templates) == {"data", "ingest", "bus", "api", "alarms"}
    refused = ("AWS::ECS::", "AWS::ApplicationAutoScaling::", "AWS::Batch::", "AWS::EC2::", "Custom::")
    assert [str(one) for one in local.resources() if one.type.startswith(refused)] == []


def test_the_local_stage_is_otherwise_what_dev_is(local: SynthesisedStage, dev: SynthesisedStage) -> None:
    for stack in local.templates:
        here = Counter(one.type for one in local.resources() if one.stack == stack)
        assert here == Counter(one.type for one in dev.resources() if one.stack == stack), stack


@pytest.mark.parametrize("name", ["dev", "prod", "gpu_fleet"])
def test_the_service_sleeps_at_zero_and_undoes_a_bad_deployment(
    name: str, request: pytest.FixtureRequest
) -> None:
    stage: SynthesisedStage = request.getfixturevalue(name)
    service = stage.resource("vision", "AWS::ECS::Service").properties
    assert service["DesiredCount"] == 0
    assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {
        "Enable": True,
        "Rollback": True,
    }
    target = stage.resource("vision", "AWS::ApplicationAutoScaling::ScalableTarget").properties
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, stage.settings.vision_max_tasks)


@dataclass(frozen=True)
class ScalingStep:
    """A scaling alarm with what it does."""

    alarm: Json
    policy: Json

    @property
    def expressions(self) -> str:
        return "; ".join(m["Expression"] for m in self.alarm.get("Metrics", []) if "Expression" in m)


def scaling_steps(stage: SynthesisedStage) -> dict[str, ScalingStep]:
    """The scaling alarms of the vision stack with their policies, by name."""
    policies = {
        policy.logical_id: policy.properties["StepScalingPolicyConfiguration"]
        for policy in stage.resources("AWS::ApplicationAutoScaling::ScalingPolicy")
    }
    return {
        alarm.logical_id.removeprefix("Scaling")[:-8]: ScalingStep(
            alarm.properties, policies[alarm.properties["AlarmActions"][0]["Ref"]]
        )
        for alarm in stage.resources("AWS::CloudWatch::Alarm")
        if alarm.stack == "vision"
    }


def test_a_single_worker_wakes_on_records_and_sleeps_when_all_is_read(dev: SynthesisedStage) -> None:
    steps = scaling_steps(dev)
    assert set(steps) == {"Wake", "Sleep"}
    wake, sleep = steps["Wake"], steps["Sleep"]
    assert wake.policy["AdjustmentType"] == sleep.policy["AdjustmentType"] == "ExactCapacity"
    assert wake.policy["StepAdjustments"] == [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]
    assert sleep.policy["StepAdjustments"] == [{"MetricIntervalUpperBound": 0, "ScalingAdjustment": 0}]
    assert (wake.alarm["EvaluationPeriods"], sleep.alarm["EvaluationPeriods"]) == (1, 15)
    assert (wake.alarm["TreatMissingData"], sleep.alarm["TreatMissingData"]) == ("notBreaching", "breaching")


def test_metrics_without_samples_are_passed_over(gpu_fleet: SynthesisedStage) -> None:
    """A sum of single metrics would be missing as soon as one of them is."""
    steps = scaling_steps(gpu_fleet)
    assert "SUM([incoming, awake])" in steps["Wake"].expressions
    assert "MAX([busy, age])" in steps["Sleep"].expressions


def test_a_fleet_also_follows_the_lag_and_never_shrinks_to_nothing_by_it(gpu_fleet: SynthesisedStage) -> None:
    steps = scaling_steps(gpu_fleet)
    assert set(steps) == {"Wake", "Sleep", "Grow", "Shrink"}
    assert steps["Grow"].alarm["MetricName"] == "GetRecords.IteratorAgeMilliseconds"
    assert steps["Grow"].policy["StepAdjustments"][0]["ScalingAdjustment"] == 1
    assert "running > 1" in steps["Shrink"].expressions
    assert steps["Shrink"].policy["StepAdjustments"][0]["ScalingAdjustment"] == -1
    # A wake that comes while a fleet runs would set it back to one.
    assert "running * -1000000000" in steps["Wake"].expressions


def test_nothing_can_reach_a_worker_and_no_nat_is_paid_for(dev: SynthesisedStage) -> None:
    assert dev.resources("AWS::EC2::NatGateway") == []
    assert dev.resources("AWS::EC2::SecurityGroupIngress") == []
    group = dev.resource("vision", "AWS::EC2::SecurityGroup").properties
    assert "SecurityGroupIngress" not in group


def test_compute_is_a_setting(dev: SynthesisedStage, gpu_fleet: SynthesisedStage) -> None:
    assert dev.settings.vision_compute is VisionCompute.FARGATE
    assert dev.resource("vision", "AWS::ECS::Service").properties["LaunchType"] == "FARGATE"
    assert dev.resources("AWS::AutoScaling::AutoScalingGroup") == []
    template = gpu_fleet.resource("vision", "AWS::EC2::LaunchTemplate").properties["LaunchTemplateData"]
    assert template["InstanceType"] == "g4dn.xlarge"
    assert template["MetadataOptions"]["HttpTokens"] == "required"
    task = gpu_fleet.resource("vision", "AWS::ECS::TaskDefinition").properties
    (container,) = task["ContainerDefinitions"]
    assert container["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]
    (fleet,) = gpu_fleet.resources("AWS::AutoScaling::AutoScalingGroup")
    assert (fleet.properties["MinSize"], fleet.properties["MaxSize"]) == ("0", "3")


def test_the_images_context_holds_the_workers_code_and_nothing_of_the_machine(dev: SynthesisedStage) -> None:
    (image,) = json.loads((dev.folder / "floorsight-dev-vision.assets.json").read_text())[
        "dockerImages"
    ].values()
    context = dev.folder / image["source"]["directory"]
    assert (context / "containers/vision_worker/Dockerfile").is_file()
    assert (context / "shared/floorsight/__init__.py").is_file()
    assert (context / "models.toml").is_file()
    assert {entry.name for entry in context.iterdir()} == {"containers", "shared", "infra", "models.toml"}
    assert not list(context.rglob("__pycache__"))
