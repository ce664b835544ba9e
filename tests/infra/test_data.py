"""What is kept is encrypted, recoverable, and not kept longer than said."""

from __future__ import annotations

from pathlib import Path

from infra.settings import Stage
from tests.infra.conftest import SynthesisedStage, synthesise


def test_tables_are_encrypted_with_our_key_recoverable_and_expire_items(stage: SynthesisedStage) -> None:
    tables = [table for table in stage.resources("AWS::DynamoDB::Table") if table.stack == "data"]
    assert len(tables) == 3
    for table in tables:
        properties = table.properties
        assert properties["SSESpecification"]["SSEType"] == "KMS", table
        assert "KMSMasterKeyId" in properties["SSESpecification"], table
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True, table
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert properties["BillingMode"] == "PAY_PER_REQUEST", table
        keys = {key["AttributeName"]: key["KeyType"] for key in properties["KeySchema"]}
        assert keys == {"PK": "HASH", "SK": "RANGE"}, table
        (index,) = properties["GlobalSecondaryIndexes"]
        assert index["IndexName"] == "GSI1"
        assert index["Projection"] == {"ProjectionType": "ALL"}


def test_prod_keeps_its_data_and_other_stages_leave_nothing_behind(
    prod: SynthesisedStage, dev: SynthesisedStage
) -> None:
    for kept in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool", "AWS::KMS::Key"):
        ours = [one for one in prod.resources(kept) if one.stack != "vision"]  # the fleet's leases may go
        assert {one.attributes["DeletionPolicy"] for one in ours} == {"Retain"}, kept
        assert {one.attributes["DeletionPolicy"] for one in dev.resources(kept)} == {"Delete"}, kept
    data = [one for one in prod.resources("AWS::DynamoDB::Table") if one.stack == "data"]
    assert all(table.properties["DeletionProtectionEnabled"] for table in data)
    assert prod.resource("api", "AWS::Cognito::UserPool").properties["DeletionProtection"] == "ACTIVE"


def test_media_expire_by_prefix_and_models_stay(stage: SynthesisedStage) -> None:
    media = next(b for b in stage.resources("AWS::S3::Bucket") if b.logical_id.startswith("Media"))
    rules = media.properties["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    assert days == {
        "claims/": 2,
        "live/": 1,
        "snapshots/": 97,
        "quarantine/": 14,
        "recordings/": 30,
        "review/": 30,
        "faces/": 14,
        "uploads/": 1,
    }
    assert "models/" not in days


def test_a_claim_outlives_the_record_that_names_it(tmp_path: Path) -> None:
    hours = 7 * 24 + 1
    stage = synthesise(tmp_path, stage="dev", stream_retention_hours=str(hours))
    assert stage.resource("ingest", "AWS::Kinesis::Stream").properties["RetentionPeriodHours"] == hours
    media = next(b for b in stage.resources("AWS::S3::Bucket") if b.logical_id.startswith("Media"))
    rules = media.properties["LifecycleConfiguration"]["Rules"]
    (days,) = (rule["ExpirationInDays"] for rule in rules if rule.get("Prefix") == "claims/")
    assert days == 9  # a claim is put before its record, and its record's last hour begins on the eighth day


def test_buckets_are_private_encrypted_and_refuse_plain_http(stage: SynthesisedStage) -> None:
    policies = {p.properties["Bucket"]["Ref"]: p for p in stage.resources("AWS::S3::BucketPolicy")}
    for bucket in stage.resources("AWS::S3::Bucket"):
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}, bucket
        assert bucket.properties["BucketEncryption"], bucket
        denials = [
            statement
            for statement in policies[bucket.logical_id].properties["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        assert denials, bucket


def test_pictures_and_video_are_under_our_key(stage: SynthesisedStage) -> None:
    media = next(b for b in stage.resources("AWS::S3::Bucket") if b.logical_id.startswith("Media"))
    (rule,) = media.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["BucketKeyEnabled"] is True
    stream = stage.resource("ingest", "AWS::Kinesis::Stream").properties
    assert stream["StreamEncryption"]["EncryptionType"] == "KMS"


def test_keys_rotate(stage: SynthesisedStage) -> None:
    assert all(key.properties["EnableKeyRotation"] for key in stage.resources("AWS::KMS::Key"))


def test_every_log_group_has_a_retention(stage: SynthesisedStage) -> None:
    groups = [g for g in stage.resources("AWS::Logs::LogGroup") if "DrainECSHook" not in g.logical_id]
    assert groups
    days = {Stage.LOCAL: 1, Stage.DEV: 14, Stage.PROD: 90}[stage.settings.stage]
    assert {group.properties["RetentionInDays"] for group in groups} == {days}


def test_every_function_of_ours_writes_to_a_group_of_its_own(stage: SynthesisedStage) -> None:
    functions = [f for f in stage.resources("AWS::Lambda::Function") if "DrainECSHook" not in f.logical_id]
    groups = [str(function.properties["LoggingConfig"]["LogGroup"]) for function in functions]
    assert len(set(groups)) == len(functions)
