"""Employees, and what they have consented to.

An employee's times and name are kept for payroll; their face is used only while a consent is in force.
`revision` rises with every change: who changes an employee says which one was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from floorsight.platform.errors import Malformed
from floorsight.sites.fields import check_identifier, check_text


@dataclass(frozen=True)
class Consent:
    """That somebody agreed to be recognised: when, to which text, and who wrote it down.

    `version` names the text that was agreed to. Raises Malformed when a field is wrong.
    """

    given_at: datetime
    version: str
    recorded_by: str
    withdrawn_at: datetime | None = None

    def __post_init__(self) -> None:
        check_text("version", self.version)

    @property
    def in_force(self) -> bool:
        return self.withdrawn_at is None


@dataclass(frozen=True)
class Employee:
    """Somebody who works, or worked, at a site. Raises Malformed when a field is wrong.

    `employed_from` and `employed_until` are local dates of the site, both inclusive; None is open.
    `consent` is the latest one, also when it was withdrawn. `erased_at`: their biometrics were erased then;
    only a new consent ends that.
    """

    employee_id: str
    site_id: str
    name: str
    created_at: datetime
    created_by: str
    payroll_number: str | None = None
    employed_from: date | None = None
    employed_until: date | None = None
    consent: Consent | None = None
    erased_at: datetime | None = None
    revision: int = 1

    def __post_init__(self) -> None:
        check_identifier("employee_id", self.employee_id)
        check_identifier("site_id", self.site_id)
        check_text("name", self.name)
        if self.payroll_number is not None:
            check_text("payroll_number", self.payroll_number)
        if self.employed_from and self.employed_until and self.employed_until < self.employed_from:
            raise Malformed(
                f"employed_until ({self.employed_until}) is before employed_from ({self.employed_from})",
                code="dates_out_of_order",
                field="employed_until",
            )

    @property
    def may_be_recognised(self) -> bool:
        """Whether their face may be enrolled and compared: a consent is in force, and nothing is erased."""
        return self.consent is not None and self.consent.in_force and self.erased_at is None

    def is_employed_on(self, day: date) -> bool:
        """Whether they work here on a local date of the site."""
        begun = self.employed_from is None or self.employed_from <= day
        return begun and (self.employed_until is None or day <= self.employed_until)
