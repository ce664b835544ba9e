"""Where chunks of video come in."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from floorsight.events.publishing import PublisherReported
from infra.constructs.acknowledge import acknowledge
from infra.constructs.grants import allow, allow_encrypting, allow_objects
from infra.settings import StageSettings
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack


class IngestStack(Stack):
    """The chunk stream, and the policy of those who put chunks into it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack, bus: BusStack
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        on_demand = stage.stream_shards is None
        self.stream = kinesis.Stream(
            self,
            "Chunks",
            stream_mode=kinesis.StreamMode.ON_DEMAND if on_demand else kinesis.StreamMode.PROVISIONED,
            shard_count=stage.stream_shards,
            retention_period=Duration.hours(stage.stream_retention_hours),
            encryption=kinesis.StreamEncryption.KMS,
            encryption_key=data.key,
            removal_policy=stage.removal_policy,
        )
        acknowledge(self.stream, {"KDS3": "the video is under the same key as its pictures"})
        self._make_publisher_policy(data, bus)
        CfnOutput(self, "ChunkStreamName", value=self.stream.stream_name)

    def _make_publisher_policy(self, data: DataStack, bus: BusStack) -> None:
        """For the edge publishers' role, which depends on how a site's machines prove who they are."""
        policy = iam.ManagedPolicy(
            self,
            "PublisherPolicy",
            description="Put chunks of video into Floorsight, report on that, and nothing else",
            statements=[
                iam.PolicyStatement(
                    actions=["kinesis:PutRecord"],
                    resources=[self.stream.stream_arn],
                ),
            ],
        )
        allow_encrypting(policy, data.key)
        allow_objects(policy, data.media, "s3:PutObject", ["claims"])
        # Of all events only this one: who may publish any could make up crossings.
        allow(
            policy,
            ["events:PutEvents"],
            [bus.bus.event_bus_arn],
            {"StringEquals": {"events:detail-type": [PublisherReported.detail_type()]}},
        )
        CfnOutput(self, "PublisherPolicyArn", value=policy.managed_policy_arn)
