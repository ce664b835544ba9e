"""Looking how far a recorded video is."""

from __future__ import annotations

from dataclasses import replace

from floorsight.recordings.model import Damage, Order, Problem, RecordingStatus
from tests.fakes.clock import NOON
from tests.fakes.scene import Scene
from tests.unit.functions.conftest import Api, problem_of

ORDER = Order("yard-1", "yard", "s3://media/recordings/yard.mp4", NOON)


def test_a_queued_job(scene: Scene, api: Api) -> None:
    scene.recordings.submit(ORDER)
    answer = api.viewer.get("/api/recordings/yard-1")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["status"], body["attempts"], body["problem"]) == ("queued", 0, None)
    assert body["progress"]["chunks"] == 0


def test_a_job_that_failed_tells_where_and_why(scene: Scene, api: Api) -> None:
    begun = scene.recordings.begin(
        scene.recordings.submit(ORDER),
        site_id="plant-1",
        stream_session="20260302T110000.000000Z-0001",
        current_session=None,
    )
    damaged = replace(begun, damages=(Damage(3.5, "gone", 3),))
    scene.recordings.close(damaged, RecordingStatus.FAILED, Problem("undecodable_source", "look at it"))
    body = api.viewer.get("/api/recordings/yard-1").json()
    assert body["status"] == "failed"
    assert body["problem"] == {"code": "undecodable_source", "message": "look at it"}
    assert body["damages"] == [{"at_seconds": 3.5, "explanation": "gone", "sequence": 3}]


def test_an_unknown_job(api: Api) -> None:
    assert problem_of(api.viewer.get("/api/recordings/nothing"))[:2] == (404, "unknown_recording")


def test_who_is_not_signed_in_sees_nothing(api: Api) -> None:
    assert api.stranger.get("/api/recordings/yard-1").status_code == 401
    assert api.signed_in(None).get("/api/recordings/yard-1").status_code == 403
