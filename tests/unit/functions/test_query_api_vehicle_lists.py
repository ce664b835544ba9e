"""A site's vehicle lists by the API."""

from __future__ import annotations

import string
from typing import Any

import pytest

from functions.gateway.access import Role
from functions.query_api.routers.vehicle_files import EXAMPLE
from tests.fakes.clock import NOON
from tests.fakes.scene import SITE, Scene
from tests.unit.functions.conftest import Api, problem_of

VEHICLES = "/api/v1/vehicle/vehicles"
BLOCKED = {"site_id": SITE, "list": "blocked", "plate": "mh 12-ab 1234", "reason": "theft"}
NOON_TEXT = NOON.isoformat().replace("+00:00", "Z")


@pytest.fixture
def scene() -> Scene:
    return Scene().with_camera()


def add(api: Api, **fields: Any) -> Any:
    answer = api.operator.post(VEHICLES, json={"site_id": SITE, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def plates_of(api: Api, **query: Any) -> list[str]:
    answer = api.viewer.get(VEHICLES, params={"site_id": SITE, **query})
    assert answer.status_code == 200, answer.text
    return [each["plate"] for each in answer.json()["items"]]


def test_a_vehicle_is_blocked_read_and_listed_with_who_did_it(api: Api) -> None:
    added = api.operator.post(VEHICLES, json=BLOCKED)
    body = {
        "vehicle_id": "plant-1.MH12AB1234.blocked",
        "site_id": SITE,
        "list": "blocked",
        "plate": "MH12AB1234",
        "profile": "ANY",
        "valid_from": "2026-03-02T11:59:30Z",
        "valid_until": None,
        "reason": "theft",
        "host": None,
        "max_visits": None,
        "note": None,
        "revision": 1,
        "created_at": NOON_TEXT,
        "created_by": "olga",
        "changed_at": NOON_TEXT,
        "changed_by": "olga",
        "removed": False,
    }
    assert (added.status_code, added.json()) == (201, body | {"corrected_from": None})
    assert api.viewer.get(f"{VEHICLES}/{body['vehicle_id']}").json() == body
    listed = api.viewer.get(VEHICLES, params={"site_id": SITE}).json()
    assert listed == {"items": [body | {"can_be_read": True}], "next_cursor": None}


def test_a_correction_is_told(api: Api) -> None:
    api.admin.put(
        f"/api/v1/vehicle/policy?site_id={SITE}", json={"revision": 0, "profiles": ["IN"]}
    ).raise_for_status()
    added = add(api, list="allowed", plate="MHI2 AB 1234")
    assert (added["plate"], added["corrected_from"], added["profile"]) == ("MH12AB1234", "MHI2AB1234", "IN")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"list": "blocked", "plate": "X1"}, "reason_missing", "reason"),
        ({"list": "allowed", "plate": "..."}, "no_profile", "plate"),
        ({"list": "stolen", "plate": "X1"}, "invalid_request", "list"),
        ({"list": "allowed", "plate": "X1", "valid_from": "2026-03-02"}, "invalid_request", "valid_from"),
        (
            {"list": "allowed", "plate": "X1", "valid_until": "0001-01-01T00:00:00Z"},
            "out_of_range",
            "valid_until",
        ),
        ({"list": "allowed", "plate": "X1", "site_id": "plant-9"}, "unknown_site", "site_id"),
    ],
)
def test_what_is_wrong_with_a_vehicle_is_told(
    api: Api, fields: dict[str, Any], code: str, field: str
) -> None:
    answer = api.operator.post(VEHICLES, json={"site_id": SITE, **fields})
    assert problem_of(answer) == (422, code, [field])


def test_a_vehicle_is_changed_removed_and_its_history_told(api: Api) -> None:
    path = f"{VEHICLES}/{add(api, **BLOCKED)['vehicle_id']}"
    changed = api.signed_in(Role.OPERATOR, "eve").put(path, json={"revision": 1, "reason": "damage"}).json()
    assert (changed["revision"], changed["changed_by"], changed["created_by"]) == (2, "eve", "olga")
    stale = api.operator.put(path, json={"revision": 1, "reason": "other"})
    assert problem_of(stale)[:2] == (409, "revision_changed")
    assert api.operator.delete(path).json()["removed"] is True
    assert plates_of(api) == []
    assert api.viewer.get(path).json()["removed"] is True
    history = api.viewer.get(f"{path}/history").json()["items"]
    assert [(each["revision"], each["reason"]) for each in history] == [
        (3, "damage"),
        (2, "damage"),
        (1, "theft"),
    ]
    assert problem_of(api.operator.put(path, json={"revision": 3}))[:2] == (404, "unknown_vehicle")
    assert problem_of(api.viewer.get(f"{VEHICLES}/nobody"))[:2] == (404, "unknown_vehicle")


def test_lists_are_narrowed_down_and_say_what_can_not_be_read_any_more(api: Api) -> None:
    add(api, list="allowed", plate="KA05M1")
    add(api, **BLOCKED)
    add(api, list="allowed", plate="MH14CD5678", valid_from="2026-03-01T00:00:00Z", valid_until=NOON_TEXT)
    assert plates_of(api, list="allowed") == ["KA05M1", "MH14CD5678"]
    assert plates_of(api, plate="mh-1") == ["MH12AB1234", "MH14CD5678"]
    assert plates_of(api, valid_at=NOON_TEXT, list="allowed") == ["KA05M1"]
    problem = problem_of(api.viewer.get(VEHICLES, params={"site_id": SITE, "plate": "--"}))
    assert problem == (422, "bad_plate", ["plate"])
    change = {"revision": 0, "profiles": ["IN"]}
    api.admin.put(f"/api/v1/vehicle/policy?site_id={SITE}", json=change).raise_for_status()
    listed = api.viewer.get(VEHICLES, params={"site_id": SITE}).json()["items"]
    assert {each["plate"]: each["can_be_read"] for each in listed} == {
        "MH12AB1234": True,
        "MH14CD5678": True,
        "KA05M1": False,
    }


