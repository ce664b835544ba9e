"""A Python function: its zip, its log group, its own role and its typed environment."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from floorsight.platform.settings import Settings
from infra.assets import stage_function
from infra.constructs.acknowledge import acknowledge
from infra.settings import StageSettings

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64


class OwnFunction(Construct):
    """What every function of ours has: logs that end some day, and a role that may write to these alone."""

    function: lambda_.Function

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, timeout_seconds: int
    ) -> None:
        super().__init__(scope, construct_id)
        self.timeout_seconds = timeout_seconds
        self.log_group = logs.LogGroup(
            self, "Logs", retention=stage.log_retention, removal_policy=stage.removal_policy
        )
        # The managed policy that CDK would attach allows writing to every log group of the account.
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(self.role)


def environment_of(settings: Settings, stage: StageSettings) -> dict[str, str]:
    """The variables of a function or container of this stage."""
    return settings.model_copy(update={"stage": stage.stage.value}).to_environment()


class PythonFunction(OwnFunction):
    """`functions/<name>/handler.py`, with the environment that its settings class reads."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        stage: StageSettings,
        settings: Settings,
        layers: Sequence[lambda_.ILayerVersion],
        description: str,
        memory_mb: int = 512,
        timeout_seconds: int = 20,
        extra_folders: Mapping[str, Path] | None = None,
    ) -> None:
        super().__init__(scope, construct_id, stage=stage, timeout_seconds=timeout_seconds)
        self.function = lambda_.Function(
            self,
            "Function",
            description=description,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler=f"functions.{name}.handler.handler",
            code=lambda_.Code.from_asset(str(stage_function(name, _scratch_folder(), extra_folders))),
            layers=list(layers),
            role=self.role,
            environment=environment_of(settings, stage),
            log_group=self.log_group,
            memory_size=memory_mb,
            timeout=Duration.seconds(timeout_seconds),
        )
        acknowledge(
            self.function,
            {"L1": "3.13 is the runtime that the locked layers are built for; ADR 0011 says when to move"},
        )


def _scratch_folder() -> Path:
    """A folder that lives as long as this process: CDK copies assets while the app is being built."""
    folder = tempfile.mkdtemp(prefix="floorsight-function-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
