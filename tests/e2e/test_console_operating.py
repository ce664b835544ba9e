"""What an operator does in the page is what the API knows afterwards. No video is needed for that."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.e2e import square
from tests.e2e.browsing import PATIENCE_MS, browser, eventually, open_page, sign_in
from tests.waiting import PATIENCE_SECONDS

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.cloud]

SITE, CAMERA, LIMIT = "console", "console-door", 4
API_MS = PATIENCE_MS
REACTION_MS = PATIENCE_SECONDS * 1000
# How exactly a mouse can point in a picture of some hundred pixels.
POINTED = 0.003


@pytest.fixture(scope="module", autouse=True)
def _site(api: ApiClient) -> None:
    site = {"site_id": SITE, "name": "Plant", "time_zone": "Europe/Berlin"}
    api.post("/api/sites", site | {"max_occupancy": LIMIT, "always_open": True})
    square.add_camera(api, SITE, CAMERA)


@pytest.fixture
def page(browser: Browser, cloud: Deployment) -> Iterator[Page]:
    """The page of that site before signing in."""
    with open_page(browser, f"{cloud.api_url}/#/sites/{SITE}") as page:
        yield page


@pytest.fixture
def desk(page: Page, accounts: dict[str, Account]) -> Page:
    """The page as an operator sees it."""
    sign_in(page, accounts["operator"].username, accounts["operator"].password)
    expect(page.get_by_role("link", name="Cameras")).to_be_visible(timeout=API_MS)
    return page


@pytest.fixture
def editor(desk: Page) -> Page:
    """A camera's lines and zones."""
    open_editor(desk)
    return desk


