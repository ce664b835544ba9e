"""Recorded video as AWS Batch jobs."""

from __future__ import annotations

import json

import pytest

from containers.recorded_video.exits import EXIT_BAD_INPUT, EXIT_REFUSED, UNKNOWN_TIME
from containers.recorded_video.main import read_order
from floorsight.platform.settings import RecordedVideoSettings
from infra.paths import REPOSITORY
from infra.stacks.recordings import ATTEMPTS
from tests.infra.conftest import Json, SynthesisedStage


def container_of(stage: SynthesisedStage) -> Json:
    job = stage.resource("recordings", "AWS::Batch::JobDefinition").properties
    container: Json = job["ContainerProperties"]
    return container


def compute_of(stage: SynthesisedStage) -> Json:
    resources: Json = stage.resource("recordings", "AWS::Batch::ComputeEnvironment").properties[
        "ComputeResources"
    ]
    return resources


def requirements_of(stage: SynthesisedStage) -> dict[str, str]:
    return {entry["Type"]: entry["Value"] for entry in container_of(stage)["ResourceRequirements"]}


def test_the_command_is_one_that_the_entry_point_takes(dev: SynthesisedStage) -> None:
    """The image's entry point is `python -m`, so that the command begins with the module."""
    dockerfile = (REPOSITORY / "containers/vision_worker/Dockerfile").read_text()
    assert '\nENTRYPOINT ["python", "-m"]\n' in dockerfile
    assert "\nCOPY containers/recorded_video containers/recorded_video\n" in dockerfile
    job = dev.resource("recordings", "AWS::Batch::JobDefinition").properties
    given = {
        "video": "s3://media/recordings/yard.mp4",
        "camera": "yard",
        "job_id": "yard-1",
        **job["Parameters"],
    }
    module, *arguments = container_of(dev)["Command"]
    assert module == "containers.recorded_video"
    filled = [given[word.removeprefix("Ref::")] if word.startswith("Ref::") else word for word in arguments]
    order = read_order(filled)
    assert (order.video, order.camera_id, order.job_id) == (given["video"], "yard", "yard-1")
    assert given["started_at"] == UNKNOWN_TIME
    assert order.started_at is None


def test_the_image_holds_the_job(dev: SynthesisedStage) -> None:
    (image,) = json.loads((dev.folder / "floorsight-dev-recordings.assets.json").read_text())[
        "dockerImages"
    ].values()
    context = dev.folder / image["source"]["directory"]
    assert (context / "containers/recorded_video/main.py").is_file()
    vision = json.loads((dev.folder / "floorsight-dev-vision.assets.json").read_text())["dockerImages"]
    assert [entry["source"] for entry in vision.values()] == [image["source"]]


def test_what_can_not_pass_is_not_tried_again_and_all_else_is(dev: SynthesisedStage) -> None:
    strategy = dev.resource("recordings", "AWS::Batch::JobDefinition").properties["RetryStrategy"]
    assert strategy["Attempts"] == ATTEMPTS
    assert strategy["EvaluateOnExit"] == [
        {"Action": "EXIT", "OnExitCode": str(code)} for code in (EXIT_BAD_INPUT, EXIT_REFUSED)
    ]


def test_every_attempt_ends_some_day(dev: SynthesisedStage) -> None:
    job = dev.resource("recordings", "AWS::Batch::JobDefinition").properties
    assert job["Timeout"]["AttemptDurationSeconds"] == 48 * 3600


@pytest.mark.parametrize(("name", "gpu"), [("dev", "False"), ("prod", "False"), ("gpu_fleet", "True")])
def test_the_job_is_told_all_that_it_asks_for(name: str, gpu: str, request: pytest.FixtureRequest) -> None:
    stage: SynthesisedStage = request.getfixturevalue(name)
    environment = {entry["Name"]: entry["Value"] for entry in container_of(stage)["Environment"]}
    assert environment.pop("AWS_DEFAULT_REGION") == {"Ref": "AWS::Region"}
    settings = RecordedVideoSettings.from_environment(
        {variable: str(value) for variable, value in environment.items()}
    )
    assert settings.stage == stage.settings.stage
    assert environment["FLOORSIGHT_REQUIRE_GPU"] == gpu
    assert settings.max_attempts == ATTEMPTS
    assert settings.scratch_gib == stage.settings.recordings_scratch_gib


