"""Jobs on the deployed local stage: by the clock, by hand, and what streams leave behind."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from floorsight.events.vision import StreamHealth, TrackEnded
from floorsight.occupancy.reconcile.service import ReconcileService
from floorsight.occupancy.reconcile.store import RECONCILED, ReconcileStore
from floorsight.occupancy.series.fence import FenceStore
from floorsight.occupancy.series.model import Level, subject_of
from floorsight.occupancy.series.store import TableSeries
from floorsight.occupancy.service import OccupancyService
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.table import Put
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from infra.local.deployment import Deployment
from tests.integration.test_deployment import Door, api, door, operator
from tests.waiting import eventually

__all__ = ["api", "door", "operator"]

pytestmark = pytest.mark.cloud


class Jobs:
    """The API's part about jobs."""

    def __init__(self, api: httpx.Client, cloud: Deployment, headers: dict[str, str]) -> None:
        self._api, self._url, self._headers = api, f"{cloud.api_url}/api/occupancy", headers

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._api.request(method, f"{self._url}/{path}", headers=self._headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def runs(self, job: str) -> Any:
        """The last runs, newest first."""
        return self.ask("GET", f"jobs/{job}/runs?limit=20")["items"]

    def run(self, job: str, site_id: str) -> Any:
        """Start a job by hand and wait until it is over."""
        run_id = self.ask("POST", f"jobs/{job}/run", {"site_id": site_id})["run_id"]

        def finished() -> Any:
            return next(
                (r for r in self.runs(job) if r["run_id"] == run_id and r["status"] != "running"), None
            )

        return eventually(finished, f"the end of {job}")


@pytest.fixture
def jobs(api: httpx.Client, cloud: Deployment, operator: dict[str, str]) -> Jobs:
    return Jobs(api, cloud, operator)


def envelope(door: Door, at: datetime) -> dict[str, Any]:
    return {
        "event_id": uuid.uuid4().hex,
        "occurred_at": at,
        "site_id": door.site_id,
        "camera_id": door.camera_id,
        "stream_session": "20260101T000000.000Z-test",
        "cause": "chunk/1",
    }


def test_the_clock_starts_jobs(jobs: Jobs) -> None:
    def ran() -> Any:
        done = [run for run in jobs.runs("check_alerts") if run["status"] == "succeeded"]
        return next((run for run in done if run["started_by"] == "schedule"), None)

    run = eventually(ran, "a run by the clock")
    assert run["faults"] == {}
    status = jobs.ask("GET", "scheduler-status")
    last = next(each["last_run"] for each in status["jobs"] if each["job"] == "check_alerts")
    assert datetime.fromisoformat(last["started_at"]) >= datetime.fromisoformat(run["started_at"])


@pytest.mark.parametrize("job", ["check_alerts", "roll_up", "reconcile", "detect_anomalies"])
def test_every_job_is_started_by_hand(jobs: Jobs, door: Door, job: str) -> None:
    run = jobs.run(job, door.site_id)
    assert (run["status"], run["faults"], run["result"]["sites"]) == ("succeeded", {}, 1)
    assert (run["started_by"], run["site_id"]) == ("operator", door.site_id)


def test_a_run_that_fails_says_where(jobs: Jobs, door: Door, cloud: Deployment) -> None:
    damaged = RECONCILED.item({"site_id": door.site_id}, site_id=door.site_id, local_date="2026-01-01")
    DynamoTable(cloud.presence_table_name, client("dynamodb")).write(Put(damaged))
    run = jobs.run("reconcile", door.site_id)
    assert run["status"] == "failed"
    assert list(run["faults"]) == [door.site_id]
    assert run["duration_seconds"] is not None


def test_what_streams_leave_behind_is_kept_and_used(jobs: Jobs, door: Door, cloud: Deployment) -> None:
    """Minutes make last seen, a heartbeat and a mark; an ended track can be recounted."""
    now = utc_now()
    presence = DynamoTable(cloud.presence_table_name, client("dynamodb"))
    ledger, fences = OccupancyStore(presence), FenceStore(presence)
    # Until it is ended the clock, which rolls up every five minutes, leaves the mark.
    fence = eventually(lambda: fences.begin(door.site_id, now), "a fence")
    bus = EventBridgeBus(cloud.event_bus_name, client("events"))
    minute = StreamHealth(
        **envelope(door, now), minute=now, frames_analysed=600, frames_per_second=10.0
    ).to_message()
    track = TrackEnded(
        **envelope(door, now),
        track_id=1,
        object_class="person",
        started_at=now - timedelta(seconds=4),
        observations=40,
        path=((0, 0.1, 0.5), (4000, 0.9, 0.5)),
    ).to_message()
    bus.publish([minute, track, minute, track])
    period = {
        "from": (now - timedelta(minutes=1)).isoformat(),
        "to": (now + timedelta(minutes=1)).isoformat(),
    }

    def recounted() -> Any:
        found = jobs.ask("POST", "recount", {"camera_id": door.camera_id, **period})
        return found if found["tracks_with_path"] else None

    (line,) = eventually(recounted, "the track")["lines"]
    moved = line["new"]
    assert line["old"] == {"entries": 0, "exits": 0}
    assert sorted(moved.values()) == [0, 1]
    (_,) = eventually(lambda: ledger.load_marks(door.site_id), "a mark")
    fences.end(fence, utc_now())
    assert jobs.run("roll_up", door.site_id)["status"] == "succeeded"
    # The clock's run may have been faster, and may still be at it.
    eventually(lambda: not ledger.load_marks(door.site_id), "the mark used")
    subject = subject_of(door.camera_id)
    assert TableSeries(presence).find_last(subject, Level.HOUR, before=now + timedelta(hours=1))


def test_a_night_is_reconciled_on_real_tables(
    api: httpx.Client, cloud: Deployment, operator: dict[str, str], door: Door
) -> None:
    """With a clock of the test's own: the day after, the drift of the day before is gone."""
    bus = EventBridgeBus(cloud.event_bus_name, client("events"))
    bus.publish([door.crossing(track_id=number).to_message() for number in range(3)])
    live = f"{cloud.api_url}/api/occupancy/cameras/{door.camera_id}/live"
    eventually(lambda: api.get(live, headers=operator).json()["entries"] == 3, "three entries")

    registry, presence = (
        DynamoTable(name, client("dynamodb"))
        for name in (cloud.registry_table_name, cloud.presence_table_name)
    )

    def tomorrow() -> datetime:
        return utc_now() + timedelta(days=1)

    sites = SiteService(SiteStore(registry))
    occupancy = OccupancyService(sites, OccupancyStore(presence), tomorrow)
    reconciling = ReconcileService(sites, occupancy, ReconcileStore(presence), tomorrow)
    done = reconciling.reconcile_site(door.site_id)
    assert done is not None
    assert done.drifts == {door.camera_id: 3}
    assert api.get(live, headers=operator).json()["occupancy"] == 0
    assert reconciling.reconcile_site(door.site_id) is None
