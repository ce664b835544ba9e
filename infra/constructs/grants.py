"""Least privilege, spelled out: the actions that the stores really call, on named resources only.

CDK's own `grant_*` methods allow scans, batches and streams that nobody here uses.
"""

from __future__ import annotations

from enum import Enum

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

from floorsight.identity.rekognition.collections import collection_name
from infra.constructs.acknowledge import acknowledge, name_for_nag
from infra.constructs.lease_tables import LEASE_OWNER_INDEX, LeaseTables
from infra.settings import StageSettings


class TableUse(Enum):
    """What a role does with a table."""

    READ = ("GetItem", "Query")
    APPEND = ("PutItem",)
    ADD_UP = ("PutItem", "UpdateItem")
    # A transaction is allowed by the actions that it is made of. Time to live deletes, and nobody else but
    # who removes marks of what is done.
    READ_AND_WRITE = ("GetItem", "Query", "PutItem", "UpdateItem")
    READ_WRITE_AND_REMOVE = ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")


Grantee = iam.Role | iam.ManagedPolicy


def allow(
    grantee: Grantee,
    actions: list[str],
    resources: list[str],
    conditions: dict[str, dict[str, list[str]]] | None = None,
) -> None:
    """Add one statement to a role's own policy, or to a managed policy."""
    statement = iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)
    if isinstance(grantee, iam.Role):
        grantee.add_to_policy(statement)
    else:
        grantee.add_statements(statement)


def allow_table(grantee: Grantee, table: dynamodb.ITable, use: TableUse) -> None:
    """Use of a table and its index; its key is granted by `allow_key`."""
    allow(
        grantee,
        [f"dynamodb:{action}" for action in use.value],
        [table.table_arn, f"{table.table_arn}/index/GSI1"],
    )


def allow_key(grantee: Grantee, key: kms.IKey) -> None:
    """Use of the data key, which tables, bucket and stream need for reading and for writing.

    Only by way of those services: a role's credentials alone decrypt nothing that somebody copied.
    """
    actions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    allow(grantee, actions, [key.key_arn], _by_way_of(grantee, "dynamodb", "kinesis", "s3"))


def allow_encrypting(grantee: Grantee, key: kms.IKey) -> None:
    """Use of the data key by who puts chunks, and claims beside them, and reads neither."""
    allow(grantee, ["kms:GenerateDataKey"], [key.key_arn], _by_way_of(grantee, "kinesis", "s3"))


def allow_notifying(role: iam.Role, topic: sns.ITopic, key: kms.IKey) -> None:
    """Send notices to a topic that is encrypted under this key."""
    allow(role, ["sns:Publish"], [topic.topic_arn])
    allow(role, ["kms:Decrypt", "kms:GenerateDataKey"], [key.key_arn], _by_way_of(role, "sns"))


def allow_subscribing(role: iam.Role, topic: sns.ITopic) -> None:
    """Subscribe addresses to a topic, and change and end subscriptions."""
    allow(role, ["sns:Subscribe"], [topic.topic_arn])
    actions = ["GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"]
    allow(role, [f"sns:{action}" for action in actions], ["*"])
    acknowledge(role, {"IAM5[Resource::*]": "IAM knows no subscriptions as resources"})


def _by_way_of(grantee: Grantee, *services: str) -> dict[str, dict[str, list[str]]]:
    stack = Stack.of(grantee)
    return {
        "StringEquals": {
            "kms:ViaService": [f"{service}.{stack.region}.{stack.url_suffix}" for service in services]
        }
    }


def allow_reading_stream(grantee: Grantee, stream: kinesis.IStream) -> None:
    """Consume a stream by polling."""
    actions = ["ListShards", "GetShardIterator", "GetRecords"]
    allow(grantee, [f"kinesis:{action}" for action in actions], [stream.stream_arn])


def allow_leasing(grantee: Grantee, tables: LeaseTables) -> None:
    """Share a stream's shards by leases: what KCL does with its tables, once they are there."""
    use = ["DescribeTable", "Scan", "GetItem", "PutItem", "UpdateItem", "DeleteItem"]
    arns = [table.table_arn for table in (tables.leases, tables.workers, tables.coordinator)]
    allow(grantee, [f"dynamodb:{action}" for action in use], arns)
    index = f"{tables.leases.table_arn}/index/{LEASE_OWNER_INDEX}"
    allow(grantee, ["dynamodb:Query"], [index])


def allow_publishing(grantee: Grantee, bus: events.IEventBus) -> None:
    """Put events on a bus."""
    allow(grantee, ["events:PutEvents"], [bus.event_bus_arn])


def allow_listing(grantee: Grantee, bucket: s3.Bucket) -> None:
    """Be told that an object is not there: S3 says "forbidden" to a reader who may not list the bucket.

    No condition on `s3:prefix` narrows it: a request for an object has no such key, so that it would never
    be met, and "not found" never be said.
    """
    allow(grantee, ["s3:ListBucket"], [bucket.bucket_arn])


def allow_objects(grantee: Grantee, bucket: s3.Bucket, action: str, prefixes: list[str]) -> None:
    """One action on the objects under some prefixes of a bucket."""
    allow(grantee, [action], [bucket.arn_for_objects(f"{prefix}/*") for prefix in prefixes])
    # cdk-nag names the bucket as the template does: by the export that other stacks import.
    arn = bucket.stack.resolve(bucket.stack.export_value(bucket.bucket_arn))["Fn::ImportValue"]
    for prefix in prefixes:
        finding = f"IAM5[Resource::{arn}/{prefix}/*]"
        acknowledge(grantee, {finding: f"objects under {prefix}/ get their names while the system runs"})


def allow_searching_faces(role: iam.Role, stage: StageSettings) -> None:
    """Ask whom a face is similar to, in the stage's collections; nothing where Rekognition is off."""
    if stage.rekognition:
        _allow_faces(role, stage, ["SearchFacesByImage"])


def allow_keeping_faces(role: iam.Role, stage: StageSettings) -> None:
    """Enrol faces in the stage's collections, where Rekognition is on; and remove them in any case."""
    if stage.rekognition:
        _allow_faces(role, stage, ["CreateCollection", "IndexFaces"])
    allow_removing_faces(role, stage)


def allow_removing_faces(role: iam.Role, stage: StageSettings) -> None:
    """Remove faces in the stage's collections, also where Rekognition is off: it may have been on."""
    _allow_faces(role, stage, ["DeleteFaces", "ListFaces"])


def _allow_faces(role: iam.Role, stage: StageSettings, actions: list[str]) -> None:
    stack = Stack.of(role)
    name = collection_name(stage.stage, "*")
    arn = stack.format_arn(service="rekognition", resource="collection", resource_name=name)
    allow(role, [f"rekognition:{action}" for action in actions], [arn])
    place = ":".join(name_for_nag(stack, part) for part in (stack.region, stack.account))
    partition = name_for_nag(stack, stack.partition)
    finding = f"IAM5[Resource::arn:{partition}:rekognition:{place}:collection/{name}]"
    acknowledge(role, {finding: "sites get their collections while the system runs"})
