"""Telling the running cloud a made-up history, as the vision worker tells what it sees."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import boto3
from rich.console import Console
from rich.progress import Progress

from floorsight.events.vision import LineCrossed
from floorsight.platform.bus import MAX_ENTRIES, EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.errors import Unavailable
from infra.local.accounts import temporary_account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.emulator import REGION
from infra.local.history.events import Door, crossing_events
from infra.local.history.plausible import plausible_passages, visit
from infra.local.scene import create_unless_there
from infra.local.steps import Steps

SITE_ID = "synthetic-plant"
TIME_ZONE = "Europe/Berlin"
MAX_OCCUPANCY = 100
DOORS = {
    0: ("synthetic-main-door", "Main door (synthetic)"),
    1: ("synthetic-yard-door", "Yard door (synthetic)"),
}
BATCH = 10 * MAX_ENTRIES
POLL_SECONDS = 1.0
# Nothing was counted for so long, though events wait: something is broken.
STALLED_SECONDS = 60.0
JOB_SECONDS = 900.0


@dataclass(frozen=True)
class HistoryOptions:
    """`unexpected_group` adds a visit in the last whole hour: what the anomaly detection is to find."""

    weeks: int = 4
    seed: int = 1
    unexpected_group: bool = True


def tell_history(deployment: Deployment, options: HistoryOptions, console: Console) -> None:
    """Make a site with two doors and weeks of crossings up to now; each step is shown.

    Running it again with the same seed on the same day adds only what happened since, and another group.

    Raises:
        FloorsightError: a step failed; the message says what to do.
    """
    steps = Steps(console)
    with temporary_account(deployment, "operator") as operator, ApiClient(deployment.api_url) as api:
        api.sign_in(operator.username, operator.password)
        with steps.step("Site and doors, labelled as synthetic"):
            doors = set_up_doors(api)
        now = utc_now()
        events = made_up_events(doors, options, now)
        with (
            steps.step(f"{len(events)} crossings of {options.weeks} weeks, over the event bus"),
            Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
        ):
            task = bar.add_task("publishing", total=len(events))
            for batch in publish(deployment, events):
                bar.advance(task, len(batch))
        with steps.step("Counted"):
            wait_until_counted(api, doors, events)
        for job in ("roll_up", "detect_anomalies"):
            with steps.step(f"Job {job}"):
                run_job(api, job)


def set_up_doors(api: ApiClient) -> dict[int, Door]:
    """The site, its cameras and their lines; what is there already stays."""
    site = {
        "site_id": SITE_ID,
        "name": "Synthetic plant (made-up data)",
        "time_zone": TIME_ZONE,
        "max_occupancy": MAX_OCCUPANCY,
    }
    create_unless_there(lambda: api.post("/api/sites", site))
    return {number: _set_up_door(api, *door) for number, door in DOORS.items()}


def _set_up_door(api: ApiClient, camera_id: str, name: str) -> Door:
    camera = {"camera_id": camera_id, "site_id": SITE_ID, "name": name, "role": "bidirectional"}
    create_unless_there(lambda: api.post("/api/occupancy/cameras", camera))
    path = f"/api/occupancy/cameras/{camera_id}/lines"
    line = {"name": "Doorstep", "start": {"x": 0.5, "y": 1.0}, "end": {"x": 0.5, "y": 0.0}}
    found = api.get(path)["items"] or [api.post(path, line)]
    return Door(SITE_ID, camera_id, found[0]["line_id"], found[0]["revision"])


def made_up_events(doors: dict[int, Door], options: HistoryOptions, now: datetime) -> Sequence[LineCrossed]:
    """Crossings of whole weeks up to `now`, in order of time."""
    zone = ZoneInfo(TIME_ZONE)
    days = options.weeks * 7 + 1
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    passages = plausible_passages(first, days, zone, seed=options.seed)
    if options.unexpected_group:
        hour = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        passages = sorted([*passages, *visit(hour, seed=options.seed)], key=lambda passage: passage.at)
    return [event for event in crossing_events(passages, doors) if event.occurred_at <= now]


def publish(deployment: Deployment, events: Sequence[LineCrossed]) -> Iterator[Sequence[LineCrossed]]:
    """Publish events on the deployment's bus; yields each batch once it is taken."""
    bus = EventBridgeBus(
        deployment.event_bus_name,
        boto3.client(
            "events",
            endpoint_url=deployment.endpoint.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator asks for no real key
        ),
    )
    for start in range(0, len(events), BATCH):
        batch = events[start : start + BATCH]
        bus.publish([event.to_message() for event in batch])
        yield batch


def wait_until_counted(api: ApiClient, doors: dict[int, Door], events: Sequence[LineCrossed]) -> None:
    """Wait until every event is in its camera's ledger.

    Raises:
        Unavailable: nothing moved for a minute.
    """
    wanted = {event.event_id for event in events}

    def count_found() -> int:
        return sum(len(wanted & ledger_ids(api, door.camera_id)) for door in doors.values())

    wait_for_progress(count_found, len(wanted), "crossings in the ledger")


def wait_for_progress(progress: Callable[[], int], goal: int, subject: str) -> None:
    """Poll until the goal is reached. Raises Unavailable when nothing moves for a minute."""
    best, moved_at = -1, time.monotonic()
    while (reached := progress()) < goal:
        if reached > best:
            best, moved_at = reached, time.monotonic()
        if time.monotonic() - moved_at > STALLED_SECONDS:
            raise Unavailable(
                f"{reached} of {goal} {subject}, and no more for a minute: see `floorsight logs emulator`",
                code="stalled",
            )
        time.sleep(POLL_SECONDS)


def ledger_ids(api: ApiClient, camera_id: str) -> set[str]:
    """The ids of the crossings that a camera's ledger holds."""
    found: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        page = api.get(f"/api/occupancy/cameras/{camera_id}/crossings", limit=500, **cursor)
        found |= {crossing["crossing_id"] for crossing in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def run_job(api: ApiClient, name: str) -> dict[str, Any]:
    """Start a job for the site and wait for its end; the record of its run.

    Raises:
        Unavailable: it failed, or did not end within Lambda's limit.
    """
    path = f"/api/occupancy/jobs/{name}"
    run_id = api.post(f"{path}/run", {"site_id": SITE_ID})["run_id"]
    deadline = time.monotonic() + JOB_SECONDS
    while time.monotonic() < deadline:
        runs = {run["run_id"]: run for run in api.get(f"{path}/runs", limit=20)["items"]}
        run = runs.get(run_id, {"status": "requested"})
        if run["status"] == "failed":
            raise Unavailable(f"job {name} failed: {run['faults']}", code="job_failed")
        if run["status"] == "succeeded":
            if not run["result"].get("already_running"):
                return dict(run)
            # The clock's own run was under way: what it began before is for one more.
            run_id = api.post(f"{path}/run", {"site_id": SITE_ID})["run_id"]
        time.sleep(POLL_SECONDS)
    raise Unavailable(f"job {name} has not ended: see `floorsight logs emulator`", code="stalled")
