"""The local stage in the emulator, by a real `cdk deploy`, and what came of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_pascal

from floorsight.platform.errors import NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.settings import (
    EdgePublisherSettings,
    RecordedVideoSettings,
    Settings,
    VisionWorkerSettings,
    child_environment,
)
from infra.local.api_client import ApiClient
from infra.local.emulator import ACCOUNT, REGION, Endpoint
from infra.paths import REPOSITORY, STATE

CDK = REPOSITORY / "node_modules" / ".bin" / "cdk"
APP = f'"{sys.executable}" -m infra.app'
LAST_LINES = 15
# As many as the console asks at once (console/src/api/asking.ts). Whoever opened it first would have to wait
# for them all, each 2 s of a processor, give up and ask again, and so start more.
API_PROCESSES = 4
_EVENT = re.compile(
    r"^(?P<stack>\S+) \|\s*(?P<done>\d+)(?:/(?P<total>\d+))? \| [^|]+ \| (?P<status>[A-Z_]+)\s*\| "
    r"(?P<kind>\S+)\s*\| (?P<resource>\S+)"
)


@dataclass(frozen=True)
class ResourceEvent:
    """One line of a deployment's progress: so many of a stack's resources are done."""

    stack: str
    done: int
    total: int | None
    status: str
    kind: str
    resource: str


Progress = Callable[[ResourceEvent], None]


class Deployment(BaseModel):
    """The deployed local stage: the templates' outputs, and where the emulator listens."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_pascal,
        validate_by_name=True,
        serialize_by_alias=False,
    )

    port: int
    api_id: str
    chunk_stream_name: str
    registry_table_name: str
    presence_table_name: str
    trails_table_name: str
    media_bucket_name: str
    event_bus_name: str
    user_pool_id: str
    user_pool_client_id: str
    update_occupancy_queue_url: str
    update_occupancy_dlq_url: str

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.port)

    @property
    def api_url(self) -> str:
        """Base of the API and of the page, without a slash at its end.

        Host names as AWS gives them don't resolve on one machine: the emulator serves them by path.
        """
        return f"{self.endpoint.url}/_aws/execute-api/{self.api_id}/$default"

    def environment(self, settings: Settings | None = None) -> dict[str, str]:
        """A child's whole environment: this process's, the emulator's address, the settings' variables."""
        additions = self.endpoint.environment() | (settings.to_environment() if settings else {})
        return child_environment(additions, without=("AWS_", "FLOORSIGHT_"))

    def publisher_settings(self) -> EdgePublisherSettings:
        return EdgePublisherSettings(
            chunk_stream=self.chunk_stream_name,
            media_bucket=self.media_bucket_name,
            event_bus=self.event_bus_name,
        )

    def worker_settings(self, **overrides: Any) -> VisionWorkerSettings:
        """Settings of a vision worker on this deployment; `overrides` are fields of the settings class."""
        fields = self._vision_fields() | overrides
        return VisionWorkerSettings(chunk_stream=self.chunk_stream_name, **fields)

    def recorded_video_settings(self, **overrides: Any) -> RecordedVideoSettings:
        """Settings of a job for a recorded video, likewise."""
        return RecordedVideoSettings(**self._vision_fields() | overrides)

    def _vision_fields(self) -> dict[str, Any]:
        return {
            "registry_table": self.registry_table_name,
            "presence_table": self.presence_table_name,
            "trails_table": self.trails_table_name,
            "media_bucket": self.media_bucket_name,
            "event_bus": self.event_bus_name,
        }

    def save(self) -> Path:
        """Write it where `load` finds it."""
        file = _file(self.port)
        file.parent.mkdir(exist_ok=True)
        file.write_text(self.model_dump_json(indent=2))
        return file

    @classmethod
    def load(cls, port: int) -> Self:
        """The deployment that was saved for a port. Raises NotFound."""
        if not _file(port).is_file():
            raise NotFound(f"nothing was deployed on port {port}: run `floorsight up`", code="not_deployed")
        return cls.model_validate_json(_file(port).read_text())

    @classmethod
    def forget(cls, port: int) -> None:
        """Remove what was saved for a port, and what it was deployed from."""
        _file(port).unlink(missing_ok=True)
        shutil.rmtree(_assembly(port), ignore_errors=True)


def deploy(endpoint: Endpoint, progress: Progress | None = None) -> Deployment:
    """Deploy the local stage into a running emulator; again is an update.

    Raises:
        Unavailable: the CDK command line is missing, a deployment failed (with its last lines), or the API
            does not answer.
    """
    outputs = STATE / f"outputs-{endpoint.port}.json"
    outputs.unlink(missing_ok=True)
    _run_cdk(endpoint, ["bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", ""], progress)
    _run_cdk(
        endpoint,
        [
            *("deploy", "--all", "--app", APP, "--context", "stage=local"),
            *("--require-approval", "never", "--progress", "events", "--concurrency", "3"),
            *("--output", str(_assembly(endpoint.port)), "--outputs-file", str(outputs)),
        ],
        progress,
    )
    deployment = read_outputs(endpoint, json.loads(outputs.read_text()))
    outputs.unlink()
    deployment.save()
    _start_api(deployment.api_url)
    return deployment


def _start_api(url: str) -> None:
    """Have the API's first processes started. Raises Unavailable: none of them answers."""
    patience = Backoff(attempts=10, base_seconds=0.5, cap_seconds=5.0)

    def ask(_: int) -> None:
        with ApiClient(url) as api:
            patience.until_done(
                lambda: api.get("/api/health"), passing=(Unavailable,), failure="the API does not start"
            )

    with ThreadPoolExecutor(API_PROCESSES) as pool:
        list(pool.map(ask, range(API_PROCESSES)))


def read_outputs(endpoint: Endpoint, stacks: dict[str, dict[str, str]]) -> Deployment:
    """The deployment that the stacks' outputs describe (stack name → output → value)."""
    values = {name: value for outputs in stacks.values() for name, value in outputs.items()}
    return Deployment.model_validate({"port": endpoint.port, **values})


def _run_cdk(endpoint: Endpoint, arguments: list[str], progress: Progress | None) -> None:
    if not CDK.exists():
        raise Unavailable("the CDK command line is missing: run `npm ci`", code="cdk_missing")
    environment = child_environment(
        endpoint.environment()
        | {
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
            "NO_COLOR": "1",
        },
        without=("AWS_", "FORCE_COLOR"),
    )
    last_lines: deque[str] = deque(maxlen=LAST_LINES)
    with subprocess.Popen(
        [str(CDK), *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for above
        for line in process.stdout:
            last_lines.append(line.rstrip())
            event = parse_event(line)
            if event and progress:
                progress(event)
    if process.returncode:
        said = "\n".join(last_lines)
        raise Unavailable(f"cdk {arguments[0]} failed:\n{said}", code="deployment_failed")


def parse_event(line: str) -> ResourceEvent | None:
    """What a line of `cdk deploy --progress events` tells, or None if it is about something else."""
    found = _EVENT.match(line.strip())
    if not found:
        return None
    return ResourceEvent(
        stack=found["stack"],
        done=int(found["done"]),
        total=int(found["total"]) if found["total"] else None,
        status=found["status"],
        kind=found["kind"],
        resource=found["resource"],
    )


def _file(port: int) -> Path:
    return STATE / f"deployment-{port}.json"


def _assembly(port: int) -> Path:
    """Where the synthesised templates and assets of a port's deployment lie."""
    return STATE / f"cdk.out-{port}"