def test_fargate_has_room_for_the_largest_video(dev: SynthesisedStage) -> None:
    container = container_of(dev)
    storage = container["EphemeralStorage"]["SizeInGiB"]
    assert dev.settings.recordings_scratch_gib < storage <= 200
    assert container["NetworkConfiguration"] == {"AssignPublicIp": "ENABLED"}
    assert requirements_of(dev) == {"VCPU": "2", "MEMORY": "4096"}
    compute = compute_of(dev)
    assert compute["Type"] == "FARGATE_SPOT"
    assert compute["MaxvCpus"] == 2 * dev.settings.recordings_max_jobs


def test_gpu_instances_come_and_go_with_the_jobs(gpu_fleet: SynthesisedStage) -> None:
    compute = compute_of(gpu_fleet)
    assert (compute["Type"], compute["MinvCpus"], compute["InstanceTypes"]) == ("SPOT", 0, ["g4dn.xlarge"])
    assert requirements_of(gpu_fleet) == {"VCPU": "4", "MEMORY": "12288", "GPU": "1"}
    made = gpu_fleet.resource("recordings", "AWS::EC2::LaunchTemplate")
    # Without a version Batch takes the default one, which stays the first whatever a deployment changes.
    newest = {"Fn::GetAtt": [made.logical_id, "LatestVersionNumber"]}
    assert compute["LaunchTemplate"] == {"LaunchTemplateId": {"Ref": made.logical_id}, "Version": newest}
    template = made.properties["LaunchTemplateData"]
    assert template["MetadataOptions"] == {"HttpPutResponseHopLimit": 1, "HttpTokens": "required"}
    (disk,) = template["BlockDeviceMappings"]
    assert disk["Ebs"]["Encrypted"]
    assert disk["Ebs"]["VolumeSize"] > gpu_fleet.settings.recordings_scratch_gib


def test_a_job_may_read_videos_and_write_what_it_finds_and_nothing_else(dev: SynthesisedStage) -> None:
    role = container_of(dev)["JobRoleArn"]["Fn::GetAtt"][0]
    allowed: dict[str, str] = {}
    for statement in dev.policies_of(role):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        for action in actions:
            allowed[action] = json.dumps(statement["Resource"]) + json.dumps(statement.get("Condition", {}))
    assert not [action for action in allowed if action.startswith(("kinesis:", "batch:", "ecs:"))]
    assert "/recordings/*" in allowed["s3:GetObject"]
    for prefix in ("live", "snapshots", "quarantine", "faces"):
        assert f"/{prefix}/*" in allowed["s3:PutObject"]
    assert "/recordings/*" not in allowed["s3:PutObject"]
    assert "s3:DeleteObject" not in allowed
    assert "events:PutEvents" in allowed


def test_a_job_that_failed_for_good_is_kept_and_rings(dev: SynthesisedStage) -> None:
    rule = dev.resource("recordings", "AWS::Events::Rule").properties
    pattern = rule["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.batch"], ["Batch Job State Change"])
    assert pattern["detail"]["status"] == ["FAILED"]
    queue = dev.resource("recordings", "AWS::Batch::JobQueue").logical_id
    assert pattern["detail"]["jobQueue"] == [{"Fn::GetAtt": [queue, "JobQueueArn"]}]
    kept = dev.resource("recordings", "AWS::SQS::Queue")
    assert [target["Arn"] for target in rule["Targets"]] == [{"Fn::GetAtt": [kept.logical_id, "Arn"]}]
    assert kept.properties["MessageRetentionPeriod"] == 14 * 24 * 3600
    alarms = [
        one for one in dev.resources("AWS::CloudWatch::Alarm") if "RecordingsDeadLetters" in one.logical_id
    ]
    assert len(alarms) == 1


def test_the_local_stage_has_no_jobs(local: SynthesisedStage) -> None:
    assert "recordings" not in local.templates
