"""What a consent, its end and an erasure make of an employee."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from floorsight.employees.model import Consent, Employee
from floorsight.platform.errors import Conflict, Malformed


def with_consent(employee: Employee, consent: Consent, now: datetime) -> Employee:
    """The employee who has agreed. A new consent lifts an erasure: nothing is left of what was before.

    Raises:
        Malformed: it is of the future (`consent_in_future`), or older than what it would replace
            (`consent_outdated`).
    """
    if consent.given_at > now:
        raise Malformed(
            "a consent is recorded after it was given", code="consent_in_future", field="given_at"
        )
    known, latest = employee.consent, _latest_word(employee)
    if (latest and consent.given_at < latest) or (known and consent.given_at == known.given_at):
        raise Malformed(
            f"there is one, or a withdrawal, of {latest}, which is no earlier",
            code="consent_outdated",
            field="given_at",
        )
    return replace(employee, consent=consent, erased_at=None)


def without_consent(employee: Employee, now: datetime) -> Employee:
    """The employee whose consent has ended; the same one if none was in force."""
    consent = employee.consent
    if consent is None or not consent.in_force:
        return employee
    return replace(employee, consent=replace(consent, withdrawn_at=now))


def erased(employee: Employee, now: datetime) -> Employee:
    """The employee whose biometrics go; the same one if they went already."""
    if employee.erased_at is not None:
        return employee
    return replace(without_consent(employee, now), erased_at=now)


def edited(before: Employee, changed: Employee) -> Employee:
    """The changed employee: what only a consent or an erasure changes stays as it is.

    Raises Conflict (`site_fixed`): their faces and times belong to the site.
    """
    if before.site_id != changed.site_id:
        raise Conflict(
            "an employee stays at their site, where their times belong; make a new entry at the other site",
            code="site_fixed",
        )
    return replace(
        changed,
        consent=before.consent,
        erased_at=before.erased_at,
        created_at=before.created_at,
        created_by=before.created_by,
    )


def _latest_word(employee: Employee) -> datetime | None:
    """When the last thing was said about the employee's face."""
    moments = [employee.erased_at]
    if employee.consent is not None:
        moments += [employee.consent.given_at, employee.consent.withdrawn_at]
    return max((moment for moment in moments if moment is not None), default=None)
