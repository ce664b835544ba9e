"""The page in a real browser, on a running demo: what a site manager sees is what the API says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from infra.local.api_client import ApiClient
from tests.e2e.browsing import PATIENCE_MS, browser, eventually, number, open_page, sign_in
from tests.e2e.conftest import RunningPage

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.cloud, pytest.mark.media]

# Somebody crosses the line of the sample video every few seconds, but not in every part of it.
CROSSING_MS = PATIENCE_MS
PICTURE_MS = PATIENCE_MS
# `PERSON` in console/src/camera/overlay.ts.
BOX_COLOUR = [0xA9, 0xD6, 0xFF]
# The edge of somebody's box is longer than the coloured mark beside a track id, which is 14 pixels high.
BOX_EDGE_PIXELS = 30
LONGEST_VERTICAL = """(canvas, [red, green, blue]) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    let longest = 0;
    for (let x = 0; x < width; x++)
        for (let y = 0, run = 0; y < height; y++) {
            const at = 4 * (y * width + x);
            run = data[at] === red && data[at + 1] === green && data[at + 2] === blue ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
    return longest;
}"""

# In one step: what the page asks for every few seconds may bring it back, and take the button away.
CLICK_IF_THERE = """(name) =>
    [...document.querySelectorAll("button")].find((each) => each.textContent.trim() === name)?.click()"""


@pytest.fixture
def page(browser: Browser, running_demo: RunningPage) -> Iterator[Page]:
    """The page before signing in."""
    with open_page(browser, f"{running_demo.base_url.rstrip('/')}/") as page:
        yield page


@pytest.fixture
def dashboard(page: Page, running_demo: RunningPage) -> Page:
    """The page as a viewer sees it."""
    sign_in(page, running_demo.username, running_demo.password)
    return page


@pytest.fixture
def viewer(running_demo: RunningPage) -> Iterator[ApiClient]:
    with ApiClient(running_demo.base_url) as api:
        api.sign_in(running_demo.username, running_demo.password)
        yield api


def test_a_wrong_password_is_told_and_the_right_one_works(page: Page, running_demo: RunningPage) -> None:
    sign_in(page, running_demo.username, "not the password")
    expect(page.get_by_role("alert")).to_contain_text("don't match")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.get_by_label("Password", exact=True).fill(running_demo.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_an_empty_form_asks_nobody(page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/api/" in request.url else None)
    expect(page.get_by_label("User name")).to_be_focused()  # else nobody would notice the key
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Enter your user name")
    assert asked == []


def test_the_counts_rise_and_are_announced(dashboard: Page) -> None:
    before = number(dashboard, "camera-entries") + number(dashboard, "camera-exits")
    eventually(
        lambda: number(dashboard, "camera-entries") + number(dashboard, "camera-exits") > before,
        dashboard,
        CROSSING_MS,
    )
    expect(dashboard.locator("#announcer")).to_have_text(re.compile(r"\d+ (in|out), \d+ inside now\."))


def test_the_picture_has_boxes(dashboard: Page) -> None:
    picture = dashboard.locator("#frame")
    expect(picture).to_be_visible(timeout=PICTURE_MS)
    assert picture.evaluate("image => image.naturalWidth") > 0
    overlay = dashboard.locator("#overlay")
    expect(overlay).to_have_attribute(
        "aria-label", re.compile(r"with [1-9]\d* tracked; line .+: \d+ in"), timeout=PICTURE_MS
    )
    eventually(
        lambda: overlay.evaluate(LONGEST_VERTICAL, BOX_COLOUR) >= BOX_EDGE_PIXELS, dashboard, PICTURE_MS
    )
    expect(dashboard.locator("#picture-age")).to_have_text(re.compile(r"^Picture \d+(\.\d)? (s|min) old$"))


def test_the_lines_and_the_last_crossings(
    dashboard: Page, viewer: ApiClient, running_demo: RunningPage
) -> None:
    camera = viewer.get(f"/api/occupancy/cameras/{running_demo.camera_id}/live")
    table = dashboard.get_by_role("table", name="Counts at each line of this camera")
    for line in camera["lines"]:
        expect(table.get_by_role("rowheader", name=line["name"])).to_be_visible()
    last = dashboard.locator("#crossings > li").first
    expect(last).to_be_visible(timeout=CROSSING_MS)
    expect(last).to_contain_text(re.compile(r"(In|Out).*track \d+ · \d+ % sure\s*\d\d:\d\d:\d\d", re.S))


def test_a_crossing_s_picture_opens_larger_by_keyboard(dashboard: Page) -> None:
    dashboard.get_by_role("button", name=re.compile("Picture of track")).first.focus(timeout=CROSSING_MS)
    dashboard.keyboard.press("Enter")
    shown = dashboard.get_by_role("dialog")
    expect(shown).to_be_visible()
    image = dashboard.get_by_role("dialog").get_by_role("img")
    eventually(lambda: bool(image.evaluate("image => image.naturalWidth")), dashboard, PICTURE_MS)
    dashboard.keyboard.press("Escape")
    expect(shown).to_be_hidden()


def test_the_explanation_is_the_apis(dashboard: Page) -> None:
    dashboard.get_by_text("Check it by hand").click()
    arithmetic = dashboard.get_by_test_id("arithmetic")
    expect(arithmetic).to_have_text(re.compile("^baseline"))

    def shown() -> list[str]:
        texts = dashboard.locator("#equation b").all_inner_texts()
        return [text.replace("\N{MINUS SIGN}", "-") for text in texts]

    def agree() -> bool:
        """The equation is asked for by itself: it is that of the same moment unless somebody crosses."""
        before = shown()
        with dashboard.expect_response("**/live/explain*") as answer:
            dashboard.get_by_role("button", name="Bring up to date").click()
        if not answer.value.ok:
            return False
        explained = answer.value.json()
        expect(arithmetic).to_have_text(explained["arithmetic"])
        sums = [explained["baseline"]["count"], explained["entries"], explained["exits"], explained["raw"]]
        return list(map(str, sums)) in (before, shown())

    eventually(agree, dashboard, PATIENCE_MS)


def test_a_lost_connection_is_told_and_mended(dashboard: Page) -> None:
    status = dashboard.locator("#connection-text")
    expect(status).to_have_text("Live")
    dashboard.context.set_offline(True)
    expect(status).to_have_text("Can't reach the API \N{EN DASH} retrying")
    expect(dashboard.get_by_role("button", name="Retry now")).to_be_visible()
    dashboard.context.set_offline(False)
    dashboard.evaluate(CLICK_IF_THERE, "Retry now")
    expect(status).to_have_text("Live")


def test_an_ended_session_leads_to_the_sign_in(dashboard: Page) -> None:
    expect(dashboard.locator("#connection-text")).to_have_text("Live")
    dashboard.evaluate(
        """() => sessionStorage.setItem("floorsight.session", JSON.stringify(
            { idToken: "no.longer.good", refreshToken: "nor this", renewAt: Date.now() + 3600000 }))"""
    )
    dashboard.reload()
    expect(dashboard.get_by_role("alert")).to_have_text("Your session has ended. Sign in again to go on.")
    expect(dashboard.get_by_label("User name")).to_be_focused()


def test_signing_out_forgets_the_session(dashboard: Page) -> None:
    dashboard.get_by_role("button", name="Sign out").click()
    expect(dashboard.get_by_label("User name")).to_be_focused()
    assert dashboard.evaluate("() => sessionStorage.length") == 0


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_screen(dashboard: Page, width: int) -> None:
    expect(dashboard.locator("#frame")).to_be_visible(timeout=PICTURE_MS)
    dashboard.set_viewport_size({"width": width, "height": 800})
    assert dashboard.evaluate("() => document.documentElement.scrollWidth") <= width


def test_what_it_looks_like(dashboard: Page, tmp_path: Path) -> None:
    """Writes a picture of the page, to CONSOLE_SCREENSHOT if that is set."""
    expect(dashboard.locator("#crossings > li").nth(2)).to_be_visible(timeout=CROSSING_MS)
    expect(dashboard.locator("#frame")).to_be_visible(timeout=PICTURE_MS)
    target = Path(os.environ.get("CONSOLE_SCREENSHOT", tmp_path / "console.png"))
    dashboard.screenshot(path=target)
    assert target.stat().st_size > 50_000
