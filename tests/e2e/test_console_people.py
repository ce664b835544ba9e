"""The people of the page: what a foreman sees and corrects, what HR looks at, who is named and enrolled."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from floorsight.events.identity import FaceSeen
from floorsight.models.catalogue import load_media_catalogue
from floorsight.models.pulling import pull
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.objects import S3Objects
from floorsight.vision.faces.record import RECORD_TYPE, FaceRecord, KeptFace, dump_record, record_key
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.models_cli import CACHE_FOLDER, MEDIA_CATALOGUE, MEDIA_FOLDER
from tests.e2e.browsing import browser, eventually, open_page, sign_in
from tests.fakes.portraits import EMBEDDER, face_of
from tests.waiting import PATIENCE_SECONDS

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.cloud]

SITE = "people"
ANNA, BEN, CARL = "Anna Berg", "Ben Okafor", "Carl Novák"
EARLY = timedelta(minutes=5)
LATE = timedelta(minutes=20)
REACTION_MS = PATIENCE_SECONDS * 1000


@dataclass(frozen=True)
class Workday:
    """A shift that began two hours ago, by the site's clocks, on which it is about noon."""

    zone: str
    starts_at: datetime

    @classmethod
    def now(cls) -> Workday:
        now = utc_now()
        ahead = 12 - now.hour
        zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # signed the other way round
        local = now.astimezone(ZoneInfo(zone))
        return cls(zone, local.replace(second=0, microsecond=0) - timedelta(hours=2))

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(hours=4)

    @property
    def day(self) -> date:
        return self.starts_at.date()


@pytest.fixture(scope="module")
def workday() -> Workday:
    return Workday.now()


@pytest.fixture(scope="module", autouse=True)
def _people(api: ApiClient, workday: Workday) -> None:
    """A site with a shift, three who have it, and two who came."""
    api.post("/api/sites", {"site_id": SITE, "name": "Works", "time_zone": workday.zone})
    shift = {
        "shift_id": "early",
        "site_id": SITE,
        "name": "Early",
        "start": f"{workday.starts_at:%H:%M}",
        "end": f"{workday.ends_at:%H:%M}",
        "valid_from": str(workday.day),
    }
    api.post("/api/v1/shifts", shift)
    for number, name in enumerate((ANNA, BEN, CARL)):
        employee_id = id_of(name)
        new = {"employee_id": employee_id, "site_id": SITE, "name": name, "payroll_number": f"47{number}"}
        api.post("/api/employees", new)
        assigned = {"first_date": str(workday.day), "cycle": [["early"]]}
        api.post(f"/api/v1/employees/{employee_id}/assignments", assigned)
    check(api, "in", ANNA, workday.starts_at - EARLY)
    check(api, "in", BEN, workday.starts_at + LATE)


def id_of(name: str) -> str:
    return name.split()[0].lower()


def check(api: ApiClient, way: str, name: str, at: datetime) -> None:
    api.post(f"/api/v1/attendance/check-{way}", {"employee_id": id_of(name), "at": at.isoformat()})


@pytest.fixture
def page(browser: Browser, cloud: Deployment) -> Iterator[Page]:
    """The people of that site, before signing in."""
    with open_page(browser, f"{cloud.api_url}/#/sites/{SITE}/people") as page:
        yield page


@pytest.fixture
def desk(page: Page, accounts: dict[str, Account]) -> Page:
    """The same as an operator sees it."""
    sign_in(page, accounts["operator"].username, accounts["operator"].password)
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    return page


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def tally(page: Page, name: str) -> Locator:
    """How many are counted under this name."""
    return page.locator(".tally").filter(has=page.get_by_text(name, exact=True)).locator("b")


def choose(field: Locator, typed: str, offered: str) -> None:
    """By keyboard: types, waits for the one that is offered, and takes it."""
    field.fill(typed)
    expect(field.page.get_by_role("listbox").get_by_role("option")).to_contain_text(offered)
    field.press("Enter")


def explain(api: ApiClient, name: str, workday: Workday) -> Any:
    return api.get(f"/api/v1/attendance/{id_of(name)}.{workday.day}.early/explain")


def test_today_shows_who_is_in_and_who_is_late(desk: Page, api: ApiClient, workday: Workday) -> None:
    planned = f"{workday.starts_at:%H:%M}"
    expect(row_of(desk, ANNA)).to_contain_text(f"{workday.starts_at - EARLY:%H:%M}")
    expect(row_of(desk, BEN)).to_contain_text(f"came 20 min late, planned {planned}")
    expect(row_of(desk, CARL)).to_contain_text("Not here yet")
    expect(row_of(desk, CARL)).to_contain_text("late by 2 h")
    expect(tally(desk, "Late")).to_have_text("2")
    desk.get_by_role("button", name="Late").click()
    expect(row_of(desk, ANNA)).to_have_count(0)
    desk.get_by_role("button", name="Late").click()

    desk.get_by_role("button", name="Check in or out").click()
    dialog = desk.get_by_role("dialog")
    choose(dialog.get_by_role("combobox", name="Who"), "nova", CARL)
    dialog.get_by_role("button", name="Check in").click()
    expect(dialog.get_by_role("status")).to_contain_text(f"{CARL} is checked in at")
    dialog.get_by_role("button", name="Close").click()
    expect(tally(desk, "In")).to_have_text("3")
    assert explain(api, CARL, workday)["record"]["check_in"] is not None


