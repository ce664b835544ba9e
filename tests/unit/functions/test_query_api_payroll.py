"""Months, files and periods: what payroll gets, byte for byte, and what LibreOffice makes of it."""

from __future__ import annotations

import csv
import io
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from floorsight.attendance.periods.payroll import PayrollService
from functions.gateway.access import Role
from functions.query_api.xlsx_files import Sheet, write_xlsx
from tests.fakes.workplace import ANN, BEN, OUT, SITE, Workplace
from tests.unit.functions.conftest import Api, problem_of

BASE = "/api/v1/attendance"
FEBRUARY = {"site_id": SITE, "first_date": "2026-02-01", "last_date": "2026-02-28"}
MARCH = {"site_id": SITE, "first_date": "2026-03-01", "last_date": "2026-03-31"}


@pytest.fixture
def place(api: Api) -> Workplace:
    """Ann worked on two days of February, one of them late; it is March. Ben's name is a formula."""
    scene = api.scene
    place = Workplace(registry=scene.registry, presence=scene.presence, clock=scene.clock).opened()
    place.hire(BEN, name='=HYPERLINK("http://x")', payroll_number="0042")
    place.work("2026-02-10")
    place.work("2026-02-11", "06:10", "14:30")
    return place


@pytest.fixture
def admin(api: Api) -> Any:
    return api.signed_in(Role.ADMIN, "boss")


def summaries(api: Api, month: str, **params: Any) -> list[dict[str, Any]]:
    answer = api.operator.get(f"{BASE}/summary", params={"site_id": SITE, "month": month} | params)
    return list(answer.json()["items"])


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def adjusted(api: Api, admin: Any, place: Workplace) -> None:
    """February is locked; then it turns out that Ann came on the 12th too."""
    assert admin.post(f"{BASE}/periods/lock", json=FEBRUARY).json()["state"] == "locked"
    place.punch("2026-02-12T06:00")
    place.punch("2026-02-12T14:00", OUT)


def test_a_month_per_employee(api: Api, place: Workplace) -> None:
    ann, ben = summaries(api, "2026-02")
    assert (ann["employee_id"], ann["records"], ann["locked_until"]) == (ANN, 28, None)
    assert (ann["days"]["present"], ann["days"]["late"], ann["days"]["absent"]) == (1, 1, 26)
    assert ann["seconds"]["worked"] == 8 * 3600 + 8 * 3600 + 20 * 60
    assert ann["hours"] | {"unpaid_break": "0:00"} == {
        "worked": "16:20",
        "regular": "15:50",
        "overtime": "0:30",
        "unpaid_break": "0:00",
        "late": "0:10",
        "early": "0:00",
    }
    assert (ben["payroll_number"], ben["days"]["absent"]) == ("0042", 28)
    assert summaries(api, "2026-02", employee_id=BEN) == [ben]
    page = api.operator.get(
        f"{BASE}/summary", params={"site_id": SITE, "month": "2026-02", "limit": 1}
    ).json()
    rest = summaries(api, "2026-02", cursor=page["next_cursor"])
    assert page["items"] + rest == [ann, ben]


def test_what_is_learnt_late_is_in_the_next_month(api: Api, admin: Any, place: Workplace) -> None:
    before = summaries(api, "2026-02")[0]
    adjusted(api, admin, place)
    assert summaries(api, "2026-02")[0] == before | {"locked_until": "2026-02-28"}
    march = summaries(api, "2026-03")[0]
    last = march["adjustments"][-1]
    assert (last["local_date"], last["booked_on"], last["number"]) == ("2026-02-12", "2026-03-01", 2)
    assert (march["seconds"]["worked"], march["days"]["present"]) == (8 * 3600, 1)
    explained = api.operator.get(f"{BASE}/ann.2026-02-12.early/explain").json()
    assert explained["frozen"]["statuses"] == ["absent"]
    assert [each["number"] for each in explained["adjustments"]] == [1, 2]
    assert (explained["record"]["locked"], explained["record"]["statuses"]) == (True, ["present"])


