"""Everything that must outlive a deployment: three tables, the media bucket, and the key of both."""

from __future__ import annotations

import math

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from floorsight.platform.items import TableName
from infra.settings import StageSettings

HOURS_A_DAY = 24
ACCESS_LOG_DAYS = 90


class DataStack(Stack):
    """Tables `registry`, `presence`, `trails`, by life cycle; one media bucket with a prefix per use."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: StageSettings) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self._stage = stage
        self.key = kms.Key(
            self,
            "Key",
            description=f"Floorsight {stage.stage}: tables, pictures and video",
            enable_key_rotation=True,
            removal_policy=stage.removal_policy,
        )
        self.tables = {name: self._make_table(name) for name in TableName}
        self.media = self._make_media_bucket()
        CfnOutput(self, "MediaBucketName", value=self.media.bucket_name)

    def _make_table(self, name: TableName) -> dynamodb.Table:
        title = name.title()
        table = dynamodb.Table(
            self,
            title,
            partition_key=_text("PK"),
            sort_key=_text("SK"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires_at",
            deletion_protection=self._stage.keep_data,
            removal_policy=self._stage.removal_policy,
        )
        table.add_global_secondary_index(
            index_name="GSI1",
            partition_key=_text("GSI1PK"),
            sort_key=_text("GSI1SK"),
            projection_type=dynamodb.ProjectionType.ALL,
        )
        CfnOutput(self, f"{title}TableName", value=table.table_name)
        return table

    def _make_media_bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Media",
            # The pictures show people: whoever reads one needs the key as well, and CloudTrail shows who did.
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,  # one request to KMS for many objects instead of one each
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            server_access_logs_bucket=self._make_log_bucket(),
            server_access_logs_prefix="media/",
            removal_policy=self._stage.removal_policy,
        )
        for prefix, days in media_retention_days(self._stage).items():
            bucket.add_lifecycle_rule(id=prefix, prefix=f"{prefix}/", expiration=Duration.days(days))
        bucket.add_lifecycle_rule(
            id="unfinished-uploads", abort_incomplete_multipart_upload_after=Duration.days(1)
        )
        return bucket

    def _make_log_bucket(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,  # S3 delivers access logs under no other key
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(ACCESS_LOG_DAYS))],
            removal_policy=self._stage.removal_policy,
        )


def media_retention_days(stage: StageSettings) -> dict[str, int]:
    """Days that objects live, by prefix."""
    return {
        # Chunks too large for a record. Their record may wait as long as the stream keeps it, and a worker
        # must still find them; S3 counts whole days.
        "claims": math.ceil(stage.stream_retention_hours / HOURS_A_DAY) + 1,
        "uploads": 1,  # images too large for a request, until they are analysed
        "live": 1,  # pictures for whoever is watching now
        "snapshots": 97,  # a crossing's picture: a quarter, and a week to dispute it
        "review": 30,  # faces of people whom nobody knows, until somebody names or dismisses them
        "quarantine": 14,  # chunks that could not be analysed
        # Faces that wait to be recognised; whoever recognises them removes them at once. As long as a
        # question that failed waits in its queue.
        "faces": 14,
        "recordings": 30,  # videos to be analysed; a job that failed can be begun again so long
    }


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
