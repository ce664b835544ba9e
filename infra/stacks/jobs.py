"""What runs by the clock: one schedule a job, one function for all jobs."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.jobs.model import JOBS, TIME_LIMIT_SECONDS, Job
from floorsight.jobs.requests import JobRequest
from floorsight.platform.items import TableName
from floorsight.platform.settings import RunJobSettings
from infra.constructs.acknowledge import acknowledge
from infra.constructs.dead_letters import make_dead_letters
from infra.constructs.grants import TableUse, allow, allow_key, allow_notifying, allow_publishing, allow_table
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.settings import StageSettings
from infra.stacks.alerts import AlertsStack
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack
from infra.stacks.erasing import allow_erasing

ONE_CPU_MB = 1769  # the memory at which Lambda gives a function one whole CPU
DELIVERY_RETRIES = 2


class JobsStack(Stack):
    """EventBridge Scheduler → `run_job`.

    A tick that fails is not repeated by Lambda: the job's next tick does what is left. Concurrency is not
    reserved: a new account has ten executions in all and may reserve none, and jobs bear to run in parallel.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageSettings,
        data: DataStack,
        alerts: AlertsStack,
        bus: BusStack,
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.run_job = self._make_run_job(stage, data, alerts, bus)
        not_delivered = self._make_dead_letters()
        self.dead_letters: dict[str, sqs.Queue] = {"RunJob": not_delivered}
        self.run_job.function.configure_async_invoke(
            retry_attempts=0,
            # Ticks that waited longer for a free execution are of no use: newer ones wait behind them.
            max_event_age=Duration.seconds(TIME_LIMIT_SECONDS),
            on_failure=destinations.SqsDestination(not_delivered),
        )
        role = self._make_scheduler_role(not_delivered)
        for job in JOBS.values():
            self._schedule(job, role, not_delivered)

    def _make_run_job(
        self, stage: StageSettings, data: DataStack, alerts: AlertsStack, bus: BusStack
    ) -> PythonFunction:
        registry, presence = data.tables[TableName.REGISTRY], data.tables[TableName.PRESENCE]
        function = PythonFunction(
            self,
            "RunJob",
            name="run_job",
            description="Rolls up, reconciles, checks, purges: by the clock or when somebody asks",
            stage=stage,
            settings=RunJobSettings(
                registry_table=registry.table_name,
                presence_table=presence.table_name,
                media_bucket=data.media.bucket_name,
                security_topic=alerts.topic.topic_arn,
                event_bus=bus.bus.event_bus_name,
            ),
            layers=[make_layer(self, stage, "core")],
            memory_mb=ONE_CPU_MB,
            timeout_seconds=TIME_LIMIT_SECONDS,
        )
        allow_table(function.role, presence, TableUse.READ_WRITE_AND_REMOVE)
        allow_erasing(function.role, data, stage)
        allow_key(function.role, data.key)
        allow_publishing(function.role, bus.bus)
        allow_notifying(function.role, alerts.topic, alerts.topic_key)
        return function

    def _make_dead_letters(self) -> sqs.Queue:
        queue = make_dead_letters(self)
        acknowledge(queue, {"SQS3": "it is itself where ticks go that could not be delivered or failed"})
        return queue

    def _make_scheduler_role(self, dead_letters: sqs.Queue) -> iam.Role:
        ours = {"StringEquals": {"aws:SourceAccount": self.account}}
        role = iam.Role(
            self,
            "SchedulerRole",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=ours),
        )
        allow(role, ["lambda:InvokeFunction"], [self.run_job.function.function_arn])
        allow(role, ["sqs:SendMessage"], [dead_letters.queue_arn])
        return role

    def _schedule(self, job: Job, role: iam.Role, dead_letters: sqs.Queue) -> None:
        schedule = scheduler.CfnSchedule(
            self,
            f"{job.name.title().replace('_', '')}Schedule",
            description=job.purpose,
            schedule_expression=job.schedule_expression,
            schedule_expression_timezone="UTC",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self.run_job.function.function_arn,
                role_arn=role.role_arn,
                input=JobRequest(job=job.name).to_payload(),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=dead_letters.queue_arn),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=max(60, job.every_minutes * 60),
                    maximum_retry_attempts=DELIVERY_RETRIES,
                ),
            ),
        )
        # The role's policy is a resource of its own: the first tick must not come before it.
        schedule.node.add_dependency(role)