def send(api: Api, text: str, **query: Any) -> Any:
    headers = {"content-type": "text/csv"}
    params = {"site_id": SITE, **query}
    return api.operator.post(f"{VEHICLES}/import", params=params, content=text.encode(), headers=headers)


def test_a_file_goes_in_and_comes_out_again(api: Api) -> None:
    assert send(api, EXAMPLE, dry_run=True).json()["saved"] is False
    assert plates_of(api) == []
    assert send(api, EXAMPLE).json() == {
        "saved": True,
        "rows": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "repeated": 0,
        "unblocked": 0,
        "corrected": [],
    }
    exported = api.viewer.get(f"{VEHICLES}/export", params={"site_id": SITE})
    assert exported.headers["content-type"].startswith("text/csv")
    assert 'filename="vehicles_plant-1.csv"' in exported.headers["content-disposition"]
    again = send(api, exported.text).json()
    assert (again["rows"], again["unchanged"]) == (3, 3)
    only = api.viewer.get(f"{VEHICLES}/export", params={"site_id": SITE, "list": "visitor"}).text
    assert [line.split(",")[1] for line in only.splitlines()] == ["plate", "KA05EF9012"]


def test_formulas_are_guarded_in_a_file_and_come_back_as_they_were(api: Api) -> None:
    add(api, list="allowed", plate="X1", note="=HYPERLINK(1)")
    exported = api.viewer.get(f"{VEHICLES}/export", params={"site_id": SITE}).text
    assert "'=HYPERLINK(1)" in exported
    assert send(api, exported).json()["unchanged"] == 1


def test_a_files_faults_are_told_by_line(api: Api) -> None:
    answer = send(api, "list,plate\nallowed,X1\nstolen,X2\nallowed,?\n")
    assert problem_of(answer) == (422, "unknown_list", ["lines.3.list", "lines.4.plate"])
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_list", "no_profile"]
    assert plates_of(api) == []
    assert problem_of(api.viewer.post(f"{VEHICLES}/import", params={"site_id": SITE}))[:2] == (
        403,
        "role_missing",
    )


def test_a_policy_is_changed_by_an_admin_and_its_versions_stay(api: Api) -> None:
    path = f"/api/v1/vehicle/policy?site_id={SITE}"
    default = api.viewer.get(path).json()
    assert default == {
        "site_id": SITE,
        "revision": 0,
        "min_confidence": 0.85,
        "profiles": ["ANY"],
        "default": "hold",
        "changed_at": None,
        "changed_by": None,
        "description": default["description"],
    }
    assert "below 0.85 opens nothing" in default["description"]
    change = {"revision": 0, "profiles": ["IN", "EU"], "default": "deny", "min_confidence": 0.9}
    changed = api.admin.put(path, json=change).json()
    assert changed == change | {
        "site_id": SITE,
        "revision": 1,
        "changed_at": NOON_TEXT,
        "changed_by": "olga",
        "description": changed["description"],
    }
    assert "version 1, set by olga" in changed["description"]
    versions = api.viewer.get(f"/api/v1/vehicle/policy/versions?site_id={SITE}").json()["items"]
    assert versions == [changed]
    version = "/api/v1/vehicle/policy/versions/{}?site_id=" + SITE
    assert [api.viewer.get(version.format(number)).json() for number in (0, 1)] == [default, changed]
    assert problem_of(api.viewer.get(version.format(2)))[:2] == (404, "unknown_version")
    assert problem_of(api.viewer.get(version.format(-1))) == (422, "invalid_request", ["revision"])
    assert problem_of(api.operator.put(path, json=change))[:2] == (403, "role_missing")
    assert problem_of(api.admin.put(path, json=change | {"default": "allow"})) == (
        422,
        "invalid_request",
        ["default"],
    )
    unknown = api.admin.put(path, json=change | {"revision": 1, "profiles": ["XX"]})
    assert problem_of(unknown) == (422, "unknown_profile", ["profiles"])


def test_formats_are_listed_and_tried(api: Api) -> None:
    profiles = {each["name"]: each for each in api.viewer.get("/api/v1/vehicle/profiles").json()["items"]}
    assert {"IN", "EU", "UK", "US", "BR", "ANY"} <= set(profiles)
    path = "/api/v1/vehicle/profiles/test"
    for profile in profiles.values():  # whoever draws a format has all that its patterns are written in
        assert set("".join(profile["patterns"])) <= {*"@#?&", *string.ascii_uppercase, *string.digits}
    assert profiles["ANY"]["forms"] == ["?{2,12}"]
    for name, profile in profiles.items():
        for example in profile["examples"]:
            body = api.viewer.post(path, json={"text": example, "profiles": [name]}).json()
            assert {"plate": body["cleaned"], "profile": name} in body["candidates"]
    ours = api.viewer.post(path, json={"text": "mh 12 ab 1234", "site_id": SITE}).json()
    assert (ours["profiles"], ours["candidates"]) == (["ANY"], [{"plate": "MH12AB1234", "profile": "ANY"}])
    both = api.viewer.post(path, json={"text": "X1", "site_id": SITE, "profiles": ["IN"]})
    assert problem_of(both) == (422, "profiles_given_twice", ["profiles"])
