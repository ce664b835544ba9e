"""Nobody may do more than what they are for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.infra.conftest import Json, Resource, SynthesisedStage

READ = {"dynamodb:GetItem", "dynamodb:Query"}
WRITE = {"dynamodb:PutItem", "dynamodb:UpdateItem"}
NO_RESOURCE = {  # AWS has no resource for them
    "ecr:GetAuthorizationToken",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
}
WRITTEN_BY_CDK = ("InstanceRole", "GpuInstances")  # ECS's agent and the drain hook on GPU instances


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(stage: SynthesisedStage) -> Iterator[tuple[Resource, Json]]:
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for policy in stage.resources(kind):
            if policy.logical_id.startswith(WRITTEN_BY_CDK):
                continue
            for statement in policy.properties["PolicyDocument"]["Statement"]:
                yield policy, statement


def actions_on_table(stage: SynthesisedStage, role_id: str, table: str) -> set[str]:
    """The actions that a role may do with a table, which it knows by the data stack's export."""
    return {
        action
        for statement in stage.policies_of(role_id)
        if f"ExportsOutputFnGetAtt{table}" in json.dumps(statement["Resource"])
        for action in listed(statement["Action"])
    }


def role_of_function(stage: SynthesisedStage, name: str) -> str:
    return str(stage.function(name).properties["Role"]["Fn::GetAtt"][0])


def test_no_action_is_a_wildcard(stage: SynthesisedStage) -> None:
    wild = {
        f"{policy}: {action}"
        for policy, statement in statements(stage)
        for action in listed(statement["Action"])
        if "*" in action
    }
    assert not wild


def test_no_statement_is_about_every_resource(stage: SynthesisedStage) -> None:
    wild = {
        f"{policy}: {sorted(listed(statement['Action']))}"
        for policy, statement in statements(stage)
        if "*" in listed(statement["Resource"]) and not set(listed(statement["Action"])) <= NO_RESOURCE
    }
    assert not wild


def test_no_role_of_ours_has_a_managed_policy_of_aws(stage: SynthesisedStage) -> None:
    roles = [role for role in stage.resources("AWS::IAM::Role") if "DrainECSHook" not in role.logical_id]
    managed = [str(role) for role in roles if role.properties.get("ManagedPolicyArns")]
    # What AWS Batch asks for on its GPU instances, for ECS's agent; no container can reach it.
    assert [role for role in managed if not role.startswith("recordings/InstanceRole")] == []


def test_update_occupancy_reads_the_registry_and_writes_presence_only(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "update_occupancy")
    assert actions_on_table(stage, role, "Registry") == READ
    assert actions_on_table(stage, role, "Presence") == READ | WRITE
    assert actions_on_table(stage, role, "Trails") == set()
    granted = {a for s in stage.policies_of(role) for a in listed(s["Action"])}
    assert {action.split(":")[0] for action in granted} == {"dynamodb", "events", "kms", "logs", "sqs"}


def test_update_occupancy_publishes_on_our_bus_only(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "update_occupancy")
    [statement] = [s for s in stage.policies_of(role) if "events:" in json.dumps(s["Action"])]
    bus = stage.resource("bus", "AWS::Events::EventBus")
    assert statement["Action"] == "events:PutEvents"
    assert statement["Resource"] == {"Fn::GetAtt": [bus.logical_id, "Arn"]}


def prefixes_of(stage: SynthesisedStage, role_id: str, action: str) -> list[str]:
    """The prefixes of the media bucket on which a role may do something."""
    return sorted(
        resource["Fn::Join"][1][1]
        for statement in stage.policies_of(role_id)
        if action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    )


def test_query_api_changes_no_picture_but_of_whom_somebody_names(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "query_api")
    assert actions_on_table(stage, role, "Trails") == READ | WRITE  # it marks which cameras are watched
    batches = {"dynamodb:BatchGetItem", "dynamodb:DeleteItem"}
    assert actions_on_table(stage, role, "Registry") == READ | WRITE | batches
    assert prefixes_of(stage, role, "s3:GetObject") == ["/enrolled/*", "/live/*", "/review/*", "/snapshots/*"]
    assert prefixes_of(stage, role, "s3:PutObject") == ["/enrolled/*", "/snapshots/*"]
    assert prefixes_of(stage, role, "s3:DeleteObject") == ["/enrolled/*", "/review/*", "/snapshots/*"]


def test_the_jobs_remove_pictures_and_faces_and_make_none(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "run_job")
    assert actions_on_table(stage, role, "Registry") == READ | WRITE | {"dynamodb:DeleteItem"}
    assert prefixes_of(stage, role, "s3:GetObject") == ["/review/*"]
    assert prefixes_of(stage, role, "s3:DeleteObject") == ["/enrolled/*", "/review/*", "/snapshots/*"]
    granted = {action for s in stage.policies_of(role) for action in listed(s["Action"])}
    assert {action for action in granted if action.startswith("s3:")} == {
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListBucket",
    }


