"""The page in a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests import waiting

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Two cores carry browser, cloud, worker and publisher: nothing fails for being slow, only for not coming.
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)
# Answers that are no fault of the page: a wrong password, an ended session, a camera that nobody watched, a
# line without a name, a picture without a face, somebody named who has not consented, a file with faults.
EXPECTED_REFUSALS = re.compile(
    r"/api/(login|login/refresh|me|occupancy/cameras/[^/]+/(view|lines|publisher)"
    r"|employees/[^/]+/faces|identity/review/[^/]+/name|v1/vehicle/vehicles/import)$"
)
REFUSALS = {"401", "404", "409", "422"}
BUSY_ANSWERS = {"429", "502", "503", "504"}
# Tests take the network away; a machine may do so too, when an interface comes or goes.
OFFLINE = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_NETWORK_CHANGED")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@contextmanager
def open_page(browser: Browser, url: str) -> Iterator[Page]:
    """The page before signing in. An error on its console, of its security policy too, fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: None if _is_harmless(message) else faults.append(_described(message)))
    page.goto(url)
    yield page
    context.close()
    assert faults == []


def _described(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location['url']})"


def _is_harmless(message: ConsoleMessage) -> bool:
    # What a browser warns of depends on how slow the machine is: that a canvas was looked at twice, for one.
    if message.type != "error" or any(offline in message.text for offline in OFFLINE):
        return True
    refused = re.match(r"Failed to load resource: the server responded with a status of (\d+)", message.text)
    if refused is None:
        return False
    # A busy machine's answers, from which the page recovers, wherever they come from. 500 is a fault.
    if refused[1] in BUSY_ANSWERS:
        return True
    expected = EXPECTED_REFUSALS.search(message.location["url"].partition("?")[0])
    return refused[1] in REFUSALS and expected is not None


def sign_in(page: Page, username: str, password: str) -> None:
    """By keyboard alone: the first field has the focus."""
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def eventually(question: Callable[[], bool], page: Page, timeout_ms: float) -> None:
    """Ask until it is so; the page goes on meanwhile."""
    waiting.eventually(question, "what was asked", timeout_ms / 1000, lambda: page.wait_for_timeout(200))


def number(page: Page, test_id: str) -> int:
    found = page.get_by_test_id(test_id)
    expect(found).to_have_text(re.compile(r"^\d+$"))
    return int(found.inner_text())