def open_editor(page: Page) -> None:
    page.get_by_role("link", name="Cameras").click()
    page.get_by_role("link", name="ines and zones").click(timeout=API_MS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("lines and zones")
    expect(page.get_by_text("middle").last).to_be_visible(timeout=API_MS)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Between two places of the picture, in fractions of it."""
    surface = page.locator(".surface")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    assert box is not None
    (x0, y0), (x1, y1) = (
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)
    )
    page.mouse.move(x0, y0)
    page.mouse.down()
    page.mouse.move((x0 + x1) / 2, (y0 + y1) / 2)
    page.mouse.move(x1, y1)
    page.mouse.up()


def find(api: ApiClient, kind: str, name: str) -> dict[str, Any] | None:
    items = api.get(f"/api/occupancy/cameras/{CAMERA}/{kind}")["items"]
    return next((item for item in items if item["name"] == name), None)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Add a line")).to_be_visible(timeout=API_MS)


def delete(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Edit {name}").click(timeout=API_MS)
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Add a line")).to_be_visible(timeout=API_MS)


def near(*numbers: float) -> Any:
    return pytest.approx(numbers, abs=POINTED)


def test_a_line_is_drawn_changed_by_keyboard_and_deleted(editor: Page, api: ApiClient) -> None:
    editor.get_by_role("button", name="Add a line").click()
    drag(editor, (0.2, 0.3), (0.35, 0.65))
    editor.get_by_label("Name").fill("Gate")
    save(editor)
    drawn = find(api, "lines", "Gate")
    assert drawn is not None
    assert (drawn["start"]["x"], drawn["start"]["y"]) == near(0.2, 0.3)
    assert (drawn["end"]["x"], drawn["end"]["y"]) == near(0.35, 0.65)
    assert not drawn["inverted"]

    editor.get_by_role("button", name="Edit Gate").focus(timeout=API_MS)
    editor.keyboard.press("Enter")
    editor.get_by_label("Start, from the left").fill("10.5")
    editor.get_by_label("Swap in and out").press("Space")
    save(editor)
    changed = find(api, "lines", "Gate")
    assert changed is not None
    assert (changed["start"]["x"], changed["inverted"]) == (0.105, True)
    assert changed["end"] == drawn["end"]

    editor.get_by_role("button", name="Edit Gate").click()
    editor.get_by_role("button", name="Delete…").click()
    editor.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    editor.get_by_role("button", name="Cancel").click()
    assert find(api, "lines", "Gate")
    delete(editor, "Gate")
    assert find(api, "lines", "Gate") is None


def test_a_zone_gets_a_corner_where_its_edge_is_pulled(editor: Page, api: ApiClient) -> None:
    editor.get_by_role("button", name="Add a zone").click()
    editor.get_by_label("Name").fill("Forecourt")
    editor.get_by_label("Restricted").check()
    drag(editor, (0.1, 0.1), (0.3, 0.25))
    drag(editor, (0.2, 0.25), (0.2, 0.5))
    save(editor)
    zone = find(api, "zones", "Forecourt")
    assert zone is not None
    assert zone["restricted"]
    corners = [(corner["x"], corner["y"]) for corner in zone["polygon"]]
    wanted = [(0.1, 0.1), (0.3, 0.1), (0.3, 0.25), (0.2, 0.5), (0.1, 0.25)]
    assert corners == [near(*corner) for corner in wanted]
    delete(editor, "Forecourt")
    assert find(api, "zones", "Forecourt") is None


def test_what_the_api_refuses_is_told_and_nothing_is_lost(editor: Page) -> None:
    editor.get_by_role("button", name="Add a line").click()
    editor.get_by_label("Name").fill("")
    editor.get_by_label("Start, from the left").fill("12")
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_contain_text("name must be 1 to 100", timeout=API_MS)
    expect(editor.get_by_label("Start, from the left")).to_have_value("12")


def test_a_viewer_sees_lines_and_zones_but_changes_none(page: Page, accounts: dict[str, Account]) -> None:
    sign_in(page, accounts["viewer"].username, accounts["viewer"].password)
    open_editor(page)
    expect(page.get_by_role("button", name="Add a line")).to_have_count(0)
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)
    page.get_by_role("link", name="Live").click()
    expect(page.get_by_test_id("equation")).to_be_visible(timeout=API_MS)
    expect(page.get_by_role("button", name="Set the count…")).to_have_count(0)


@pytest.mark.parametrize("tab", ["Live", "History", "Alerts", "Cameras"])
def test_every_tab_fits_a_telephone(desk: Page, tab: str) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.get_by_role("link", name=tab).click()
    expect(desk.locator("main")).to_be_visible(timeout=API_MS)
    assert desk.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_all_sites_lead_to_a_site(desk: Page) -> None:
    desk.get_by_role("link", name="all sites").click()
    desk.get_by_role("region", name="Plant").get_by_role("link", name="Plant").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Plant")


def test_the_week_is_drawn_and_saved_as_a_file(desk: Page, tmp_path: Path) -> None:
    week = desk.get_by_role("region", name="Last seven days, by hour")
    chart = week.get_by_role("img", name="in the last seven days")
    expect(chart.locator("canvas")).to_be_visible(timeout=API_MS)
    chart.locator(".u-over").hover()
    expect(week.locator(".readout")).to_contain_text("00 · 0 in, 0 out")
    with desk.expect_download() as download:
        week.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == f"{SITE}-hourly.csv"
    download.value.save_as(tmp_path / "week.csv")
    header, *rows = csv.reader(io.StringIO((tmp_path / "week.csv").read_text()))
    assert {"start", "entries", "exits"} <= set(header)
    assert len(rows) >= 6 * 24


def test_the_history_of_a_camera_by_day(desk: Page) -> None:
    desk.get_by_role("link", name="History").click()
    desk.get_by_label("Whose history").select_option(label=CAMERA)
    desk.get_by_label("In steps of").select_option("daily")
    numbers = desk.get_by_role("region", name="The same in numbers")
    expect(numbers.get_by_role("row")).to_have_count(1 + 35, timeout=API_MS)


def test_too_many_are_inside_until_somebody_acts(desk: Page, api: ApiClient) -> None:
    """A given count above the limit raises an alert; a person takes it, silences it and ends it."""
    desk.get_by_role("button", name="Set the count…").click(timeout=API_MS)
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("People inside now").fill(str(LIMIT + 3))
    dialog.get_by_role("button", name="Set the count").click()
    expect(dialog.get_by_role("alert")).to_contain_text("why you set it")
    dialog.get_by_label("Reason").fill("head count")
    dialog.get_by_role("button", name="Set the count").click()
    expect(dialog).to_be_hidden(timeout=API_MS)
    baseline = api.get(f"/api/occupancy/cameras/{CAMERA}/live/explain")["baseline"]
    assert (baseline["count"], baseline["reason"]) == (LIMIT + 3, "head count")
    expect(desk.locator(".words")).to_contain_text(f"set the count to {LIMIT + 3}", timeout=API_MS)

    desk.get_by_role("link", name="Alerts").click()
    alert = desk.locator(".alert").filter(has_text="Plant")
    expect(alert).to_have_count(1, timeout=REACTION_MS)
    expect(alert).to_contain_text("nobody has reacted")
    alert.get_by_role("button", name="Acknowledge").click()
    expect(alert).to_contain_text("acknowledged by", timeout=API_MS)
    alert.get_by_label("Snooze").select_option("60")
    expect(alert).to_contain_text("snoozed until", timeout=API_MS)
    alert.get_by_role("button", name="Resolve…").click()
    desk.get_by_role("dialog").get_by_label("Note").fill("a school class")
    desk.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    expect(alert).to_have_count(0, timeout=API_MS)

    def is_resolved() -> bool:
        items = api.get("/api/occupancy/alerts", site_id=SITE, state="resolved")["items"]
        return any(item["note"] == "a school class" for item in items)

    eventually(is_resolved, desk, API_MS)
