"""The vision worker's task on Fargate CPUs or on a GPU instance: one task, two places to run."""

from __future__ import annotations

from typing import cast

from aws_cdk import CfnElement, Duration, Stack
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.acknowledge import acknowledge, name_for_nag
from infra.constructs.vision_network import VisionNetwork
from infra.paths import REPOSITORY
from infra.settings import StageSettings

CONTAINER = "containers/vision_worker"
HEARTBEAT_FILE = "/tmp/floorsight-worker-runs"  # noqa: S108 - in the container's own file system
HEARTBEAT_LIMIT_SECONDS = 180  # a step is a chunk's analysis; a call to AWS that hangs ends in 72 s
# What the image has: Python, and no curl. A file that is not there yet is an error too.
HEARTBEAT_CHECK = (
    "import os, sys, time; "
    f"sys.exit(time.time() - os.stat('{HEARTBEAT_FILE}').st_mtime > {HEARTBEAT_LIMIT_SECONDS})"
)
FARGATE_CPU_UNITS = 2048
FARGATE_MEMORY_MIB = 4096
SHARDS_ON_DEMAND = 4  # that a stream on demand begins with
GPU_INSTANCE = "g4dn.xlarge"  # 4 vCPU, 16 GiB, one T4
GPU_TASK_MEMORY_MIB = 12288  # what the instance has, less what ECS's agent and the kernel keep


