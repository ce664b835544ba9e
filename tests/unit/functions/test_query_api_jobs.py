"""Scheduler status, runs of jobs, starting them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from floorsight.jobs.model import JobName
from floorsight.jobs.requests import JobRequest
from functions.query_api.job_starter import JobStarter
from tests.fakes.jobs import RememberedStarts
from tests.fakes.scene import CAMERA, SITE, Scene
from tests.unit.functions.conftest import CREDENTIALS, Api, problem_of

STATUS = ("/api/occupancy/scheduler-status", "/api/v1/occupancy/scheduler-status")
RUN = "/api/occupancy/jobs/roll_up/run"


def starts(api: Api) -> list[JobRequest]:
    starter = api.app.state.make_services().job_starter
    assert isinstance(starter, RememberedStarts)
    return starter.requests


def run(scene: Scene, name: JobName = JobName.ROLL_UP, run_id: str = "r1", **how: Any) -> None:
    scene.jobs.run(
        name, lambda _: {"rows": 3}, lambda: [SITE], **{"run_id": run_id, "started_by": "schedule", **how}
    )


@pytest.mark.parametrize("path", STATUS)
def test_the_status_names_every_job(api: Api, scene: Scene, path: str) -> None:
    run(scene)
    body = api.viewer.get(path).json()
    jobs = {each["job"]: each for each in body["jobs"]}
    assert set(jobs) == set(JobName)
    assert jobs["reconcile"]["last_run"] is None
    last = jobs["roll_up"]["last_run"]
    assert (last["status"], last["result"], last["duration_seconds"]) == (
        "succeeded",
        {"sites": 1, "rows": 3},
        0.0,
    )
    assert jobs["roll_up"]["next_run_at"] == "2026-03-02T12:05:00Z"


def test_runs_are_listed_newest_first_in_pages(api: Api, scene: Scene) -> None:
    for number in range(3):
        run(scene, run_id=f"r{number}")
        scene.clock.advance(300)
    path = "/api/occupancy/jobs/roll_up/runs"
    first = api.viewer.get(path, params={"limit": 2}).json()
    rest = api.viewer.get(path, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [each["run_id"] for each in first["items"] + rest["items"]] == ["r2", "r1", "r0"]
    assert rest["next_cursor"] is None
    assert problem_of(api.viewer.get(path, params={"cursor": "x"}))[:2] == (422, "bad_cursor")


@pytest.mark.parametrize(("body", "site_id"), [(None, None), ({}, None), ({"site_id": SITE}, SITE)])
def test_a_job_is_started_by_hand(api: Api, scene: Scene, body: Any, site_id: str | None) -> None:
    scene.with_camera()
    answer = api.operator.post(RUN, json=body)
    assert answer.status_code == 202
    found = answer.json()
    assert (found["job"], found["site_id"]) == ("roll_up", site_id)
    assert starts(api) == [
        JobRequest(job=JobName.ROLL_UP, site_id=site_id, started_by="olga", run_id=found["run_id"])
    ]


def test_starts_have_ids_of_their_own(api: Api) -> None:
    assert len({api.operator.post(RUN).json()["run_id"] for _ in range(3)}) == 3


@pytest.mark.parametrize("path", ["jobs/dance/run", "jobs/dance/runs"])
def test_an_unknown_job_is_not_found(api: Api, path: str) -> None:
    method = "POST" if path.endswith("run") else "GET"
    answer = api.operator.request(method, f"/api/occupancy/{path}")
    assert problem_of(answer)[:2] == (404, "unknown_job")
    assert "roll_up" in answer.json()["detail"]


def test_an_unknown_site_is_not_found_and_starts_nothing(api: Api) -> None:
    answer = api.operator.post(RUN, json={"site_id": "nowhere"})
    assert problem_of(answer)[:2] == (404, "unknown_site")
    assert starts(api) == []


@pytest.mark.parametrize(
    ("name", "status"),
    [("roll_up", 202), ("check_alerts", 202), ("reconcile", 404), ("detect_anomalies", 404)],
)
def test_what_a_deleted_site_leaves_can_be_finished_by_hand(
    api: Api, scene: Scene, name: str, status: int
) -> None:
    scene.with_camera().sites.delete_camera(CAMERA)
    scene.sites.delete_site(SITE)
    answer = api.operator.post(f"/api/occupancy/jobs/{name}/run", json={"site_id": SITE})
    assert answer.status_code == status


def test_an_id_longer_than_ids_are_is_refused(api: Api) -> None:
    assert problem_of(api.operator.post(RUN, json={"site_id": "x" * 129})) == (
        422,
        "invalid_request",
        ["site_id"],
    )


def test_unknown_fields_are_refused(api: Api) -> None:
    assert problem_of(api.operator.post(RUN, json={"site": SITE})) == (422, "invalid_request", ["site"])


@pytest.mark.parametrize("path", [*STATUS, "/api/occupancy/jobs/roll_up/runs"])
def test_reading_needs_a_viewer(api: Api, path: str) -> None:
    assert api.stranger.get(path).status_code == 401
    assert api.signed_in(None).get(path).status_code == 403
    assert api.viewer.get(path).status_code == 200


def test_starting_needs_an_operator(api: Api) -> None:
    assert api.stranger.post(RUN).status_code == 401
    assert problem_of(api.viewer.post(RUN))[:2] == (403, "role_missing")
    assert starts(api) == []


@pytest.fixture
def lambda_stub() -> Any:
    client = boto3.client("lambda", **CREDENTIALS)
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def test_lambda_is_asked_and_not_waited_for(lambda_stub: Stubber) -> None:
    request = JobRequest(job=JobName.ROLL_UP, started_by="olga", run_id="r1")
    expected = {
        "FunctionName": "run-job",
        "InvocationType": "Event",
        "Payload": request.to_payload().encode(),
    }
    lambda_stub.add_response("invoke", {"StatusCode": 202}, expected)
    JobStarter("run-job", lambda: lambda_stub.client).start(request)
    assert JobRequest.model_validate_json(request.to_payload()) == request


def test_a_start_that_lambda_did_not_take_is_unavailable(
    lambda_stub: Stubber, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    lambda_stub.add_client_error("invoke", "TooManyRequestsException", http_status_code=429)
    services = replace(
        api.app.state.make_services(), job_starter=JobStarter("run-job", lambda: lambda_stub.client)
    )
    monkeypatch.setattr(api.app.state, "make_services", lambda: services)
    answer = api.operator.post(RUN)
    assert problem_of(answer)[:2] == (503, "job_not_started")