def test_what_is_explained_is_of_one_moment(
    api: Api, admin: Any, place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody corrects the record once it was read, and before its adjustments are."""
    assert admin.post(f"{BASE}/periods/lock", json=FEBRUARY).json()["state"] == "locked"
    booked_for = PayrollService.booked_for

    def correct_first(self: PayrollService, *of: Any) -> Any:
        monkeypatch.undo()
        place.punch("2026-02-10T15:00", OUT)
        return booked_for(self, *of)

    monkeypatch.setattr(PayrollService, "booked_for", correct_first)
    told = api.operator.get(f"{BASE}/ann.2026-02-10.early/explain").json()
    [adjustment] = told["adjustments"]
    paid = told["frozen"]["seconds"]["worked"] + adjustment["difference"]["worked"]
    assert (paid, told["record"]["worked_seconds"]) == (9 * 3600, 9 * 3600)


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("/summary", {"month": "2026-3"}, (422, "invalid_request", ["month"])),
        ("/summary", {"month": "2026-13"}, (422, "invalid_request", ["month"])),
        ("/summary", {"month": "2026-03", "site_id": "x"}, (404, "unknown_site", [])),
        ("/summary", {"month": "2026-03", "employee_id": "eve"}, (404, "unknown_employee", [])),
        ("/export.csv", {"site_id": "x"}, (404, "unknown_site", [])),
        ("/export.xlsx", {"last_date": "2026-09-01"}, (422, "too_many_days", ["last_date"])),
        ("/export.csv", {"employee_id": ANN, "site_id": "x"}, (422, "other_site", ["site_id"])),
        ("/periods", {"site_id": "x"}, (404, "unknown_site", [])),
    ],
)
def test_bad_questions_are_refused(
    api: Api, place: Workplace, path: str, params: dict[str, str], expected: Any
) -> None:
    assert problem_of(api.operator.get(BASE + path, params=FEBRUARY | params)) == expected


def test_a_file_has_a_row_for_each_record_and_adjustment(api: Api, admin: Any, place: Workplace) -> None:
    adjusted(api, admin, place)
    answer = api.operator.get(f"{BASE}/export.csv", params=FEBRUARY | {"employee_id": ANN})
    assert answer.headers["content-type"].startswith("text/csv")
    name = f"attendance_{SITE}_2026-02-01_2026-02-28.csv"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    rows = read_csv(answer.text)
    assert len(rows) == 28
    assert {row["row"] for row in rows} == {"record"}
    worked = next(row for row in rows if row["local_date"] == "2026-02-11")
    assert (
        worked.items()
        >= {
            "employee_id": ANN,
            "name": "Ann Arbour",
            "shift_id": "early",
            "starts_at": "2026-02-11T06:00:00+01:00",
            "check_in": "2026-02-11T06:10:00+01:00",
            "check_out": "2026-02-11T14:30:00+01:00",
            "statuses": "late",
            "worked_seconds": "30000",
            "overtime_seconds": "1800",
            "late_seconds": "600",
            "id": "ann.2026-02-11.early",
        }.items()
    )
    march = read_csv(api.operator.get(f"{BASE}/export.csv", params=MARCH | {"employee_id": ANN}).text)
    booked = [row for row in march if row["row"] == "adjustment"]
    assert sum(int(row["worked_seconds"]) for row in booked) == 8 * 3600
    assert {row["booked_on"] for row in booked} == {"2026-03-01"}
    assert booked[0]["statuses_before"] == "absent"


def test_nothing_in_a_file_is_a_formula(api: Api, place: Workplace) -> None:
    rows = read_csv(api.operator.get(f"{BASE}/export.csv", params=FEBRUARY | {"employee_id": BEN}).text)
    assert {row["name"] for row in rows} == {'\'=HYPERLINK("http://x")'}


def test_the_same_data_are_the_same_bytes(api: Api, place: Workplace) -> None:
    for kind in ("csv", "xlsx"):
        first, second = (api.operator.get(f"{BASE}/export.{kind}", params=FEBRUARY).content for _ in range(2))
        assert first == second
    table = [Sheet("Records", ["a"], [["=1+1"], [2.5], [True]])]
    made_at = datetime(2026, 2, 28, tzinfo=UTC)
    assert write_xlsx(table, made_at=made_at) == write_xlsx(table, made_at=made_at)
    assert write_xlsx(table, made_at=made_at) != write_xlsx(table, made_at=made_at + timedelta(days=1))


def test_a_spreadsheet_opens_the_workbook(api: Api, admin: Any, place: Workplace, tmp_path: Path) -> None:
    """LibreOffice turns each of its sheets into CSV again."""
    adjusted(api, admin, place)
    answer = api.operator.get(f"{BASE}/export.xlsx", params=MARCH)
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    workbook = tmp_path / "march.xlsx"
    workbook.write_bytes(answer.content)
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    command += [every_sheet, "--outdir", str(tmp_path), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    records, adjustments, totals = (
        read_csv((tmp_path / f"march-{name}.csv").read_text())
        for name in ("Records", "Adjustments", "Totals")
    )
    plain = read_csv(api.operator.get(f"{BASE}/export.csv", params=MARCH).text)
    assert len(records) == len([row for row in plain if row["row"] == "record"])
    assert [row["id"] for row in adjustments] == [row["id"] for row in plain if row["row"] == "adjustment"]
    assert [(row["employee_id"], row["worked"], row["present"]) for row in totals] == [
        (ANN, "8:00", "1"),
        (BEN, "0:00", "0"),
    ]
    assert totals[1]["name"] == '=HYPERLINK("http://x")'  # text in a cell of text, and no link
    assert totals[1]["payroll_number"] == "0042"


def test_a_file_that_no_answer_can_hold_is_refused(
    api: Api, place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.query_api.routers.payroll.MAX_ANSWER_BYTES", 1000)
    for kind in ("csv", "xlsx"):
        answer = api.operator.get(f"{BASE}/export.{kind}", params=FEBRUARY)
        assert problem_of(answer) == (422, "export_too_large", ["last_date"])
        assert "fewer dates" in answer.json()["detail"]


def test_a_period_is_locked_by_an_admin(api: Api, admin: Any, place: Workplace) -> None:
    period = admin.post(f"{BASE}/periods/lock", json=FEBRUARY).json()
    assert period.items() >= (FEBRUARY | {"state": "locked", "by": "boss", "employees": 2}).items()
    assert (period["records"], period["missing_punches"]) == (56, 0)
    assert admin.post(f"{BASE}/periods/lock", json=FEBRUARY).json() == period
    place.is_at("2026-05-03T12:00:00")
    admin.post(f"{BASE}/periods/lock", json=MARCH)
    first = api.operator.get(f"{BASE}/periods", params={"site_id": SITE, "limit": 1}).json()
    rest = api.operator.get(
        f"{BASE}/periods", params={"site_id": SITE, "cursor": first["next_cursor"]}
    ).json()
    assert [each["first_date"] for each in first["items"] + rest["items"]] == ["2026-03-01", "2026-02-01"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"site_id": "x"}, (404, "unknown_site", [])),
        ({"last_date": "2026-01-01"}, (422, "dates_out_of_order", ["last_date"])),
        ({"last_date": "2026-03-02"}, (409, "period_not_over", [])),
        ({"first_date": "2025-11-01"}, (422, "period_too_long", ["last_date"])),
        ({"more": 1}, (422, "invalid_request", ["more"])),
    ],
)
def test_a_period_that_cannot_be_locked(
    admin: Any, place: Workplace, change: dict[str, Any], expected: Any
) -> None:
    assert problem_of(admin.post(f"{BASE}/periods/lock", json=FEBRUARY | change)) == expected


def test_a_site_goes_when_its_people_have_and_its_payroll_stays(
    api: Api, admin: Any, place: Workplace
) -> None:
    def delete() -> Any:
        return api.operator.delete(f"/api/sites/{SITE}")

    assert problem_of(delete()) == (409, "site_has_employees", [])
    before = summaries(api, "2026-02")
    for employee_id in (ANN, BEN):
        employee = place.employees.get_employee(employee_id)
        place.employees.update_employee(replace(employee, employed_until=place.clock().date()))
    assert problem_of(delete()) == (409, "site_has_employees", [])  # of today there may be punches to come
    place.clock.advance(24 * 3600)
    assert delete().status_code == 204
    assert delete().status_code == 204
    assert [each["seconds"] for each in summaries(api, "2026-02")] == [each["seconds"] for each in before]
    assert api.operator.get(f"{BASE}/export.csv", params=FEBRUARY).status_code == 200

    assert admin.post(f"{BASE}/periods/lock", json=FEBRUARY).json()["state"] == "locked"
    assert len(api.operator.get(f"{BASE}/periods", params={"site_id": SITE}).json()["items"]) == 1


def test_a_site_with_shifts_keeps_its_time_zone(api: Api, place: Workplace) -> None:
    site = api.operator.get(f"/api/sites/{SITE}").json()
    change = {name: site[name] for name in site if name != "site_id"}
    same = api.operator.put(f"/api/sites/{SITE}", json=change | {"name": "Plant One"})
    assert same.status_code == 200
    change |= {"revision": same.json()["revision"], "time_zone": "America/New_York"}
    assert problem_of(api.operator.put(f"/api/sites/{SITE}", json=change)) == (409, "time_zone_in_use", [])
