"""The gate's page: what a guard sees and does at night, the lists, the policy, and a camera's gate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from floorsight.events.vehicles import PlateRead, PlateReading
from floorsight.events.vision import Direction
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.ids import derived_id
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.models_cli import MEDIA_FOLDER
from tests.e2e.browsing import browser, open_page, sign_in

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.cloud]

DECISIONS = "**/api/v1/vehicle/decisions/*"
PROFILES = "**/api/v1/vehicle/profiles/test"
SITE, GATE, CAMERA = "gatehouse", "north", "north-in"
POLICY = {"profiles": ["IN"], "min_confidence": 0.8}
BLOCKED, ALLOWED = "MH12AB1234", "KA05M4321"
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 400}
PHOTO = MEDIA_FOLDER / "plate-photo-a.png"
SESSION = "20260302T110000.000000Z-0001"
WRONG = b"list,plate,reason\nblocked,MH14CD5678,theft\nfriend,MH14CD5679,\n"
RIGHT = b"list,plate,reason\nblocked,MH14CD5678,theft\nblocked,MHI4CD5679,theft\n"


@pytest.fixture(scope="module", autouse=True)
def _gate(api: ApiClient, cloud: Deployment, accounts: dict[str, Account]) -> None:
    """A site in India whose one camera sees a gate, with one vehicle that may come in."""
    api.post("/api/sites", {"site_id": SITE, "name": "Gatehouse", "time_zone": "Asia/Kolkata"})
    camera = {"camera_id": CAMERA, "site_id": SITE, "name": "North", "role": "entry", "gate_id": GATE}
    api.post("/api/occupancy/cameras", camera | {"lane": "2"})
    with ApiClient(cloud.api_url) as admin:
        admin.sign_in(accounts["admin"].username, accounts["admin"].password)
        admin.put(f"/api/v1/vehicle/policy?site_id={SITE}", POLICY | {"revision": 0})
    api.post("/api/v1/vehicle/vehicles", {"site_id": SITE, "list": "allowed", "plate": ALLOWED})
    come(cloud, ALLOWED, 1)


@pytest.fixture
def page(browser: Browser, cloud: Deployment) -> Iterator[Page]:
    """The gate of that site, before signing in."""
    with open_page(browser, f"{cloud.api_url}/#/sites/{SITE}/gate") as page:
        yield page


@pytest.fixture(scope="module")
def operators_page(browser: Browser, cloud: Deployment, accounts: dict[str, Account]) -> Iterator[Page]:
    """The same after an operator has signed in, once."""
    with open_page(browser, f"{cloud.api_url}/#/sites/{SITE}/gate") as page:
        sign_in(page, accounts["operator"].username, accounts["operator"].password)
        expect(page.get_by_role("heading", level=1)).to_have_text("Log")
        yield page


@pytest.fixture
def guard(operators_page: Page, cloud: Deployment) -> Page:
    """The same as if it had just been opened."""
    operators_page.set_viewport_size(DESK)
    operators_page.goto(f"{cloud.api_url}/#/")
    operators_page.goto(f"{cloud.api_url}/#/sites/{SITE}/gate")
    expect(operators_page.get_by_role("heading", level=1)).to_have_text("Log")
    return operators_page


def come(cloud: Deployment, text: str, track_id: int) -> None:
    """A camera has read a vehicle's plate."""
    now = utc_now()
    read = PlateRead(
        event_id=derived_id("plate_read", SITE, track_id),
        occurred_at=now,
        site_id=SITE,
        camera_id=CAMERA,
        stream_session=SESSION,
        cause="chunk/1",
        gate_id=GATE,
        lane="2",
        direction=Direction.IN,
        track_id=track_id,
        vehicle_type="truck",
        text=text,
        confidence=0.82,
        character_confidences=(0.82,) + (0.99,) * (len(text) - 1),
        reads=2,
        agreeing=2,
        readings=(PlateReading(text=text, confidence=0.82, seen_at=now),),
        reader="test",
        first_seen_at=now - timedelta(seconds=1),
        last_seen_at=now,
    )
    EventBridgeBus(cloud.event_bus_name, client("events")).publish([read.to_message()])