def inference_threads(stage: StageSettings) -> int:
    """Threads of a shard's process: a task's cores shared by the shards that one task alone must take.

    0 on a GPU: there threads do not matter.
    """
    if stage.uses_gpu:
        return 0
    return max(1, FARGATE_CPU_UNITS // 1024 // (stage.stream_shards or SHARDS_ON_DEMAND))


def make_service(
    scope: Construct,
    *,
    stage: StageSettings,
    cluster: ecs.Cluster,
    network: VisionNetwork,
    role: iam.Role,
    log_group: logs.LogGroup,
    environment: dict[str, str],
) -> ecs.BaseService:
    """The worker's service, at zero tasks, on the compute that the stage's settings choose."""
    gpu = stage.uses_gpu
    execution_role = iam.Role(
        scope, "ExecutionRole", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com")
    )
    task = _gpu_task(scope, role, execution_role) if gpu else _fargate_task(scope, role, execution_role)
    task.add_container(
        "Worker",
        image=ecs.ContainerImage.from_docker_image_asset(worker_image(scope, stage)),
        environment=environment,
        logging=ecs.LogDrivers.aws_logs(stream_prefix="worker", log_group=log_group),
        memory_limit_mib=GPU_TASK_MEMORY_MIB if gpu else None,
        gpu_count=1 if gpu else None,
        stop_timeout=Duration.seconds(120),  # finish the chunk, commit, publish, checkpoint
        health_check=_health_check(),
    )
    acknowledge(task, {"ECS2": "the variables are names of resources; there is no secret among them"})
    acknowledge(
        execution_role, {"IAM5[Resource::*]": "ECR's token for pulling images belongs to no resource"}
    )
    return (
        _gpu_service(scope, stage, cluster, network, task)
        if gpu
        else _fargate_service(scope, cluster, network, task)
    )


def _health_check() -> ecs.HealthCheck:
    """A worker that hangs is replaced: whoever runs touches its file at every step."""
    return ecs.HealthCheck(
        command=["CMD", "python", "-c", HEARTBEAT_CHECK],
        interval=Duration.seconds(30),
        timeout=Duration.seconds(10),
        retries=3,
        start_period=Duration.seconds(300),  # while libraries and the model are loaded
    )


def worker_image(scope: Construct, stage: StageSettings) -> ecr_assets.DockerImageAsset:
    """The image of all that analyses video, live and recorded."""
    dockerfile = f"{CONTAINER}/Dockerfile"
    return ecr_assets.DockerImageAsset(
        scope,
        "Image",
        directory=str(REPOSITORY),
        file=dockerfile,
        # The same list that `docker build` reads: the context is the repository, less almost all of it.
        exclude=(REPOSITORY / f"{dockerfile}.dockerignore").read_text().splitlines(),
        build_args={
            "REQUIREMENTS": "requirements-gpu.txt" if stage.uses_gpu else "requirements.txt",
            "MODELS": stage.detector,
        },
        platform=ecr_assets.Platform.LINUX_AMD64,
    )


def _fargate_task(scope: Construct, role: iam.Role, execution_role: iam.Role) -> ecs.TaskDefinition:
    return ecs.FargateTaskDefinition(
        scope,
        "Task",
        cpu=FARGATE_CPU_UNITS,
        memory_limit_mib=FARGATE_MEMORY_MIB,
        task_role=role,
        execution_role=execution_role,
        runtime_platform=ecs.RuntimePlatform(
            cpu_architecture=ecs.CpuArchitecture.X86_64,
            operating_system_family=ecs.OperatingSystemFamily.LINUX,
        ),
    )


def _fargate_service(
    scope: Construct, cluster: ecs.Cluster, network: VisionNetwork, task: ecs.TaskDefinition
) -> ecs.BaseService:
    return ecs.FargateService(
        scope,
        "Worker",
        cluster=cluster,
        task_definition=task,
        desired_count=0,
        assign_public_ip=True,
        security_groups=[network.security_group],
        circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
        # Deployed by this template, all tasks stop and the wake alarm starts a new one. In a deployment that
        # somebody forces, a new task joins the fleet before an old one settles its shards.
        min_healthy_percent=100,
        max_healthy_percent=200,
    )


def _gpu_task(scope: Construct, role: iam.Role, execution_role: iam.Role) -> ecs.TaskDefinition:
    # In bridge mode a task shares its instance's public address; with awsvpc it would have none.
    return ecs.Ec2TaskDefinition(
        scope, "Task", network_mode=ecs.NetworkMode.BRIDGE, task_role=role, execution_role=execution_role
    )


def _gpu_service(
    scope: Construct,
    stage: StageSettings,
    cluster: ecs.Cluster,
    network: VisionNetwork,
    task: ecs.TaskDefinition,
) -> ecs.BaseService:
    provider = ecs.AsgCapacityProvider(
        scope,
        "Gpus",
        auto_scaling_group=_gpu_instances(scope, stage, network),
        enable_managed_termination_protection=False,  # zero tasks must mean zero instances
    )
    cluster.add_asg_capacity_provider(provider)
    service = ecs.Ec2Service(
        scope,
        "Worker",
        cluster=cluster,
        task_definition=task,
        desired_count=0,
        capacity_provider_strategies=[
            ecs.CapacityProviderStrategy(capacity_provider=provider.capacity_provider_name, weight=1)
        ],
        circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
        min_healthy_percent=0,  # there is no instance to spare: the old task leaves its GPU first
        max_healthy_percent=100,
    )
    # A service can't be made before the provider that it names belongs to its cluster.
    service.node.add_dependency(cluster)
    return service


def _gpu_instances(
    scope: Construct, stage: StageSettings, network: VisionNetwork
) -> autoscaling.AutoScalingGroup:
    role = iam.Role(scope, "InstanceRole", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    reason = "what ECS's agent on the instance needs, as CDK writes it; containers can't reach this role"
    acknowledge(role, {"IAM5[Action::ecs:Submit*]": reason, "IAM5[Resource::*]": reason})
    group = autoscaling.AutoScalingGroup(
        scope,
        "GpuInstances",
        vpc=network.vpc,
        launch_template=ec2.LaunchTemplate(
            scope,
            "GpuInstance",
            instance_type=ec2.InstanceType(GPU_INSTANCE),
            machine_image=ecs.EcsOptimizedImage.amazon_linux2023(ecs.AmiHardwareType.GPU),
            user_data=ec2.UserData.for_linux(),
            role=role,
            security_group=network.security_group,
            associate_public_ip_address=True,
            require_imdsv2=True,
            http_put_response_hop_limit=1,  # out of the containers' reach: they have the task's role only
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(
                        50, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3
                    ),
                )
            ],
        ),
        min_capacity=0,
        max_capacity=stage.vision_max_tasks,
    )
    acknowledge(group, {"AS3": "the group follows the service; what matters is watched by the alarms on lag"})
    _acknowledge_drain_hook(group)
    return group


def _acknowledge_drain_hook(group: autoscaling.AutoScalingGroup) -> None:
    """CDK hangs a function of its own below the group, which drains an instance's tasks before it ends."""
    stack = Stack.of(group)
    group_id = stack.get_logical_id(cast("CfnElement", group.node.find_child("ASG")))
    reason = "CDK's own function, as CDK writes it; it can complete life-cycle actions and drain instances"
    # A managed policy's name never says which partition; an ARN of the stack's does where that is known.
    policy = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    place = (
        name_for_nag(stack, value) for value in (stack.partition, "autoscaling", stack.region, stack.account)
    )
    instances = f"arn:{':'.join(place)}:autoScalingGroup:*:autoScalingGroupName/<{group_id}>"
    findings = (
        *("L1", "SNS3", "IAM5[Resource::*]"),
        f"IAM4[Policy::{policy}]",
        f"IAM5[Resource::{instances}]",
    )
    acknowledge(group, dict.fromkeys(findings, reason))
