"""What differs between the stages, and nothing else does."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from aws_cdk import Environment, RemovalPolicy
from aws_cdk.aws_logs import RetentionDays
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from floorsight.platform.errors import Malformed
from floorsight.platform.settings import DEFAULT_DETECTOR

GPU_DETECTOR = "nanodet-g-416-half"
# A process a shard, each with its model, and the Java daemon: what a task's memory holds even when all
# cameras send 4K (ADR 0043).
MAX_LEASES = 4


class Stage(StrEnum):
    """Where the system runs."""

    LOCAL = "local"  # one machine, in the emulator
    DEV = "dev"
    PROD = "prod"


class VisionCompute(StrEnum):
    """What the vision worker runs on."""

    FARGATE = "fargate"  # CPU: a new account has no quota of GPUs and must deploy
    EC2_GPU = "ec2-gpu"


class StageSettings(BaseModel):
    """One stage's settings. Any field can be overridden by `-c field=value` on the command line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Stage
    keep_data: bool = Field(description="Deletion protection; tables, pictures and logs outlive their stack.")
    log_retention: RetentionDays
    stream_shards: int | None = Field(
        default=None, ge=1, description="Shards of the chunk stream; on demand when absent."
    )
    stream_retention_hours: int = Field(default=24, ge=24, le=8760)
    vision_compute: VisionCompute = VisionCompute.FARGATE
    vision_max_tasks: int = Field(
        default=1,
        ge=1,
        le=100,
        validate_default=True,
        description=f"Most workers at once. They share shards: one to {MAX_LEASES} each.",
    )
    recordings_on_spot: bool = Field(
        default=True, description="Recorded video on spot machines: a job that loses one goes on elsewhere."
    )
    recordings_max_jobs: int = Field(
        default=4, ge=1, le=100, description="Recorded videos that are analysed at once."
    )
    recordings_scratch_gib: int = Field(
        default=40, ge=11, le=190, description="The largest recorded video; a job's disk holds all of it."
    )
    rekognition: bool = Field(
        default=False,
        description="Functions may ask Amazon Rekognition about faces, where a site's policy does.",
    )
    cors_origins: tuple[str, ...] = Field(
        default=(), description="Other origins that may call the API; the console's own needs no entry."
    )
    alarm_email: str | None = None
    account: str | None = None
    region: str | None = None

    @field_validator("vision_max_tasks")
    @classmethod
    def _as_many_as_shards_need(cls, tasks: int, others: ValidationInfo) -> int:
        shards = others.data.get("stream_shards")
        if shards is None or others.data.get("stage") is Stage.LOCAL:
            return tasks
        if tasks > shards:
            raise ValueError(f"more workers than the stream's {shards} shards: some would never have work")
        if shards > tasks * MAX_LEASES:
            needed = math.ceil(shards / MAX_LEASES)
            raise ValueError(
                f"a worker takes {MAX_LEASES} shards at most, and nobody would read the rest of {shards}: "
                f"give at least {needed} workers, or fewer shards"
            )
        return tasks

    @property
    def uses_gpu(self) -> bool:
        return self.vision_compute is VisionCompute.EC2_GPU

    @property
    def detector(self) -> str:
        """The model that the workers' image has and runs."""
        return GPU_DETECTOR if self.uses_gpu else DEFAULT_DETECTOR

    @property
    def removal_policy(self) -> RemovalPolicy:
        return RemovalPolicy.RETAIN if self.keep_data else RemovalPolicy.DESTROY

    @property
    def environment(self) -> Environment:
        """Account and region; without them, whichever the deployment's credentials are for."""
        return Environment(account=self.account, region=self.region)

    @property
    def runs_on_aws(self) -> bool:
        return self.stage is not Stage.LOCAL

    def stack_name(self, subject: str) -> str:
        """`floorsight-{stage}-{subject}`."""
        return f"floorsight-{self.stage}-{subject}"


DEFAULTS: dict[Stage, dict[str, Any]] = {
    Stage.LOCAL: {"keep_data": False, "log_retention": RetentionDays.ONE_DAY, "stream_shards": 1},
    Stage.DEV: {"keep_data": False, "log_retention": RetentionDays.TWO_WEEKS, "stream_shards": 1},
    Stage.PROD: {"keep_data": True, "log_retention": RetentionDays.THREE_MONTHS, "vision_max_tasks": 4},
}


def read_settings(context: Callable[[str], Any]) -> StageSettings:
    """Settings of the stage that the context names (`local` when it names none), with its overrides.

    `context` answers a key's value or None, as `node.try_get_context` does. The command line gives
    every value as text; lists are written with commas.

    Raises:
        Malformed: an unknown stage, or an override of the wrong type.
    """
    name = context("stage") or Stage.LOCAL
    if name not in set(Stage):
        raise Malformed(f"unknown stage {name!r}: use -c stage={'|'.join(Stage)}", code="unknown_stage")
    overrides = {field: context(field) for field in StageSettings.model_fields if context(field) is not None}
    if isinstance(origins := overrides.get("cors_origins"), str):
        overrides["cors_origins"] = tuple(filter(None, origins.split(",")))
    values = DEFAULTS[Stage(name)] | overrides | {"stage": name}
    try:
        return StageSettings.model_validate(values)
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise Malformed(f"bad settings of stage {name}: {faults}", code="bad_settings") from error
