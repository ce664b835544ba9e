"""Typed settings: the only place that reads the environment.

Each function and container has one settings class. `infra` builds that function's environment from
the same class, so that a name can't be spelled in two ways.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from floorsight.platform.errors import Malformed

PREFIX = "FLOORSIGHT_"
DEFAULT_DETECTOR = "nanodet-g-416-int8"  # ADR 0046
DEFAULT_FACE_DETECTOR = "yunet-2023mar"
DEFAULT_FACE_EMBEDDER = "sface-2021dec"
DEFAULT_PLATE_DETECTOR = "clp-det"  # ADR 0060
DEFAULT_PLATE_TEXT_DETECTOR = "ppocr-v6-det"
DEFAULT_PLATE_READER = "ppocr-v6-rec"
PlateBackend = Literal["onnx", "easyocr"]  # ADR 0061


class Settings(BaseModel):
    """Fields become variables: `presence_table` is read from `FLOORSIGHT_PRESENCE_TABLE`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str = "local"  # `infra` sets it for every function and container; metrics are told apart by it

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read and check every field.

        Raises:
            Malformed: a variable is missing or has a value of the wrong type; all are named at once.
        """
        source = os.environ if environment is None else environment
        values = {
            name: source[variable_name(name)] for name in cls.model_fields if variable_name(name) in source
        }
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            faults = ", ".join(
                f"{variable_name(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors()
            )
            raise Malformed(f"bad environment for {cls.__name__}: {faults}", code="bad_settings") from error

    def to_environment(self) -> dict[str, str]:
        """The variables that `from_environment` reads back; unset optional fields are left out."""
        return {
            variable_name(name): str(value) for name, value in self.model_dump().items() if value is not None
        }


def variable_name(field: str) -> str:
    """The environment variable of a settings field."""
    return PREFIX + field.upper()


def read_stage() -> str:
    """The stage that this process runs for, as every settings class has it."""
    return os.environ.get(variable_name("stage"), str(Settings.model_fields["stage"].default))


def read_attempt_number() -> int:
    """Which attempt of its submission a job is, from 1 on, as AWS Batch tells it; 1 where nobody does."""
    return int(os.environ.get("AWS_BATCH_JOB_ATTEMPT", "1"))


def read_state_folder() -> Path:
    """Our folder among what this user's programs keep (XDG Base Directory Specification: state)."""
    given = os.environ.get("XDG_STATE_HOME", "")
    base = Path(given) if Path(given).is_absolute() else Path.home() / ".local" / "state"
    return base / "floorsight"


def read_endpoint(service: str) -> str | None:
    """The address that stands in for a service's own, by boto3's rules; None on AWS."""
    return os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")


def child_environment(additions: Mapping[str, str], *, without: tuple[str, ...] = ()) -> dict[str, str]:
    """The environment for a child: this process's, less what begins with `without`, plus additions."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(without or ("\0",))}
    return inherited | dict(additions)


class UpdateOccupancySettings(Settings):
    """What `functions/update_occupancy` is told."""

    registry_table: str
    presence_table: str
    event_bus: str


class RaiseAlertSettings(Settings):
    """What `functions/raise_alert` is told."""

    registry_table: str
    presence_table: str
    security_topic: str
    cooldown_seconds: int = 300  # an alert's condition raises no other one sooner after it was over
    drift_tolerance: int = 3  # a count may be so far below zero before it is told


class RecognisePersonSettings(Settings):
    """What `functions/recognise_person` is told."""

    registry_table: str
    presence_table: str
    media_bucket: str
    event_bus: str


class RecordAttendanceSettings(Settings):
    """What `functions/record_attendance` is told."""

    registry_table: str
    presence_table: str
    event_bus: str


class DecideGateSettings(Settings):
    """What `functions/decide_gate` is told."""

    registry_table: str
    presence_table: str
    event_bus: str


class RecordStreamSettings(Settings):
    """What `functions/record_stream` is told."""

    presence_table: str
    trails_table: str


class RecordProcessingSettings(Settings):
    """What `functions/record_processing` is told."""

    trails_table: str


class SeriesSettings(Settings):
    """Where occupancy over time is kept. Timestream, where an account has it, is set up by its owner."""

    series_store: Literal["dynamodb", "timestream"] = "dynamodb"
    timestream_database: str | None = None
    timestream_table: str | None = None


class RunJobSettings(SeriesSettings, RaiseAlertSettings):
    """What `functions/run_job` is told: where series are kept, and what all who raise alerts are told."""

    media_bucket: str
    event_bus: str


class QueryApiSettings(SeriesSettings):
    """What `functions/query_api` is told."""

    registry_table: str
    presence_table: str
    trails_table: str
    media_bucket: str
    event_bus: str
    security_topic: str
    user_pool_client_id: str
    run_job_function: str


class EdgePublisherSettings(Settings):
    """What `containers/edge_publisher` is told."""

    chunk_stream: str
    media_bucket: str
    event_bus: str | None = None  # where live sources report how they fare; nowhere if absent


class CameraCredentials(Settings):
    """How a publisher signs in at its camera, where its address does not say it."""

    camera_user: str | None = None
    camera_password: str | None = Field(default=None, repr=False)


class VisionSettings(Settings):
    """What whoever analyses video is told, live or recorded."""

    registry_table: str
    presence_table: str
    trails_table: str
    media_bucket: str
    event_bus: str
    models_catalogue: str = "models.toml"
    models_folder: str = "models"
    detector: str = DEFAULT_DETECTOR
    face_detector: str = DEFAULT_FACE_DETECTOR  # both loaded when a camera first asks for faces
    face_embedder: str = DEFAULT_FACE_EMBEDDER
    plate_detector: str = DEFAULT_PLATE_DETECTOR  # all loaded when a camera at a gate first sends a chunk
    plate_text_detector: str = DEFAULT_PLATE_TEXT_DETECTOR
    plate_reader: str = DEFAULT_PLATE_READER  # of the backend `onnx`; the other one has a model of its own
    plate_backend: PlateBackend = "onnx"
    inference_threads: int = 0
    require_gpu: bool = False  # refuse to start without one rather than fall behind in silence


class RecordedVideoSettings(VisionSettings):
    """What `containers/recorded_video` is told."""

    scratch_folder: str | None = None  # where the video is kept while it is analysed; the system's if absent
    scratch_gib: int = 16  # a larger video is refused
    max_attempts: int = 1  # whoever starts the job anew after a failure that may pass does so this often


class AnalyseImageSettings(VisionSettings):
    """What `functions/analyse_image` is told."""


class VisionWorkerSettings(VisionSettings):
    """What `containers/vision_worker` is told."""

    chunk_stream: str
    heartbeat_file: str | None = None  # touched at every step, for a health check to look at
    reader: Literal["single", "kcl"] = "single"  # all shards in one process, or a fleet that leases them
    fleet_application: str = "floorsight-workers"  # KCL's name of the fleet, and of its three tables
    fleet_max_leases: int = Field(default=8, ge=1)  # most shards a worker takes, a process each
    fleet_failover_seconds: int = Field(default=10, ge=2)  # a worker that is silent so long loses its leases
    fleet_heap_mb: int = Field(default=384, ge=128)  # of the Java daemon, which holds what shards wait for
    fleet_folder: str | None = None  # set by a fleet's parent for its processes: where they say they live