def log_of(api: ApiClient, **wanted: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/api/v1/vehicle/logs", site_id=SITE, **wanted)["items"]
    return found


def ask_again(page: Page, address: str) -> None:
    """What the page asks for every few seconds it asks for now, as when its tab is shown again."""
    with page.expect_response(address) as answer:
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    answer.value.finished()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def is_narrow(page: Page) -> bool:
    """Whether nothing sticks out of a telephone's screen."""
    width: int = page.evaluate("() => document.documentElement.scrollWidth")
    return width <= PHONE["width"]


def test_who_is_blocked_in_the_page_is_refused_and_a_guard_may_do_otherwise(
    guard: Page, cloud: Deployment, api: ApiClient
) -> None:
    guard.get_by_role("link", name="Vehicles").click()
    guard.get_by_role("button", name="Block a vehicle…").click()
    dialog = guard.get_by_role("dialog")
    guard.route(PROFILES, lambda route: route.abort("internetdisconnected"))
    dialog.get_by_label("Plate").fill("mhi2 ab")
    expect(dialog.get_by_role("status")).to_contain_text("be checked against the formats just now")
    guard.unroute(PROFILES)
    dialog.get_by_label("Plate").fill("mhi2 ab-1234")
    expect(dialog.get_by_role("status")).to_contain_text(f"Corrected to {BLOCKED}")
    dialog.get_by_role("button", name="Add").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why it is blocked")
    dialog.get_by_label("Why it is blocked").fill("theft")
    dialog.get_by_role("button", name="Add").click()
    expect(guard.locator(".said")).to_contain_text(f"MHI2AB1234 was typed; by format IN that is {BLOCKED}.")
    expect(guard.locator(".vehicle")).to_contain_text("theft")

    guard.get_by_role("link", name="Visits").click()
    come(cloud, BLOCKED, 2)
    alarm = guard.locator("[role=alert] .alarm")
    expect(alarm).to_contain_text(f"Blocked vehicle: {BLOCKED} coming in, gate {GATE}, lane 2")
    alarm.get_by_role("button", name="Understood").click()
    expect(alarm).to_have_count(0)
    guard.get_by_role("link", name="Log").click()
    row = guard.locator(".passage", has_text=BLOCKED)
    expect(row).to_contain_text("Denied")
    expect(row).to_contain_text("blocked (theft)")

    guard.route(DECISIONS, lambda route: route.abort("internetdisconnected"))
    guard.get_by_role("link", name=BLOCKED).press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Can't reach the API.")
    dialog.get_by_role("button", name="Try again").click()
    guard.unroute(DECISIONS)
    expect(dialog).to_contain_text("2 of 2 readings say exactly this")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    expect(dialog.locator(".characters li").first).to_contain_text("82 %")
    expect(dialog.locator(".characters [data-unsure=true]")).to_have_count(0)
    expect(dialog.locator(".deciding-entry")).to_contain_text("on the list “Blocked”")
    dialog.get_by_role("button", name="Open…").click()
    expect(dialog).to_contain_text("This vehicle is blocked.")
    expect(dialog.get_by_label("Why")).to_be_focused()
    dialog.get_by_role("button", name="Open the gate").click()
    expect(dialog.locator(".override-form").get_by_role("alert")).to_contain_text("Say why")
    dialog.get_by_role("button", name="Back").focus()
    ask_again(guard, DECISIONS)
    expect(dialog.get_by_role("button", name="Back")).to_be_focused()
    dialog.get_by_label("Why").fill("police escort")
    dialog.get_by_role("button", name="Open the gate").click()
    expect(dialog.locator(".overridden")).to_contain_text("Opened by operator")
    expect(dialog.get_by_role("button", name="Open…")).to_have_count(0)  # it is
    override(dialog, "Refuse", "a slip", confirm="Refuse it")
    expect(dialog.locator(".overridden").last).to_contain_text("Refused by operator")
    override(dialog, "Open", "police escort", confirm="Open the gate")
    expect(dialog.locator(".overridden")).to_have_count(3)
    dialog.get_by_role("button", name="Close").click()
    expect(row).to_contain_text("police escort")
    [passage] = log_of(api, plate=BLOCKED)
    assert (passage["verdict"], passage["admitted"]) == ("deny", True)
    assert [each["action"] for each in passage["overrides"]] == ["open", "refuse", "open"]
    assert {each["by"] for each in passage["overrides"]} == {"operator"}


def override(dialog: Locator, choice: str, reason: str, *, confirm: str) -> None:
    dialog.get_by_role("button", name=f"{choice}…").click()
    dialog.get_by_label("Why").fill(reason)
    dialog.get_by_role("button", name=confirm).click()


def test_nothing_moves_while_one_reads(guard: Page, cloud: Deployment) -> None:
    guard.set_viewport_size(PHONE)
    expect(guard.locator(".passage")).to_have_count(2)
    assert is_narrow(guard)
    guard.evaluate("() => scrollTo(0, 400)")
    come(cloud, "TN10CAB1234", 3)
    news = guard.get_by_role("button", name="1 new")
    expect(news).to_be_visible()
    expect(guard.locator(".passage")).to_have_count(2)
    news.click()
    expect(guard.locator(".passage").first).to_contain_text("TN10CAB1234")
    expect(guard.locator(".passage").first).to_contain_text("Held")
    guard.get_by_label("Decision").select_option("allow")
    expect(guard.locator(".passage")).to_have_count(1)
    expect(guard.locator(".passage")).to_contain_text(ALLOWED)

    guard.get_by_role("link", name="Visits").click()
    expect(guard.locator(".on-site")).to_contain_text(ALLOWED)
    for part in ("Visits", "Vehicles", "Policy"):
        guard.get_by_role("link", name=part).click()
        expect(guard.get_by_text("Asking")).to_have_count(0)
        assert is_narrow(guard), part


def test_a_file_is_checked_before_it_is_saved(guard: Page, api: ApiClient, tmp_path: Path) -> None:
    guard.get_by_role("link", name="Vehicles").click()
    guard.get_by_role("button", name="Import CSV…").click()
    dialog = guard.get_by_role("dialog")
    file = dialog.get_by_label("File")
    file.set_input_files({"name": "v.csv", "mimeType": "text/csv", "buffer": WRONG})
    expect(dialog.get_by_role("row").nth(1)).to_have_text(re.compile("^3list.*friend,MH14CD5679,$"))
    expect(dialog.get_by_role("button", name="Import")).to_be_disabled()
    file.set_input_files({"name": "v.csv", "mimeType": "text/csv", "buffer": RIGHT})
    expect(dialog.get_by_role("status")).to_contain_text("2 rows: 2 new.")
    expect(dialog).to_contain_text("1 plate is corrected")
    dialog.get_by_role("button", name="Import").click()
    expect(dialog).to_have_count(0)
    expect(guard.locator(".said")).to_contain_text("Imported. 2 rows: 2 new.")
    guard.get_by_label("Search").fill("mh14 cd 5679")
    expect(guard.locator(".vehicle")).to_have_count(1)
    guard.get_by_role("button", name="Remove MH14CD5679").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(guard.locator(".vehicle")).to_have_count(0)
    with guard.expect_download() as download:
        guard.get_by_role("button", name="Export CSV").click()
    download.value.save_as(tmp_path / "blocked.csv")
    saved = (tmp_path / "blocked.csv").read_text()
    assert "MH14CD5678" in saved
    assert "MH14CD5679" not in saved


def test_a_plate_is_tried_and_nothing_comes_of_it(guard: Page, api: ApiClient) -> None:
    before = [each["decision_id"] for each in log_of(api)]
    guard.get_by_role("link", name="Try a plate").click()
    expect(guard.get_by_text("Nothing is changed and nothing opens")).to_be_visible()
    guard.get_by_role("button", name="What would it do?").click()
    expect(guard.get_by_role("main").locator(".message")).to_contain_text("Enter a plate")
    guard.get_by_label("Plate", exact=True).fill("ka05 m4321")
    guard.get_by_label("Direction").select_option("in")
    guard.get_by_role("button", name="What would it do?").click()
    answer = guard.locator(".tried")
    expect(answer).to_contain_text("Allowed")
    expect(answer).to_contain_text(f"{ALLOWED} (IN)")
    assert [each["decision_id"] for each in log_of(api)] == before


@pytest.mark.media
def test_an_admin_changes_the_policy_and_tries_a_photograph(page: Page, accounts: dict[str, Account]) -> None:
    sign_in(page, accounts["admin"].username, accounts["admin"].password)
    page.get_by_role("link", name="Policy").click()
    page.get_by_role("button", name="Change…").click()
    page.get_by_label("Least confidence, %").fill("90")
    page.get_by_role("checkbox", name="EU").check()
    page.get_by_role("button", name="Try EU earlier").click()
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator(".said")).to_contain_text("Version 2 decides from the next reading on.")
    expect(page.locator(".versions tbody tr").first).to_contain_text("EU, IN")

    page.get_by_role("link", name="Try a plate").click()
    page.locator("input[type=file]").set_input_files(PHOTO)
    page.get_by_role("button", name="What would it do?").click()
    answer = page.locator(".tried")
    expect(answer).to_contain_text("5AU5341 (EU)")
    expect(answer).to_contain_text("Held")


