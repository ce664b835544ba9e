"""`floorsight analyse`: a recorded video, as AWS Batch would analyse it, on the running cloud."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from floorsight.platform.errors import Malformed, NotFound, Unavailable
from infra.local.accounts import temporary_account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.emulator import REGION
from infra.local.processes import Child, start_child
from infra.local.steps import Steps

FOLDER = "recordings"
POLL_SECONDS = 0.5
# A crossing is on its way to the ledger for about a second; longer than this, and something is broken.
COUNTED_SECONDS = 60.0
PAGE = 500


@dataclass(frozen=True)
class AnalyseOptions:
    """`started_at` as the entry point takes it. Without `job_id`, the same video on the same camera is the
    same job: begun again after Ctrl-C, it goes on."""

    video: Path
    camera_id: str
    started_at: str | None = None
    job_id: str | None = None


def analyse_video(
    deployment: Deployment, options: AnalyseOptions, environment: dict[str, str], console: Console
) -> dict[str, Any]:
    """Upload the video, analyse it in a child process, follow its record, and show the counts.

    Returns the job as the API tells it. Raises FloorsightError: the message says what to do.
    """
    if not options.video.is_file():
        raise NotFound(f"there is no file {options.video}", code="no_such_file")
    steps = Steps(console)
    with temporary_account(deployment, "viewer") as viewer, ApiClient(deployment.api_url) as api:
        api.sign_in(viewer.username, viewer.password)
        job_id = options.job_id or f"{options.camera_id[:40]}-{_digest(options.video)[:16]}"
        with steps.step(f"Video in the media bucket, as job {job_id}"):
            url = _upload(deployment, options.video, f"{FOLDER}/{job_id}{options.video.suffix}")
        arguments = ["--video", url, "--camera", options.camera_id, "--job-id", job_id]
        arguments += ["--started-at", options.started_at] if options.started_at else []
        with (
            steps.step("Analysed"),
            _ended(
                start_child(f"recorded-{job_id}", "containers.recorded_video", arguments, environment)
            ) as child,
        ):
            _follow(api, job_id, child, console)
        job: dict[str, Any] = api.get(f"/api/recordings/{job_id}")
        with steps.step("Counted"):
            counts = _count(api, job)
    _show(job, counts, console)
    return job


def _digest(video: Path) -> str:
    with video.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _upload(deployment: Deployment, video: Path, key: str) -> str:
    """Put the video into the bucket, unless it is there: an object that is written again is another one."""
    s3 = boto3.client(
        "s3",
        endpoint_url=deployment.endpoint.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator asks for no real key
    )
    bucket = deployment.media_bucket_name
    found = s3.list_objects_v2(Bucket=bucket, Prefix=key).get("Contents", [])
    if [entry["Size"] for entry in found if entry["Key"] == key] != [video.stat().st_size]:
        s3.upload_file(str(video), bucket, key)
    return f"s3://{bucket}/{key}"


@contextmanager
def _ended(child: Child) -> Iterator[Child]:
    """The child does not outlive the block: told to stop, it commits what it has."""
    try:
        yield child
    finally:
        child.stop()


def _follow(api: ApiClient, job_id: str, child: Child, console: Console) -> None:
    """A bar that follows the job's record until the child ends. Raises what the job failed of."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("loading", total=None, told="")
        while child.running:
            time.sleep(POLL_SECONDS)
            job = _find(api, job_id)
            if job is not None and job["status"] == "running":
                done = job["progress"]
                told = f"{done['frames_per_second']:.0f} frames/s, {done['crossings']} crossings"
                bar.update(
                    task,
                    description="analysing",
                    total=job["seconds_total"],
                    completed=done["seconds"],
                    told=told,
                )
    if child.process.returncode != 0:
        job = _find(api, job_id)
        problem = job["problem"] if job else None
        raise _error_of(child, problem)


def _find(api: ApiClient, job_id: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = api.get(f"/api/recordings/{job_id}")
    except NotFound:
        return None
    return found


def _error_of(child: Child, problem: dict[str, str] | None) -> Exception:
    if problem is None:
        return Unavailable(f"{child.name} ended; {child.log}:\n{child.last_lines()}", code="job_ended")
    return Malformed(problem["message"], code=problem["code"])


def _count(api: ApiClient, job: dict[str, Any]) -> Counter[str]:
    """The video's crossings in the ledger, by direction, once all are there.

    Raises:
        Unavailable: they don't come.
    """
    wanted, deadline = job["progress"]["crossings"], time.monotonic() + COUNTED_SECONDS
    while True:
        found = Counter(entry["direction"] for entry in _ledger(api, job))
        if found.total() >= wanted:
            return found
        if time.monotonic() > deadline:
            raise Unavailable(
                f"{found.total()} of {wanted} crossings were counted; see `floorsight logs emulator`",
                code="not_counted",
            )
        time.sleep(POLL_SECONDS)


def _ledger(api: ApiClient, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The camera's crossings in the time that the video shows."""
    begins = datetime.fromisoformat(job["started_at"])
    ends = begins + timedelta(seconds=job["progress"]["seconds"])
    cursor: dict[str, str] = {}
    while True:
        page = api.get(f"/api/occupancy/cameras/{job['camera_id']}/crossings", limit=PAGE, **cursor)
        for entry in page["items"]:  # newest first
            at = datetime.fromisoformat(entry["occurred_at"])
            if at < begins:
                return
            if at <= ends:
                yield entry
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


def _show(job: dict[str, Any], counts: Counter[str], console: Console) -> None:
    progress = job["progress"]
    table = Table(title=f"Camera {job['camera_id']}, from {job['started_at']} on")
    for column in ("in", "out", "video", "frames analysed", "damaged parts"):
        table.add_column(column, justify="right")
    table.add_row(
        str(counts["in"]),
        str(counts["out"]),
        f"{progress['seconds']:.1f} s",
        str(progress["frames"]),
        str(len(job["damages"])),
    )
    console.print(table)
    for damage in job["damages"]:
        console.print(
            f"  at {damage['at_seconds']:.1f} s: {damage['explanation']}", markup=False, soft_wrap=True
        )
