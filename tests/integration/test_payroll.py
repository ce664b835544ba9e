"""A period over the deployed API: planned, worked, locked, corrected, exported."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from floorsight.platform.clock import utc_now
from infra.local.accounts import Account
from infra.local.deployment import Deployment
from tests.integration.test_deployment import api, sign_in

__all__ = ["api"]

pytestmark = pytest.mark.cloud


class Office:
    """HR at a site of this test's own, in UTC."""

    def __init__(self, api: httpx.Client, cloud: Deployment, headers: dict[str, str]) -> None:
        self._api, self._url, self._headers = api, f"{cloud.api_url}/api", headers

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        answer = self._api.request(
            method, f"{self._url}/{path}", json=body, params=params, headers=self._headers
        )
        assert answer.is_success, answer.text
        return answer

    def open(self, name: str, first: date) -> None:
        """A site with a shift that Ann has."""
        self.ask("POST", "sites", {"site_id": name, "name": "Works", "time_zone": "UTC"})
        shift = {"shift_id": name, "site_id": name, "name": "Day", "start": "08:00", "end": "16:00"}
        self.ask("POST", "v1/shifts", shift | {"valid_from": f"{first}", "closes_after_minutes": 60})
        self.ask("POST", "employees", {"employee_id": name, "site_id": name, "name": "Ann Arbour"})
        assignment = {"first_date": f"{first}", "cycle": [[name]]}
        self.ask("POST", f"v1/employees/{name}/assignments", assignment)


def test_a_period_is_locked_corrected_and_exported(
    api: httpx.Client, cloud: Deployment, accounts: dict[str, Account]
) -> None:
    name = f"pay-{uuid.uuid4().hex[:8]}"
    first = utc_now().date() - timedelta(days=4)
    next_day = first + timedelta(days=1)
    hr = Office(api, cloud, sign_in(api, cloud, accounts["admin"]))
    hr.open(name, first)
    hr.ask("POST", "v1/attendance/check-in", {"employee_id": name, "at": f"{first}T08:00:00"})
    going = {"employee_id": name, "at": f"{first}T15:30:00"}
    out = hr.ask("POST", "v1/attendance/check-out", going).json()
    assert out["records"][0]["statuses"] == ["early_exit"]

    dates = {"first_date": f"{first}", "last_date": f"{first}"}
    period = hr.ask("POST", "v1/attendance/periods/lock", {"site_id": name} | dates).json()
    assert (period["state"], period["records"]) == ("locked", 1)
    paid = hr.ask("GET", "v1/attendance/export.csv", site_id=name, **dates).content
    correction = {"action": "replace", "employee_id": name, "punch_id": out["punch"]["punch_id"]}
    correction |= {"at": f"{first}T16:00:00", "reason": "foreman's list"}
    for _ in range(2):
        entered = hr.ask("POST", "v1/attendance/corrections", correction).json()
    assert entered["records"][0]["statuses"] == ["present"]

    assert hr.ask("GET", "v1/attendance/export.csv", site_id=name, **dates).content == paid
    later = {"first_date": f"{next_day}", "last_date": f"{next_day}"}
    rows = csv.DictReader(io.StringIO(hr.ask("GET", "v1/attendance/export.csv", site_id=name, **later).text))
    [booked] = [row for row in rows if row["row"] == "adjustment"]
    assert (booked["local_date"], booked["worked_seconds"]) == (f"{first}", "1800")
    assert (booked["statuses_before"], booked["statuses"]) == ("early_exit", "present")
    workbook = hr.ask("GET", "v1/attendance/export.xlsx", site_id=name, **later).content
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        assert parts.testzip() is None
        assert "xl/worksheets/sheet3.xml" in parts.namelist()
    told = hr.ask("GET", f"v1/attendance/{name}.{first}.{name}/explain").json()
    assert told["frozen"]["statuses"] == ["early_exit"]
    assert [each["difference"]["worked"] for each in told["adjustments"]] == [1800]
