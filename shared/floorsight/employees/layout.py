"""How employees and their consents lie in the registry table."""

from __future__ import annotations

from datetime import date

from floorsight.employees.model import Consent, Employee
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.items import Item


def employee_body(employee: Employee) -> Item:
    return {
        "employee_id": employee.employee_id,
        "site_id": employee.site_id,
        "name": employee.name,
        "payroll_number": employee.payroll_number,
        "employed_from": _date_text(employee.employed_from),
        "employed_until": _date_text(employee.employed_until),
        "consent": consent_body(employee.consent) if employee.consent else None,
        "erased_at": moment_text(employee.erased_at),
        "created_at": to_sort_key(employee.created_at),
        "created_by": employee.created_by,
        "revision": employee.revision,
    }


def read_employee(item: Item) -> Employee:
    """Attributes without a value are not stored."""
    consent = item.get("consent")
    return Employee(
        employee_id=item["employee_id"],
        site_id=item["site_id"],
        name=item["name"],
        created_at=from_sort_key(item["created_at"]),
        created_by=item["created_by"],
        payroll_number=item.get("payroll_number"),
        employed_from=_read_date(item.get("employed_from")),
        employed_until=_read_date(item.get("employed_until")),
        consent=read_consent(consent) if consent else None,
        erased_at=read_moment(item.get("erased_at")),
        revision=item["revision"],
    )


def consent_body(consent: Consent) -> Item:
    return {
        "given_at": to_sort_key(consent.given_at),
        "version": consent.version,
        "recorded_by": consent.recorded_by,
        "withdrawn_at": moment_text(consent.withdrawn_at),
    }


def read_consent(item: Item) -> Consent:
    return Consent(
        given_at=from_sort_key(item["given_at"]),
        version=item["version"],
        recorded_by=item["recorded_by"],
        withdrawn_at=read_moment(item.get("withdrawn_at")),
    )


def _date_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
