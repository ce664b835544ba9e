"""`POST /api/v1/vehicle/validate-plate`: what a gate would do about a plate, typed or in a picture."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from floorsight.images import plates
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.model import GatePolicy, ListName
from functions.gateway.access import MACHINES, Role
from tests.fakes.clock import NOON
from tests.fakes.scene import SITE
from tests.fakes.stills import Gate, still
from tests.fakes.yard import TEXT
from tests.unit.functions.conftest import problem_of
from tests.unit.functions.test_analyse_image import FrameApi

PATH = "/api/v1/vehicle/validate-plate"
CAR = base64.b64encode(still(6)).decode()
ROAD = base64.b64encode(still(None)).decode()


@pytest.fixture
def desk(s3: Any, portal: BlockingPortal) -> FrameApi:
    return FrameApi(Gate(), s3, portal)


@pytest.fixture(autouse=True)
def small_vehicles_are_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """The miniature's vehicles are 12 pixels wide."""
    monkeypatch.setattr(plates, "LEAST_PLATE_WIDTH", 2.0)
    monkeypatch.setattr(plates, "NEAR_PLATE_WIDTH", 2.0)


def lists_of(desk: FrameApi) -> VehicleListService:
    return VehicleListService(desk.trials.sites, desk.trials.lists, desk.trials.policies, desk.trials.clock)


def ask(desk: FrameApi, group: str | None = "viewer", **body: Any) -> httpx.Response:
    return desk.client(group).post(PATH, json={"site_id": SITE, **body})


def plates_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    plates: list[dict[str, Any]] = answer.json()["plates"]
    return plates


def test_a_typed_plate_is_answered_with_its_decision(desk: FrameApi) -> None:
    blocked = lists_of(desk).add(SITE, ListName.BLOCKED, "MH12AB1234", by="olga", reason="theft")
    stored = desk.gate.scene.registry.dump() | desk.gate.scene.presence.dump()
    [plate] = plates_of(ask(desk, text="mh 12-ab 1234"))
    assert (plate["cleaned"], plate["candidates"]) == (
        "MH12AB1234",
        [{"plate": "MH12AB1234", "profile": "ANY"}],
    )
    decision = plate["decision"]
    assert (decision["verdict"], decision["alarm"]) == ("deny", "blocked")
    assert decision["vehicle_id"] == blocked.vehicle.vehicle_id
    assert decision["reasons"][0]["code"] == "blocked"
    assert decision["explanation"].startswith("denied: ")
    assert (plate["confidence"], plate["corners"], plate["vehicle"]) == (1.0, [], None)
    # Nothing is kept, and nobody is told.
    assert desk.gate.scene.registry.dump() | desk.gate.scene.presence.dump() == stored
    assert desk.gate.bus.messages == []


@pytest.mark.parametrize(
    ("body", "verdict", "code"),
    [
        ({"text": "X1"}, "hold", "not_listed"),
        ({"text": "?"}, "hold", "unread"),
        ({"text": "GUEST1"}, "allow", "visitor"),
        ({"text": "GUEST1", "confidence": 0.6}, "review", "low_confidence"),
        ({"text": "GUEST1", "at": (NOON + timedelta(days=2)).isoformat()}, "hold", "expired"),
        ({"text": "GUEST1", "direction": "out"}, "allow", "visitor_leaving"),
        ({"text": "GUE5T1"}, "review", "near_allowed"),
    ],
)
def test_it_is_decided_as_if_it_were_read_so(
    desk: FrameApi, body: dict[str, Any], verdict: str, code: str
) -> None:
    until = NOON + timedelta(days=1)
    lists_of(desk).add(SITE, ListName.VISITOR, "GUEST1", by="olga", host="Anna", valid_until=until)
    [plate] = plates_of(ask(desk, **body))
    assert plate["decision"]["verdict"] == verdict
    assert plate["decision"]["reasons"][0]["code"] == code


def test_a_vehicles_plate_is_read_from_a_picture(desk: FrameApi) -> None:
    lists_of(desk).add(SITE, ListName.ALLOWED, TEXT, by="olga")
    [plate] = plates_of(ask(desk, image=CAR))
    assert (plate["text"], plate["confidence"]) == (TEXT, 0.96)
    assert plate["decision"]["verdict"] == "allow"
    box = plate["vehicle"]
    assert box["type"] == "car"
    assert 0 <= box["left"] < box["right"] <= 1
    xs = [corner["x"] for corner in plate["corners"]]
    assert len(xs) == 4
    assert box["left"] < min(xs) < max(xs) < box["right"]


def test_without_a_vehicle_the_picture_itself_is_read(desk: FrameApi) -> None:
    [plate] = plates_of(ask(desk, image=ROAD))
    assert (plate["text"], plate["vehicle"]) == (TEXT, None)


def test_a_vehicle_without_a_plate_is_held_and_an_empty_road_is_nothing(desk: FrameApi) -> None:
    desk.plates.everywhere = False
    [plate] = plates_of(ask(desk, image=CAR))
    assert (plate["text"], plate["decision"]["reasons"][0]["code"]) == (None, "unread")
    assert plate["vehicle"] is not None
    assert plates_of(ask(desk, image=ROAD)) == []


def test_a_text_of_several_plates_names_them_all(desk: FrameApi) -> None:
    desk.trials.policies.replace(GatePolicy(SITE, profiles=("IN",)))
    [plate] = plates_of(ask(desk, text="HELLO"))
    assert (plate["candidates"], plate["decision"]["reasons"][0]["code"]) == ([], "no_profile")


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({}, "invalid_request", ["body"]),
        ({"text": "X1", "image": CAR}, "invalid_request", ["body"]),
        ({"image": "?"}, "not_base64", ["image"]),
        ({"image": base64.b64encode(b"GIF89a").decode()}, "not_jpeg", ["image"]),
        ({"image": base64.b64encode(still(6)[:200]).decode()}, "truncated_image", ["image"]),
        ({"text": "X1", "confidence": 2}, "invalid_request", ["confidence"]),
        ({"text": "X1", "at": "1066-10-14T09:00:00Z"}, "out_of_range", ["at"]),
        ({"text": "X" * 41}, "invalid_request", ["text"]),
    ],
)
def test_bad_requests_are_told_what_is_wrong(
    desk: FrameApi, body: dict[str, Any], code: str, fields: list[str]
) -> None:
    assert problem_of(ask(desk, **body)) == (422, code, fields)


def test_an_upload_is_read_and_forgotten(desk: FrameApi) -> None:
    key, other = (f"uploads/{digit * 32}.jpg" for digit in "12")
    desk.gate.objects.put(key, still(6), content_type="image/jpeg")
    assert [plate["text"] for plate in plates_of(ask(desk, upload_key=key))] == [TEXT]
    assert desk.gate.objects.keys("uploads/") == []
    assert problem_of(ask(desk, upload_key=key))[:2] == (404, "unknown_upload")
    desk.gate.objects.put(other, b"GIF89a", content_type="image/jpeg")
    assert problem_of(ask(desk, upload_key=other)) == (422, "not_jpeg", ["upload_key"])


def test_it_is_for_viewers_of_a_site_that_there_is(desk: FrameApi) -> None:
    assert problem_of(ask(desk, None, text="X1"))[:2] == (401, "not_signed_in")
    assert problem_of(ask(desk, MACHINES, text="X1"))[:2] == (403, "role_missing")
    assert ask(desk, Role.OPERATOR, text="X1").status_code == 200
    for what in ({"text": "X1"}, {"image": CAR}):
        assert problem_of(ask(desk, site_id="plant-9", **what))[:2] == (404, "unknown_site")