def test_a_punch_is_corrected_and_the_record_follows(desk: Page, api: ApiClient, workday: Workday) -> None:
    desk.get_by_role("button", name=f"Explain {BEN}").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("0:20 is more than the grace of 0:05")
    dialog.get_by_role("button", name="Correct…").click()
    dialog.get_by_role("button", name="Correct the punch").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    dialog.get_by_label("Reason").fill("the reader was broken")
    dialog.get_by_label("Time at the site").fill(f"{workday.starts_at:%Y-%m-%dT%H:%M:%S}")
    dialog.get_by_role("button", name="Correct the punch").click()
    expect(dialog.get_by_role("status")).to_contain_text("The correction is kept")
    expect(dialog.locator(".punch[data-gone=true]")).to_contain_text("corrected, counts no more")
    expect(dialog).to_contain_text("“the reader was broken”")
    expect(dialog.locator("[data-status=late]")).to_have_count(0)
    explained = explain(api, BEN, workday)
    assert explained["record"]["late_seconds"] == 0
    assert len(explained["superseded"]) == 1
    assert (explained["punches"][0]["reason"], explained["punches"][0]["recorded_by"]) == (
        "the reader was broken",
        "operator",
    )


@pytest.fixture
def _anna_has_left(api: ApiClient, workday: Workday) -> None:
    check(api, "out", ANNA, workday.starts_at + timedelta(hours=1))


@pytest.mark.usefixtures("_anna_has_left")  # before the page keeps the one machine's functions busy
def test_a_month_adds_up_and_is_saved_as_files(desk: Page, workday: Workday, tmp_path: Path) -> None:
    row_of(desk, ANNA).get_by_role("link", name=ANNA).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(ANNA)
    today = desk.locator("tbody[data-today=true]")
    expect(today).to_contain_text(f"{workday.starts_at + timedelta(hours=1):%H:%M}")
    expect(today).to_contain_text("1:05")  # worked: from five minutes before
    expect(today).to_contain_text("1:00")  # of it between start and end
    expect(today).to_contain_text("Left early")
    sums = desk.get_by_label("The month in sum")
    expect(sums).to_contain_text("1:05")
    for kind, begins in (("CSV", b"employee_id"), ("Excel", b"PK")):
        with desk.expect_download() as download:
            desk.get_by_role("button", name=f"Download {kind}").click()
        download.value.save_as(tmp_path / kind)
        content = (tmp_path / kind).read_bytes()
        assert begins in content[:200]
    assert id_of(ANNA) in (tmp_path / "CSV").read_text()
    shifts = desk.get_by_role("cell", name="Early", exact=True)
    expect(shifts.first).to_be_visible()  # today's, and those of the days ahead
    desk.get_by_role("link", name="The month before").click()
    before = workday.day.replace(day=1) - timedelta(days=1)
    days = desk.get_by_role("region", name=f"{ANNA}, {before:%B %Y}, by day").locator("tbody")
    expect(days).to_have_count(before.day)
    expect(shifts).to_have_count(0)

    desk.get_by_role("link", name="Month", exact=True).click()
    expect(row_of(desk, ANNA)).to_contain_text("1:05")


def put_consent(api: ApiClient, name: str) -> None:
    api.put(f"/api/employees/{id_of(name)}/consent", {"version": "2026-01"})


def see_stranger(cloud: Deployment) -> None:
    """A camera has seen somebody whom nobody knows."""
    now = utc_now()
    session, track_id = f"{now:%Y%m%dT%H%M%S.%fZ}-0001", 7
    faces = tuple(KeptFace(now, 0.9, 0.9, face_of(5, shot), picture_of(shot)) for shot in range(3))
    key = record_key(SITE, "gate", session, track_id, 1)
    objects = S3Objects(cloud.media_bucket_name, client("s3"))
    objects.put(key, dump_record(FaceRecord(EMBEDDER, faces)), content_type=RECORD_TYPE)
    seen = FaceSeen(
        event_id=uuid.uuid4().hex,
        occurred_at=now,
        site_id=SITE,
        camera_id="gate",
        stream_session=session,
        cause="chunk/1",
        track_id=track_id,
        faces=3,
        first_seen_at=now,
        last_seen_at=now + timedelta(seconds=1),
        record_keys=(key,),
    )
    EventBridgeBus(cloud.event_bus_name, client("events")).publish([seen.to_message()])


