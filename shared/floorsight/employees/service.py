"""Keeping employees, and what they have consented to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from floorsight.employees.model import Consent, Employee
from floorsight.employees.rules import edited, erased, with_consent, without_consent
from floorsight.employees.store import EmployeeStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Malformed, NotFound
from floorsight.platform.items import Item
from floorsight.platform.table import Page
from floorsight.sites.service import SiteService


@dataclass(frozen=True)
class EmployeeService:
    """Use cases of the employees room. Errors: NotFound, Conflict, Malformed (with the field), Unavailable.

    It knows no faces: who withdraws a consent or erases by way of `identity.erasing` has these removed too.
    """

    store: EmployeeStore
    sites: SiteService
    clock: Clock = utc_now

    def create_employee(
        self,
        *,
        employee_id: str,
        site_id: str,
        name: str,
        by: str,
        payroll_number: str | None = None,
        employed_from: date | None = None,
        employed_until: date | None = None,
    ) -> Employee:
        """Raises Malformed (also `unknown_site`) or Conflict (`employee_exists`)."""
        employee = Employee(
            employee_id=employee_id,
            site_id=site_id,
            name=name,
            created_at=self.clock(),
            created_by=by,
            payroll_number=payroll_number,
            employed_from=employed_from,
            employed_until=employed_until,
        )
        try:
            self.sites.get_site(site_id)
        except NotFound as error:
            raise Malformed(f"there is no site {site_id}", code="unknown_site", field="site_id") from error
        self.store.add(employee)
        return employee

    def get_employee(self, employee_id: str) -> Employee:
        """Raises NotFound (`unknown_employee`)."""
        found = self.store.find(employee_id)
        if found is None:
            raise NotFound(f"there is no employee {employee_id}; create it first", code="unknown_employee")
        return found

    def list_employees(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Employee]:
        """A site's employees by id, those who left too; one made a moment ago may be missing.

        Raises NotFound (`unknown_site`).
        """
        self.sites.get_site(site_id, with_deleted=True)  # they are paid for what they worked there
        return self.store.list_of_site(site_id, limit=limit, start_key=start_key)

    def update_employee(self, changed: Employee) -> Employee:
        """Name, payroll number and dates of an employee as given, with the `revision` that was read.

        Raises NotFound (`unknown_employee`) or Conflict (`revision_changed`, `site_fixed`).
        """
        return self.store.replace(edited(self.get_employee(changed.employee_id), changed))

    def end_employment(self, employee_id: str, last_day: date) -> Employee:
        """They leave after a local date of the site; an earlier last day stays. Raises NotFound.

        Raises Malformed (`dates_out_of_order`) if they begin after it.
        """

        def ended(employee: Employee) -> Employee:
            if employee.employed_until is not None and employee.employed_until <= last_day:
                return employee
            return replace(employee, employed_until=last_day)

        return self.store.change(employee_id, ended)

    def record_consent(
        self, employee_id: str, *, version: str, by: str, given_at: datetime | None = None
    ) -> Employee:
        """Write down that an employee agrees to be recognised, from `given_at` on (now if absent).

        The same consent again changes nothing. Raises NotFound (`unknown_employee`) or Malformed
        (`consent_in_future`, `consent_outdated`).
        """
        now = self.clock()

        def agreed(employee: Employee) -> Employee:
            known = employee.consent
            same = known is not None and known.version == version and given_at in (None, known.given_at)
            if same and employee.may_be_recognised:
                return employee
            return with_consent(employee, Consent(given_at or now, version, by), now)

        return self.store.change(employee_id, agreed)

    def withdraw_consent(
        self, employee_id: str, *, only_if: Callable[[Employee], bool] = lambda _: True
    ) -> Employee:
        """From now on the employee may not be recognised, `only_if` this holds of them as they are now.

        Withdrawing what is not in force changes nothing. Raises NotFound (`unknown_employee`).
        """
        now = self.clock()

        def withdrawn(employee: Employee) -> Employee:
            return without_consent(employee, now) if only_if(employee) else employee

        return self.store.change(employee_id, withdrawn)

    def mark_erased(self, employee_id: str) -> Employee:
        """Consent ends, and nobody enrols the employee any more. Raises NotFound (`unknown_employee`).

        Once more changes nothing.
        """
        now = self.clock()
        return self.store.change(employee_id, lambda employee: erased(employee, now))

    def list_consents(self, employee_id: str) -> list[Consent]:
        """All consents of an employee, oldest first. Raises NotFound (`unknown_employee`)."""
        self.get_employee(employee_id)
        return self.store.list_consents(employee_id)