def test_recognise_person_reads_faces_and_forgets_them(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "recognise_person")
    assert actions_on_table(stage, role, "Registry") == READ  # it enrols nobody
    assert actions_on_table(stage, role, "Presence") == READ | WRITE | {"dynamodb:DeleteItem"}
    assert actions_on_table(stage, role, "Trails") == set()
    assert prefixes_of(stage, role, "s3:GetObject") == ["/faces/*"]
    assert prefixes_of(stage, role, "s3:PutObject") == ["/review/*", "/snapshots/*"]
    assert prefixes_of(stage, role, "s3:DeleteObject") == ["/faces/*", "/review/*", "/snapshots/*"]
    granted = {action for s in stage.policies_of(role) for action in listed(s["Action"])}
    assert {action.split(":")[0] for action in granted} == {"dynamodb", "events", "kms", "logs", "s3", "sqs"}


def test_the_worker_may_not_change_the_registry_nor_write_chunks(dev: SynthesisedStage) -> None:
    task = dev.resource("vision", "AWS::ECS::TaskDefinition")
    role = task.properties["TaskRoleArn"]["Fn::GetAtt"][0]
    assert actions_on_table(dev, role, "Registry") == READ
    granted = {action for s in dev.policies_of(role) for action in listed(s["Action"])}
    assert {action for action in granted if action.startswith("kinesis:")} == {
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    }


def test_the_worker_uses_the_leases_tables_and_makes_none(dev: SynthesisedStage) -> None:
    task = dev.resource("vision", "AWS::ECS::TaskDefinition")
    role = task.properties["TaskRoleArn"]["Fn::GetAtt"][0]
    on_leases = [s for s in dev.policies_of(role) if '"Fleet' in json.dumps(s["Resource"])]
    granted = {action for statement in on_leases for action in listed(statement["Action"])}
    use = ("DescribeTable", "Scan", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
    assert granted == {f"dynamodb:{action}" for action in use}
    (index,) = (s for s in on_leases if s["Action"] == "dynamodb:Query")
    assert json.dumps(index["Resource"]).count("/index/LeaseOwnerToLeaseKeyIndex") == 1


def test_who_reads_objects_is_told_when_one_is_gone(dev: SynthesisedStage) -> None:
    """A condition on `s3:prefix` would be met by requests to list only, and a reader be told "forbidden"."""
    worker = dev.resource("vision", "AWS::ECS::TaskDefinition").properties["TaskRoleArn"]
    job = dev.resource("recordings", "AWS::Batch::JobDefinition").properties["ContainerProperties"]
    roles = [arn["Fn::GetAtt"][0] for arn in (worker, job["JobRoleArn"])]
    functions = ("analyse_image", "recognise_person", "query_api")
    for role in (*roles, *(role_of_function(dev, name) for name in functions)):
        (listing,) = (s for s in dev.policies_of(role) if "s3:ListBucket" in listed(s["Action"]))
        assert listed(listing["Action"]) == ["s3:ListBucket"]
        assert "Condition" not in listing


def test_the_data_key_works_only_by_way_of_the_services_that_hold_the_data(stage: SynthesisedStage) -> None:
    uses = [
        (policy, statement)
        for policy, statement in statements(stage)
        if any(action.startswith("kms:") for action in listed(statement["Action"]))
        and "ExportsOutputFnGetAttKey" in json.dumps(statement["Resource"])
    ]
    assert uses
    for policy, statement in uses:
        services = json.dumps(statement["Condition"]["StringEquals"]["kms:ViaService"])
        assert "s3." in services, policy
        assert "kinesis." in services, policy


def test_publishers_may_put_chunks_and_reports_and_nothing_else(stage: SynthesisedStage) -> None:
    policy = stage.resource("ingest", "AWS::IAM::ManagedPolicy")
    granted = {a for s in policy.properties["PolicyDocument"]["Statement"] for a in listed(s["Action"])}
    assert granted == {
        "events:PutEvents",
        "kinesis:PutRecord",
        "kms:GenerateDataKey",
        "s3:PutObject",
    }


def test_publishers_may_report_on_themselves_and_make_up_no_crossing(stage: SynthesisedStage) -> None:
    policy = stage.resource("ingest", "AWS::IAM::ManagedPolicy")
    statements = policy.properties["PolicyDocument"]["Statement"]
    (publishing,) = [s for s in statements if "events:PutEvents" in listed(s["Action"])]
    assert publishing["Condition"] == {"StringEquals": {"events:detail-type": ["PublisherReported.v1"]}}


def test_the_function_of_images_reads_uploads_and_enrols(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "analyse_image")
    assert actions_on_table(stage, role, "Registry") == READ | WRITE
    gone = ["/enrolled/*", "/faces/*", "/review/*", "/snapshots/*", "/uploads/*"]
    assert prefixes_of(stage, role, "s3:DeleteObject") == gone
    batches = {"dynamodb:BatchGetItem", "dynamodb:DeleteItem"}
    assert actions_on_table(stage, role, "Presence") == READ | WRITE | batches
    readable = [
        resource["Fn::Join"][1][1]
        for s in stage.policies_of(role)
        if "s3:GetObject" in listed(s["Action"])
        for resource in listed(s["Resource"])
    ]
    assert sorted(readable) == ["/faces/*", "/uploads/*"]
    granted = {a for s in stage.policies_of(role) for a in listed(s["Action"])}
    assert {action.split(":")[0] for action in granted} == {
        "dynamodb",
        "events",
        "kms",
        "logs",
        "rekognition",
        "s3",
    }