def picture_of(number: int, side: int = 320) -> bytes:
    """A JPEG that shows nobody, each number another one."""
    noise = np.random.default_rng(number).integers(0, 255, (side // 8, side // 8, 3), np.uint8)
    done, jpeg = cv2.imencode(".jpg", cv2.resize(noise, (side, side)))
    assert done
    return jpeg.tobytes()


def test_somebody_unknown_is_named_by_keyboard(desk: Page, cloud: Deployment, api: ApiClient) -> None:
    put_consent(api, CARL)
    desk.get_by_role("link", name="Review").click()
    expect(desk.get_by_text("Nobody is waiting for a name.")).to_be_visible()
    see_stranger(cloud)
    waiting = desk.locator(".review")
    expect(waiting).to_have_count(1, timeout=REACTION_MS)
    expect(waiting).to_contain_text("gate")
    face = waiting.get_by_role("img")
    eventually(lambda: bool(face.evaluate("image => image.naturalWidth")), desk, REACTION_MS)
    who = waiting.get_by_role("combobox", name="Who it is")
    choose(who, "ben", f"{BEN}no consent")
    who.press("Enter")
    expect(waiting.get_by_role("alert")).to_contain_text("has not consented")
    choose(who, "nov", CARL)
    who.press("Enter")
    said = desk.get_by_role("main").get_by_role("status")
    expect(said).to_contain_text(f"Named as {CARL}. Attendance has been told; 3 faces were enrolled.")
    expect(waiting).to_have_count(0)
    [review] = api.get("/api/identity/review", site_id=SITE, state="all")["items"]
    assert (review["state"], review["employee_id"]) == ("named", id_of(CARL))


@pytest.fixture(scope="module")
def portrait() -> Path:
    entry = load_media_catalogue(MEDIA_CATALOGUE).entry("portrait-a-1")
    return pull(entry, MEDIA_FOLDER, CACHE_FOLDER)


@pytest.mark.media
def test_a_face_is_enrolled_from_a_file_and_erased(
    page: Page, accounts: dict[str, Account], api: ApiClient, portrait: Path
) -> None:
    sign_in(page, accounts["admin"].username, accounts["admin"].password)
    page.get_by_role("link", name="Employees").click()
    page.get_by_role("link", name=ANNA).click()
    expect(page.get_by_role("button", name="Enrol faces…")).to_be_disabled()
    page.get_by_label("Which text they signed").fill("2026-01")
    page.get_by_role("button", name="Record consent").click()
    page.get_by_role("button", name="Enrol faces…").click()
    dialog = page.get_by_role("dialog")
    blank = {"name": "wall.jpg", "mimeType": "image/jpeg", "buffer": picture_of(3, 800)}
    dialog.locator("input[type=file]").set_input_files(portrait)
    dialog.locator("input[type=file]").set_input_files(blank)  # type: ignore[arg-type]
    expect(dialog.get_by_role("img")).to_have_count(2)
    dialog.get_by_role("button", name="Enrol", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nothing was enrolled")
    expect(dialog.locator("li[data-refused=true]")).to_contain_text("No face is found")
    dialog.get_by_role("button", name="Leave out picture 2").click()
    dialog.get_by_role("button", name="Enrol", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("1 of 5 are enrolled")).to_be_visible()
    assert len(api.get(f"/api/employees/{id_of(ANNA)}/faces")["faces"]) == 1

    page.get_by_role("button", name="Erase…").click()
    erase = dialog.get_by_role("button", name="Erase", exact=True)
    expect(erase).to_be_disabled()
    dialog.get_by_role("textbox").fill(ANNA)
    erase.click()
    expect(dialog).to_contain_text("Enrolled faces: 1")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_text("Record their consent first")).to_be_visible()
    assert api.get(f"/api/employees/{id_of(ANNA)}/faces")["faces"] == []


def test_an_employee_is_added_and_gets_a_shift(desk: Page, api: ApiClient, workday: Workday) -> None:
    desk.get_by_role("link", name="Employees").click()
    desk.get_by_role("button", name="Add an employee…").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Jürgen Groß")
    expect(dialog.get_by_label("Id, which stays")).to_have_value("juergen-gross")
    dialog.get_by_role("button", name="Add").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Jürgen Groß")
    desk.get_by_role("checkbox", name="Early").check()
    desk.get_by_role("button", name="Give").click()
    expect(desk.get_by_role("button", name="End")).to_be_visible()
    [assignment] = api.get("/api/v1/employees/juergen-gross/assignments")["items"]
    assert (assignment["first_date"], assignment["cycle"]) == (str(workday.day), [["early"]])


def test_a_viewer_does_not_see_people(page: Page, accounts: dict[str, Account]) -> None:
    sign_in(page, accounts["viewer"].username, accounts["viewer"].password)
    expect(page.get_by_text("is for operators and administrators")).to_be_visible()
    expect(page.get_by_role("link", name="People")).to_have_count(0)


def test_every_part_fits_a_telephone(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    for part in ("Today", "Month", "Review", "Employees", "Shifts"):
        desk.get_by_role("link", name=part, exact=part != "Review").click()
        expect(desk.get_by_text("Asking")).to_have_count(0)
        assert desk.evaluate("() => document.documentElement.scrollWidth") <= 390, part
