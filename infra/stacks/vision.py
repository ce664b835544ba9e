"""The vision worker as a service that sleeps at zero tasks."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from floorsight.platform.items import TableName
from floorsight.platform.settings import VisionWorkerSettings
from infra.constructs.acknowledge import acknowledge
from infra.constructs.grants import allow_leasing, allow_reading_stream
from infra.constructs.lease_tables import LeaseTables
from infra.constructs.vision_compute import HEARTBEAT_FILE, inference_threads, make_service
from infra.constructs.vision_network import VisionNetwork
from infra.constructs.vision_scaling import VisionScaling
from infra.settings import MAX_LEASES, StageSettings
from infra.stacks.analysing import allow_analysing
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack
from infra.stacks.ingest import IngestStack


class VisionStack(Stack):
    """Reads the chunk stream, analyses, writes state and pictures, publishes events."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageSettings,
        data: DataStack,
        ingest: IngestStack,
        bus: BusStack,
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.network = network = VisionNetwork(self, "Network", stage=stage)
        cluster = ecs.Cluster(
            self, "Cluster", vpc=network.vpc, container_insights_v2=ecs.ContainerInsights.DISABLED
        )
        acknowledge(
            cluster,
            {"ECS4": "scaling and alarms need ECS's, Kinesis's and our own metrics only"},
        )
        self.log_group = logs.LogGroup(
            self, "WorkerLogs", retention=stage.log_retention, removal_policy=stage.removal_policy
        )
        self.lease_tables = LeaseTables(self, "Fleet", application=stage.stack_name("workers"))
        role = self._make_task_role(data, ingest, bus)
        settings = _worker_settings(stage, data, ingest, bus, self.lease_tables)
        service = make_service(
            self,
            stage=stage,
            cluster=cluster,
            network=network,
            role=role,
            log_group=self.log_group,
            # boto3 needs the region, which ECS tells to Fargate tasks only.
            environment={**settings.to_environment(), "AWS_DEFAULT_REGION": self.region},
        )
        VisionScaling(
            self,
            "Scaling",
            stage=stage.stage.value,
            max_tasks=stage.vision_max_tasks,
            service=service,
            stream=ingest.stream,
        )

    def _make_task_role(self, data: DataStack, ingest: IngestStack, bus: BusStack) -> iam.Role:
        role = iam.Role(self, "TaskRole", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        allow_reading_stream(role, ingest.stream)
        allow_leasing(role, self.lease_tables)
        allow_analysing(role, data, bus, reads="claims")
        return role


def _worker_settings(
    stage: StageSettings, data: DataStack, ingest: IngestStack, bus: BusStack, lease_tables: LeaseTables
) -> VisionWorkerSettings:
    return VisionWorkerSettings(
        stage=stage.stage.value,
        heartbeat_file=HEARTBEAT_FILE,
        detector=stage.detector,
        require_gpu=stage.uses_gpu,
        chunk_stream=ingest.stream.stream_name,
        reader="kcl",
        fleet_application=lease_tables.application,
        fleet_max_leases=MAX_LEASES,
        inference_threads=inference_threads(stage),
        registry_table=data.tables[TableName.REGISTRY].table_name,
        presence_table=data.tables[TableName.PRESENCE].table_name,
        trails_table=data.tables[TableName.TRAILS].table_name,
        media_bucket=data.media.bucket_name,
        event_bus=bus.bus.event_bus_name,
    )
