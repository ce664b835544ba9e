"""What gates decided, visits, who is on the site and what guards did, by the API."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from floorsight.events.vision import Direction
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import ListName
from floorsight.vehicles.policy.store import GatePolicyStore
from tests.fakes.bus import MemoryBus
from tests.fakes.gatehouse import NORTH, SOUTH, plate_read
from tests.fakes.scene import CAMERA, SITE, Scene
from tests.unit.functions.conftest import Api, problem_of

GATE = "/api/v1/vehicle"
OURS, THIEF = "KA01AB1234", "MH12DE1433"


@pytest.fixture
def scene() -> Scene:
    """Our lorry came in by the north and went by the south; a blocked car stood at the north."""
    scene = Scene().with_camera()
    vehicles, policies = VehicleStore(scene.registry), GatePolicyStore(scene.registry)
    lists = VehicleListService(scene.sites, vehicles, policies, scene.clock)
    lists.add(SITE, ListName.ALLOWED, OURS, by="olga")
    lists.add(SITE, ListName.BLOCKED, THIEF, by="olga", reason="theft")
    gate = DecidingService(
        GateStore(scene.presence), vehicles, policies, scene.sites, MemoryBus(), scene.clock
    )
    scene.clock.advance(1000)
    gate.take_read(plate_read(OURS, 0, track=1))
    gate.take_read(plate_read(THIEF, 100, track=2))
    gate.take_read(plate_read(OURS, 900, gate=SOUTH, way=Direction.OUT, track=3))
    return scene


def ask(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = api.viewer.get(f"{GATE}/{path}", params={"site_id": SITE, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def rows_of(api: Api, path: str, **query: Any) -> list[dict[str, str]]:
    answer = api.viewer.get(f"{GATE}/{path}", params={"site_id": SITE, "format": "csv", **query})
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_log_is_newest_first_and_says_why(api: Api) -> None:
    found = ask(api, "logs")
    assert [(each["plate"], each["verdict"]) for each in found] == [
        (OURS, "allow"),
        (THIEF, "deny"),
        (OURS, "allow"),
    ]
    denied = found[1]
    assert (denied["reasons"][0]["code"], denied["alarms"]) == ("blocked", ["blocked"])
    assert (denied["admitted"], denied["overrides"], denied["policy_version"]) == (False, [], 0)
    assert denied["vehicle_id"] == f"{SITE}.{THIEF}.blocked"
    assert "north-2-plate.jpg" in denied["crop_url"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"gate_id": NORTH}, 2),
        ({"plate": "ka 01-ab 1234"}, 2),
        ({"decision": "deny"}, 1),
        ({"alarm": True}, 1),
        ({"overridden": True}, 0),
        ({"from": "2026-03-02T12:01:00Z"}, 2),
        ({"to": "2026-03-02T12:01:00Z"}, 1),
        ({"limit": 1}, 1),
    ],
)
def test_the_log_is_narrowed_down(api: Api, query: dict[str, Any], number: int) -> None:
    assert len(ask(api, "logs", **query)) == number
    if "limit" not in query:
        assert len(rows_of(api, "logs", **query)) == number


def test_the_log_goes_on_from_page_to_page(api: Api) -> None:
    cursor, found = None, []
    for _ in range(3):
        query = {"site_id": SITE, "limit": 1} | ({"cursor": cursor} if cursor else {})
        body = api.viewer.get(f"{GATE}/logs", params=query).json()
        found += [each["decision_id"] for each in body["items"]]
        cursor = body["next_cursor"]
    assert found == [each["decision_id"] for each in ask(api, "logs")]
    assert cursor is None


def test_the_log_as_a_file_is_in_the_sites_time(api: Api) -> None:
    newest = rows_of(api, "logs")[0]
    assert (newest["plate"], newest["gate_id"], newest["direction"]) == (OURS, SOUTH, "out")
    assert (newest["first_seen_at"], newest["admitted"]) == ("2026-03-02T13:15:00+01:00", "true")


def test_a_decision_has_its_evidence(api: Api) -> None:
    denied = ask(api, "logs")[1]
    evidence = api.viewer.get(f"{GATE}/decisions/{denied['decision_id']}").json()
    links = ("crop_url", "snapshot_url")  # signed anew each time
    assert {k: v for k, v in evidence.items() if k not in (*links, "readings", "readings_count")} == {
        k: v for k, v in denied.items() if k not in links
    }
    [reading] = evidence["readings"]
    assert evidence["readings_count"] == 1
    assert (reading["text"], reading["reads"], reading["reader"]) == (THIEF, 3, "test")
    assert (reading["verdict"], reading["track_id"]) == ("deny", 2)
    unknown = api.viewer.get(f"{GATE}/decisions/nothing")
    assert problem_of(unknown)[:2] == (404, "unknown_decision")


def test_a_guard_opens_once_and_it_is_kept_beside_the_decision(api: Api) -> None:
    denied = ask(api, "logs")[1]
    path = f"{GATE}/decisions/{denied['decision_id']}/override"
    body = {"action": "open", "reason": "police let it through"}
    anew = api.operator.post(path, json=body | {"revision": 2})
    assert problem_of(anew)[:2] == (409, "decided_anew")
    done = api.operator.post(path, json=body | {"revision": 1}).json()
    assert (done["verdict"], done["admitted"]) == ("deny", True)
    [override] = done["overrides"]
    assert (override["action"], override["reason"], override["by"]) == (
        "open",
        "police let it through",
        "olga",
    )
    assert api.operator.post(path, json=body).json()["overrides"] == done["overrides"]
    other = api.operator.post(path, json=body | {"action": "refuse"})
    assert problem_of(other)[:2] == (409, "already_overridden")
    known = api.operator.post(path, json=body | {"action": "refuse", "known_overrides": 1})
    assert (known.json()["admitted"], len(known.json()["overrides"])) == (False, 2)
    assert problem_of(api.operator.post(path, json=body | {"reason": ""}))[0] == 422
    [row] = rows_of(api, "logs", overridden=True)
    assert (row["override"], row["override_by"], row["override_holds"]) == ("refuse", "olga", "true")


def test_visits_have_both_their_ends(api: Api) -> None:
    visits = {each["plate"]: each for each in ask(api, "visits")}
    ended = visits[OURS]
    assert (ended["state"], ended["admitted"]) == ("ended", True)
    assert (ended["entry"]["gate_id"], ended["exit"]["gate_id"]) == (NORTH, SOUTH)
    assert (visits[THIEF]["admitted"], visits[THIEF]["exit"]) == (False, None)
    assert [each["plate"] for each in ask(api, "visits", gate_id=SOUTH)] == [OURS]
    assert [each["plate"] for each in ask(api, "visits", admitted=False)] == [THIEF]
    [row] = rows_of(api, "visits", state="ended")
    assert (row["plate"], row["exit_at"], row["exit_gate_id"]) == (OURS, "2026-03-02T13:15:00+01:00", SOUTH)


def test_who_was_let_in_and_has_not_gone_is_on_the_site(api: Api, scene: Scene) -> None:
    assert ask(api, "on-site") == []
    vehicles, policies = VehicleStore(scene.registry), GatePolicyStore(scene.registry)
    gate = DecidingService(
        GateStore(scene.presence), vehicles, policies, scene.sites, MemoryBus(), scene.clock
    )
    scene.clock.advance(200)
    gate.take_read(plate_read(OURS, 1100, track=4))
    [visit] = ask(api, "on-site")
    assert (visit["plate"], visit["state"]) == (OURS, "open")


def test_gates_are_where_cameras_see_them(api: Api) -> None:
    assert ask(api, "gates") == []
    camera = api.operator.get(f"/api/occupancy/cameras/{CAMERA}").json()
    fields = {name: camera[name] for name in ("name", "role", "revision")}
    changed = api.operator.put(
        f"/api/occupancy/cameras/{CAMERA}", json=fields | {"gate_id": NORTH, "lane": "2"}
    )
    assert changed.status_code == 200, changed.text
    [gate] = ask(api, "gates")
    assert gate["gate_id"] == NORTH
    assert [(each["camera_id"], each["lane"]) for each in gate["cameras"]] == [(CAMERA, "2")]
    nowhere = api.viewer.get(f"{GATE}/gates", params={"site_id": "plant-9"})
    assert problem_of(nowhere)[:2] == (404, "unknown_site")
