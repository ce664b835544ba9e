"""The page in a real browser, on a running demo: what a site manager sees is what the API says."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from infra.local.api_client import ApiClient
from tests.e2e.conftest import RunningPage

pytestmark = [pytest.mark.browser, pytest.mark.cloud, pytest.mark.media]

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Somebody crosses the line of the sample video every few seconds, but not in every part of it.
CROSSING_MS = 90_000
PICTURE_MS = 30_000
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
# Answers that are no fault of the page: a wrong password, an ended session, a camera not yet awake.
EXPECTED_REFUSALS = re.compile(r"/api/(login|login/refresh|me|occupancy/cameras/[^/]+/view)$")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, running_demo: RunningPage) -> Iterator[Page]:
    """The page before signing in. An error on its console, of its security policy too, fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: None if _is_harmless(message) else faults.append(message.text))
    page.goto(f"{running_demo.base_url.rstrip('/')}/")
    yield page
    context.close()
    assert faults == []


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


def _is_harmless(message: ConsoleMessage) -> bool:
    if message.type not in ("error", "warning"):
        return True
    if "net::ERR_INTERNET_DISCONNECTED" in message.text:
        return True
    refused = re.match(r"Failed to load resource: the server responded with a status of 40[14]", message.text)
    return bool(refused and EXPECTED_REFUSALS.search(message.location["url"]))


def sign_in(page: Page, username: str, password: str) -> None:
    """By keyboard alone: the first field has the focus."""
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def eventually(question: Callable[[], bool], page: Page, timeout_ms: int) -> None:
    """Ask until it is so; the page goes on meanwhile."""
    deadline = time.monotonic() + timeout_ms / 1000
    while not question():
        assert time.monotonic() < deadline, f"not so within {timeout_ms} ms"
        page.wait_for_timeout(200)


def number(page: Page, test_id: str) -> int:
    found = page.get_by_test_id(test_id)
    expect(found).to_have_text(re.compile(r"^\d+$"))
    return int(found.inner_text())


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
    expect(dashboard.locator("#picture-age")).to_have_text(re.compile(r"^Picture \d+\.\d s old$"))


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
    dashboard.get_by_role("button", name=re.compile("Picture of track")).last.focus(timeout=CROSSING_MS)
    dashboard.keyboard.press("Enter")
    shown = dashboard.get_by_role("dialog")
    expect(shown).to_be_visible()
    image = dashboard.get_by_role("dialog").get_by_role("img")
    eventually(lambda: bool(image.evaluate("image => image.naturalWidth")), dashboard, PICTURE_MS)
    dashboard.keyboard.press("Escape")
    expect(shown).to_be_hidden()


def test_the_explanation_is_the_apis(dashboard: Page, viewer: ApiClient, running_demo: RunningPage) -> None:
    path = f"/api/occupancy/cameras/{running_demo.camera_id}/live/explain"
    dashboard.get_by_text("Check it by hand").click()
    arithmetic = dashboard.get_by_test_id("arithmetic")
    expect(arithmetic).to_have_text(re.compile("^baseline"))

    def agree() -> bool:
        explained = viewer.get(path)
        sums = [explained["baseline"]["count"], explained["entries"], explained["exits"], explained["raw"]]
        shown = dashboard.locator("#equation b").all_inner_texts()
        dashboard.get_by_role("button", name="Bring up to date").click()
        return [text.replace("\N{MINUS SIGN}", "-") for text in shown] == list(map(str, sums)) and (
            arithmetic.inner_text() == explained["arithmetic"]
        )

    eventually(agree, dashboard, 20_000)


def test_a_lost_connection_is_told_and_mended(dashboard: Page) -> None:
    status = dashboard.locator("#connection-text")
    expect(status).to_have_text("Live")
    dashboard.context.set_offline(True)
    expect(status).to_have_text("Can't reach the API \N{EN DASH} retrying", timeout=10_000)
    dashboard.context.set_offline(False)
    dashboard.get_by_role("button", name="Retry now").click()
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
