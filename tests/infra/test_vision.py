"""The vision service: absent locally, asleep at zero, awake on demand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kinesis as kinesis
from aws_cdk.aws_logs import RetentionDays

from floorsight.models.catalogue import load_catalogue
from floorsight.platform.settings import (
    DEFAULT_DETECTOR,
    DEFAULT_FACE_DETECTOR,
    DEFAULT_FACE_EMBEDDER,
    DEFAULT_PLATE_DETECTOR,
    DEFAULT_PLATE_READER,
    DEFAULT_PLATE_TEXT_DETECTOR,
)
from infra.constructs.vision_compute import HEARTBEAT_CHECK
from infra.constructs.vision_scaling import VisionScaling
from infra.paths import REPOSITORY
from infra.settings import Stage, StageSettings, VisionCompute
from tests.infra.conftest import Json, SynthesisedStage


def test_the_local_stage_has_nothing_that_the_emulator_refuses(local: SynthesisedStage) -> None:
    assert "vision" not in local.templates
    refused = ("AWS::ECS::", "AWS::ApplicationAutoScaling::", "AWS::Batch::", "AWS::EC2::", "Custom::")
    assert [str(one) for one in local.resources() if one.type.startswith(refused)] == []


def test_the_local_stage_is_otherwise_what_dev_is(local: SynthesisedStage, dev: SynthesisedStage) -> None:
    assert set(local.templates) == set(dev.templates) - {"vision", "recordings"}
    for stack in local.templates:
        here = Counter(one.type for one in local.resources() if one.stack == stack)
        if stack == "alarms":
            here["AWS::CloudWatch::Alarm"] += 2  # the one on an expression, and that of failed recordings
        if stack == "images":
            del here["AWS::Lambda::LayerVersion"]  # an image needs none
        assert here == Counter(one.type for one in dev.resources() if one.stack == stack), stack


@pytest.mark.parametrize("name", ["dev", "prod", "gpu_fleet"])
def test_the_service_sleeps_at_zero(name: str, request: pytest.FixtureRequest) -> None:
    stage: SynthesisedStage = request.getfixturevalue(name)
    service = stage.resource("vision", "AWS::ECS::Service").properties
    assert service["DesiredCount"] == 0
    target = stage.resource("vision", "AWS::ApplicationAutoScaling::ScalableTarget").properties
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, stage.settings.vision_max_tasks)


@pytest.mark.parametrize("name", ["dev", "gpu_fleet"])
def test_a_worker_that_hangs_is_replaced_and_one_that_stops_has_time(
    name: str, request: pytest.FixtureRequest
) -> None:
    stage: SynthesisedStage = request.getfixturevalue(name)
    (container,) = stage.resource("vision", "AWS::ECS::TaskDefinition").properties["ContainerDefinitions"]
    assert container["HealthCheck"]["Command"] == ["CMD", "python", "-c", HEARTBEAT_CHECK]
    environment = {entry["Name"]: entry["Value"] for entry in container["Environment"]}
    assert environment["FLOORSIGHT_HEARTBEAT_FILE"] in HEARTBEAT_CHECK
    assert container["StopTimeout"] == 120


def test_tasks_know_their_region_their_detector_and_whether_a_gpu_is_a_must(
    dev: SynthesisedStage, gpu_fleet: SynthesisedStage
) -> None:
    known = {entry.name for entry in load_catalogue(REPOSITORY / "models.toml").entries}
    for stage, gpu, detector in (
        (dev, "False", "nanodet-g-416-int8"),
        (gpu_fleet, "True", "nanodet-g-416-half"),
    ):
        (container,) = stage.resource("vision", "AWS::ECS::TaskDefinition").properties["ContainerDefinitions"]
        environment = {entry["Name"]: entry["Value"] for entry in container["Environment"]}
        assert environment["AWS_DEFAULT_REGION"] == {"Ref": "AWS::Region"}
        assert environment["FLOORSIGHT_REQUIRE_GPU"] == gpu
        assert environment["FLOORSIGHT_DETECTOR"] == detector
        assert detector in known


@pytest.mark.parametrize("folder", ["containers/vision_worker", "functions/analyse_image"])
def test_an_image_built_by_hand_has_the_default_models(folder: str) -> None:
    dockerfile = (REPOSITORY / folder / "Dockerfile").read_text()
    assert f'ARG MODELS="{DEFAULT_DETECTOR}"' in dockerfile
    assert f'ARG FACE_MODELS="{DEFAULT_FACE_DETECTOR} {DEFAULT_FACE_EMBEDDER}"' in dockerfile
    assert (
        f'ARG PLATE_MODELS="{DEFAULT_PLATE_DETECTOR} {DEFAULT_PLATE_TEXT_DETECTOR} {DEFAULT_PLATE_READER}"'
        in dockerfile
    )


def test_the_gpu_service_comes_after_the_capacity_that_it_names(gpu_fleet: SynthesisedStage) -> None:
    service = gpu_fleet.resource("vision", "AWS::ECS::Service")
    association = gpu_fleet.resource("vision", "AWS::ECS::ClusterCapacityProviderAssociations")
    assert association.logical_id in service.attributes["DependsOn"]


def test_scaling_takes_the_role_that_aws_gives_it(dev: SynthesisedStage) -> None:
    target = dev.resource("vision", "AWS::ApplicationAutoScaling::ScalableTarget").properties
    assert "AWSServiceRoleForApplicationAutoScaling_ECSService" in json.dumps(target["RoleARN"])
    roles = json.dumps([role.properties for role in dev.resources("AWS::IAM::Role")])
    assert "application-autoscaling" not in roles


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


def test_metrics_without_samples_are_passed_over(dev: SynthesisedStage) -> None:
    """A sum of single metrics would be missing as soon as one of them is."""
    steps = scaling_steps(dev)
    assert "SUM([incoming, awake])" in steps["Wake"].expressions
    assert "MAX([busy, age])" in steps["Sleep"].expressions


@pytest.fixture
def fleet(tmp_path: Path) -> SynthesisedStage:
    """The scaling of several workers by itself."""
    app = App(outdir=str(tmp_path), analytics_reporting=False)
    stack = Stack(app, "vision")
    cluster = ecs.Cluster(stack, "Cluster", vpc=ec2.Vpc(stack, "Vpc", nat_gateways=0))
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container("Worker", image=ecs.ContainerImage.from_registry("worker"))
    service = ecs.FargateService(
        stack, "Worker", cluster=cluster, task_definition=task, min_healthy_percent=0, max_healthy_percent=100
    )
    stream = kinesis.Stream(stack, "Chunks")
    VisionScaling(stack, "Scaling", stage="dev", max_tasks=3, service=service, stream=stream)
    app.synth()
    template = json.loads((tmp_path / "vision.template.json").read_text())
    return SynthesisedStage(
        app,
        StageSettings(stage=Stage.DEV, keep_data=False, log_retention=RetentionDays.ONE_DAY),
        tmp_path,
        {"vision": template},
    )


def test_a_fleet_also_follows_the_lag_and_never_shrinks_to_nothing_by_it(fleet: SynthesisedStage) -> None:
    steps = scaling_steps(fleet)
    assert set(steps) == {"Wake", "Sleep", "Grow", "Shrink"}
    metrics = [m["MetricStat"]["Metric"] for m in steps["Grow"].alarm["Metrics"] if "MetricStat" in m]
    assert {metric["MetricName"] for metric in metrics} == {
        "GetRecords.IteratorAgeMilliseconds",
        "ShardsUnassigned",
    }
    assert "MAX([age, left_over])" in steps["Grow"].expressions
    # A new task needs minutes to start and KCL minutes to move shards to it.
    assert (steps["Grow"].policy["Cooldown"], steps["Shrink"].policy["Cooldown"]) == (300, 300)
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
    assert (fleet.properties["MinSize"], fleet.properties["MaxSize"]) == ("0", "4")


def test_workers_are_a_fleet_whose_tables_are_kcls(dev: SynthesisedStage, prod: SynthesisedStage) -> None:
    for stage, application, threads in (
        (dev, "floorsight-dev-workers", "2"),
        (prod, "floorsight-prod-workers", "1"),
    ):
        (container,) = stage.resource("vision", "AWS::ECS::TaskDefinition").properties["ContainerDefinitions"]
        environment = {entry["Name"]: entry["Value"] for entry in container["Environment"]}
        assert environment["FLOORSIGHT_READER"] == "kcl"
        assert environment["FLOORSIGHT_FLEET_APPLICATION"] == application
        assert environment["FLOORSIGHT_INFERENCE_THREADS"] == threads
        assert environment["FLOORSIGHT_FLEET_MAX_LEASES"] == "4"
        tables = {
            table.properties["TableName"]: table
            for table in stage.resources("AWS::DynamoDB::Table")
            if table.stack == "vision"
        }
        assert set(tables) == {
            application,
            f"{application}-WorkerMetricStats",
            f"{application}-CoordinatorState",
        }
        # Who removes a stage leaves none of them behind: what they say is of no use without the stream.
        assert {table.attributes["DeletionPolicy"] for table in tables.values()} == {"Delete"}
        (index,) = tables[application].properties["GlobalSecondaryIndexes"]
        assert index["IndexName"] == "LeaseOwnerToLeaseKeyIndex"
        assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_in_a_forced_deployment_a_new_task_joins_before_an_old_one_leaves(
    dev: SynthesisedStage, gpu_fleet: SynthesisedStage
) -> None:
    for stage, least in ((dev, 100), (gpu_fleet, 0)):  # no GPU stands by
        service = stage.resource("vision", "AWS::ECS::Service").properties
        assert service["DeploymentConfiguration"]["MinimumHealthyPercent"] == least


def test_the_images_context_holds_the_workers_code_and_nothing_of_the_machine(dev: SynthesisedStage) -> None:
    (image,) = json.loads((dev.folder / "floorsight-dev-vision.assets.json").read_text())[
        "dockerImages"
    ].values()
    context = dev.folder / image["source"]["directory"]
    assert (context / "containers/vision_worker/Dockerfile").is_file()
    assert (context / "shared/floorsight/__init__.py").is_file()
    assert (context / "models.toml").is_file()
    expected = {"containers", "shared", "infra", "models.toml", "requirements"}
    assert {entry.name for entry in context.iterdir()} == expected
    assert [entry.name for entry in (context / "requirements").iterdir()] == ["easyocr.lock"]
    assert not list(context.rglob("__pycache__"))