def test_a_viewer_reads_and_changes_nothing(page: Page, accounts: dict[str, Account]) -> None:
    sign_in(page, accounts["viewer"].username, accounts["viewer"].password)
    page.get_by_role("link", name="Policy").click()
    expect(page.get_by_text("An administrator changes it.")).to_be_visible()
    page.get_by_role("link", name="Vehicles").click()
    expect(page.locator(".vehicle").first).to_be_visible()
    for name in ("Import CSV…", "Block a vehicle…", re.compile("Remove|Change")):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("link", name="Log").click()
    page.locator(".passage-link").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("What was read")
    expect(page.get_by_role("button", name="Open…")).to_have_count(0)


def test_a_camera_keeps_its_gate_when_its_name_is_changed(guard: Page, api: ApiClient) -> None:
    guard.get_by_role("link", name="Cameras").click()
    guard.get_by_role("button", name="Change North").click()
    dialog = guard.get_by_role("dialog")
    expect(dialog.get_by_label("Gate")).to_have_value(GATE)
    dialog.get_by_label("Name").fill("North gate")
    dialog.get_by_label("Lane").fill("3")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    camera = api.get(f"/api/occupancy/cameras/{CAMERA}")
    assert (camera["name"], camera["gate_id"], camera["lane"], camera["role"]) == (
        "North gate",
        GATE,
        "3",
        "entry",
    )
