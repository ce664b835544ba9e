"""Recorded video as AWS Batch jobs: a queue, what they run on, and who hears of those that failed."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from containers.recorded_video.exits import EXIT_CODES_FOR_GOOD, UNKNOWN_TIME
from floorsight.platform.items import TableName
from floorsight.platform.settings import RecordedVideoSettings
from infra.constructs.acknowledge import acknowledge
from infra.constructs.batch_compute import JobContainer, make_compute_environment, make_container
from infra.constructs.dead_letters import make_dead_letters
from infra.constructs.vision_network import VisionNetwork
from infra.settings import StageSettings
from infra.stacks.analysing import allow_analysing
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack

# Spot machines may be taken away; every attempt goes on where the one before was stopped.
ATTEMPTS = 8
ATTEMPT_HOURS = 48
# What whoever submits a job says: aws batch submit-job --parameters video=…,camera=…,job_id=…
COMMAND = ["containers.recorded_video", "--video", "Ref::video", "--camera", "Ref::camera"]
COMMAND += ["--job-id", "Ref::job_id", "--started-at", "Ref::started_at"]


class RecordingsStack(Stack):
    """A video under `recordings/` of the media bucket → a job → the same facts as of a live camera."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageSettings,
        data: DataStack,
        bus: BusStack,
        network: VisionNetwork,
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.log_group = logs.LogGroup(
            self, "JobLogs", retention=stage.log_retention, removal_policy=stage.removal_policy
        )
        environment = make_compute_environment(self, stage, network)
        self.queue = batch.JobQueue(
            self,
            "Queue",
            compute_environments=[batch.OrderedComputeEnvironment(compute_environment=environment, order=1)],
        )
        self.job = self._make_job(stage, data, bus)
        self.dead_letters = {"Recordings": self._keep_failed()}
        CfnOutput(self, "RecordingQueueArn", value=self.queue.job_queue_arn)
        CfnOutput(self, "RecordingJobDefinitionArn", value=self.job.job_definition_arn)

    def _make_job(self, stage: StageSettings, data: DataStack, bus: BusStack) -> batch.EcsJobDefinition:
        settings = _job_settings(stage, data, bus)
        container = JobContainer(
            command=COMMAND,
            # boto3 needs the region, which ECS tells to Fargate tasks only.
            environment={**settings.to_environment(), "AWS_DEFAULT_REGION": self.region},
            role=self._make_job_role(data, bus),
            log_group=self.log_group,
        )
        return batch.EcsJobDefinition(
            self,
            "Job",
            container=make_container(self, stage, container),
            parameters={"started_at": UNKNOWN_TIME},
            retry_attempts=ATTEMPTS,
            retry_strategies=[  # whatever matches none of them is tried again
                batch.RetryStrategy.of(batch.Action.EXIT, batch.Reason.custom(on_exit_code=str(code)))
                for code in EXIT_CODES_FOR_GOOD
            ],
            timeout=Duration.hours(ATTEMPT_HOURS),
            propagate_tags=True,
        )

    def _make_job_role(self, data: DataStack, bus: BusStack) -> iam.Role:
        role = iam.Role(self, "JobRole", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        allow_analysing(role, data, bus, reads="recordings")
        return role

    def _keep_failed(self) -> sqs.Queue:
        """Batch's word on every job that failed for good. The alarm on dead letters rings for it."""
        failed = make_dead_letters(self, "Failed")
        acknowledge(failed, {"SQS3": "it is where dead letters end: nobody reads it but people"})
        events.Rule(
            self,
            "FailedRule",
            description="Recorded videos that could not be analysed",
            event_pattern=events.EventPattern(
                source=["aws.batch"],
                detail_type=["Batch Job State Change"],
                detail={"jobQueue": [self.queue.job_queue_arn], "status": ["FAILED"]},
            ),
            targets=[targets.SqsQueue(failed)],
        )
        return failed


def _job_settings(stage: StageSettings, data: DataStack, bus: BusStack) -> RecordedVideoSettings:
    return RecordedVideoSettings(
        stage=stage.stage.value,
        detector=stage.detector,
        require_gpu=stage.uses_gpu,
        scratch_gib=stage.recordings_scratch_gib,
        max_attempts=ATTEMPTS,
        registry_table=data.tables[TableName.REGISTRY].table_name,
        presence_table=data.tables[TableName.PRESENCE].table_name,
        trails_table=data.tables[TableName.TRAILS].table_name,
        media_bucket=data.media.bucket_name,
        event_bus=bus.bus.event_bus_name,
    )
