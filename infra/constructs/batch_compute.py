"""What jobs for recorded video run on: Fargate CPUs or GPU instances, none while there is no job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from aws_cdk import Size
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledge import acknowledge
from infra.constructs.vision_compute import (
    FARGATE_CPU_UNITS,
    FARGATE_MEMORY_MIB,
    GPU_INSTANCE,
    GPU_TASK_MEMORY_MIB,
    worker_image,
)
from infra.constructs.vision_network import VisionNetwork
from infra.settings import StageSettings

FARGATE_VCPUS = FARGATE_CPU_UNITS // 1024
GPU_INSTANCE_VCPUS = 4
# Beside the video: the image's layers, and on an instance the system.
FARGATE_DISK_GIB = 10
INSTANCE_DISK_GIB = 50


@dataclass(frozen=True)
class JobContainer:
    """What a job runs as: its command line, variables, rights and logs."""

    command: list[str]
    environment: dict[str, str]
    role: iam.Role
    log_group: logs.LogGroup


def make_compute_environment(
    scope: Construct, stage: StageSettings, network: VisionNetwork
) -> batch.FargateComputeEnvironment | batch.ManagedEc2EcsComputeEnvironment:
    """Room for as many jobs at once as the stage allows."""
    if stage.uses_gpu:
        return _gpu_environment(scope, stage, network)
    return batch.FargateComputeEnvironment(
        scope,
        "Cpus",
        vpc=network.vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        security_groups=[network.security_group],
        spot=stage.recordings_on_spot,
        maxv_cpus=stage.recordings_max_jobs * FARGATE_VCPUS,
    )


def make_container(
    scope: Construct, stage: StageSettings, container: JobContainer
) -> batch.EcsFargateContainerDefinition | batch.EcsEc2ContainerDefinition:
    """The worker's image with another command."""
    gpu = stage.uses_gpu
    execution_role = iam.Role(
        scope, "ExecutionRole", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com")
    )
    acknowledge(
        execution_role, {"IAM5[Resource::*]": "ECR's token for pulling images belongs to no resource"}
    )
    image = ecs.ContainerImage.from_docker_image_asset(worker_image(scope, stage))
    logging = ecs.LogDriver.aws_logs(stream_prefix="recording", log_group=container.log_group)
    if gpu:
        return batch.EcsEc2ContainerDefinition(
            scope,
            "Container",
            image=image,
            command=container.command,
            environment=container.environment,
            job_role=container.role,
            execution_role=execution_role,
            logging=logging,
            cpu=GPU_INSTANCE_VCPUS,
            memory=Size.mebibytes(GPU_TASK_MEMORY_MIB),
            gpu=1,
        )
    return batch.EcsFargateContainerDefinition(
        scope,
        "Container",
        image=image,
        command=container.command,
        environment=container.environment,
        job_role=container.role,
        execution_role=execution_role,
        logging=logging,
        cpu=FARGATE_VCPUS,
        memory=Size.mebibytes(FARGATE_MEMORY_MIB),
        ephemeral_storage_size=Size.gibibytes(stage.recordings_scratch_gib + FARGATE_DISK_GIB),
        assign_public_ip=True,
        fargate_cpu_architecture=ecs.CpuArchitecture.X86_64,
        fargate_operating_system_family=ecs.OperatingSystemFamily.LINUX,
    )


def _gpu_environment(
    scope: Construct, stage: StageSettings, network: VisionNetwork
) -> batch.ManagedEc2EcsComputeEnvironment:
    role = iam.Role(
        scope,
        "InstanceRole",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[
            iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonEC2ContainerServiceforEC2Role")
        ],
    )
    policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
    # Batch runs jobs on the instance's own network: unlike the live workers they could ask for this role.
    reason = "what ECS's agent on the instance needs; only our own image runs there, one job an instance"
    acknowledge(role, {f"IAM4[Policy::{policy}]": reason})
    template = _launch_template(scope, stage)
    environment = batch.ManagedEc2EcsComputeEnvironment(
        scope,
        "Gpus",
        vpc=network.vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        security_groups=[network.security_group],
        instance_types=[ec2.InstanceType(GPU_INSTANCE)],
        use_optimal_instance_classes=False,
        images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023_NVIDIA)],
        instance_role=role,
        launch_template=template,
        spot=stage.recordings_on_spot,
        minv_cpus=0,
        maxv_cpus=stage.recordings_max_jobs * GPU_INSTANCE_VCPUS,
    )
    # CDK names no version, and Batch then takes the template's default: for ever its first.
    resource = cast("batch.CfnComputeEnvironment", environment.node.default_child)
    resource.add_property_override("ComputeResources.LaunchTemplate.Version", template.latest_version_number)
    return environment


def _launch_template(scope: Construct, stage: StageSettings) -> ec2.LaunchTemplate:
    return ec2.LaunchTemplate(
        scope,
        "GpuInstance",
        require_imdsv2=True,
        http_put_response_hop_limit=1,  # no further than the instance; its jobs share its network
        block_devices=[
            ec2.BlockDevice(
                device_name="/dev/xvda",
                volume=ec2.BlockDeviceVolume.ebs(
                    stage.recordings_scratch_gib + INSTANCE_DISK_GIB,
                    encrypted=True,
                    volume_type=ec2.EbsDeviceVolumeType.GP3,
                ),
            )
        ],
    )
