"""What the employees room keeps in the registry table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from floorsight.employees.layout import consent_body, employee_body, read_consent, read_employee
from floorsight.employees.model import Consent, Employee
from floorsight.platform.clock import to_sort_key
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict, NotFound, Unavailable
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.retry import Backoff
from floorsight.platform.revisions import changed_meanwhile
from floorsight.platform.table import (
    ABSENT,
    Expectation,
    Page,
    Put,
    Table,
    TransactionRefused,
    Update,
    Write,
)

EMPLOYEE = ItemType(
    name="employee",
    table=TableName.REGISTRY,
    pk="EMPLOYEE#{employee_id}",
    sk="EMPLOYEE",
    gsi1pk="SITE#{site_id}",
    gsi1sk="EMPLOYEE#{employee_id}",
    purpose="Somebody who works, or worked, at a site, with the latest consent. No biometrics. The index "
    "lists a site's employees. Who left keeps the item, with `employed_until`: payroll needs them.",
    writers=("query_api", "run_job"),
    readers=("query_api", "analyse_image", "recognise_person", "record_attendance", "raise_alert", "run_job"),
)
CONSENT = ItemType(
    name="consent",
    table=TableName.REGISTRY,
    pk="EMPLOYEE#{employee_id}",
    sk="CONSENT#{given_at}",
    purpose="A consent: when it was given, to which text, who recorded it, and when it was withdrawn. Kept "
    "as proof, also after an erasure.",
    writers=("query_api", "run_job"),
    readers=("query_api",),
)
ITEM_TYPES: tuple[ItemType, ...] = (EMPLOYEE, CONSENT)


@dataclass(frozen=True)
class EmployeeStore:
    """Employees and their consents in the registry table."""

    table: Table
    backoff: Backoff = field(default_factory=Backoff)

    def add(self, employee: Employee) -> None:
        """Raises Conflict (`employee_exists`), unless the very same one is there: an answer got lost."""
        try:
            self.table.write(Put(_item(employee), expect=ABSENT))
        except Conflict as error:
            if self.find(employee.employee_id) != employee:
                raise Conflict(
                    f"employee {employee.employee_id} exists already; ids are not given again",
                    code="employee_exists",
                ) from error

    def find(self, employee_id: str) -> Employee | None:
        item = self.table.get(EMPLOYEE.key(employee_id=employee_id))
        return read_employee(item) if item else None

    def replace(self, employee: Employee) -> Employee:
        """Store a changed employee in place of the one that was read, with the next revision.

        A new or changed consent is kept beside it. Raises Conflict (`revision_changed`): somebody else has
        changed it meanwhile. Raises Unavailable while others are writing it.
        """
        changed = replace(employee, revision=employee.revision + 1)
        expected = Expectation(equals={"type": EMPLOYEE.name, "revision": employee.revision})
        writes: list[Write] = [Put(_item(changed), expected)]
        if changed.consent is not None:
            writes.append(Put(_consent_item(changed.employee_id, changed.consent)))
        busy = "others are changing the same employee; try again"
        try:
            transact_again(self.table, writes, self.backoff, busy=busy)
        except TransactionRefused as refused:
            if self.find(changed.employee_id) != changed:  # else it was written, and the answer got lost
                raise changed_meanwhile("the employee") from refused
        return changed

    def change(self, employee_id: str, how: Callable[[Employee], Employee]) -> Employee:
        """Change an employee as they are now, again whenever somebody else was faster.

        What `how` leaves alone is not written. Raises NotFound (`unknown_employee`), Unavailable, and what
        `how` raises.
        """

        def attempt() -> Employee:
            before = self.find(employee_id)
            if before is None:
                raise NotFound(f"there is no employee {employee_id}", code="unknown_employee")
            after = how(before)
            return before if after == before else self.replace(after)

        for _ in self.backoff.tries():
            try:
                return attempt()
            except Conflict as error:
                if error.code != "revision_changed":
                    raise
        raise Unavailable("others are changing the same employee; try again", code="contention")

    def unchanged(self, employee: Employee) -> Update:
        """For a transaction that must not happen unless the employee is still as they were read."""
        return Update(
            EMPLOYEE.key(employee_id=employee.employee_id),
            set={"type": EMPLOYEE.name},
            expect=Expectation(equals={"type": EMPLOYEE.name, "revision": employee.revision}),
        )

    def list_of_site(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Employee]:
        """A site's employees by id, those who left too; eventually consistent."""
        page = self.table.query(
            f"SITE#{site_id}", begins="EMPLOYEE#", limit=limit, start_key=start_key, index=True
        )
        return page.map(read_employee)

    def list_consents(self, employee_id: str) -> list[Consent]:
        """All consents of an employee, oldest first."""
        page = self.table.query(CONSENT.partition(employee_id=employee_id), begins="CONSENT#")
        return [read_consent(item) for item in page.items]


def _item(employee: Employee) -> Item:
    return EMPLOYEE.item(employee_body(employee), employee_id=employee.employee_id, site_id=employee.site_id)


def _consent_item(employee_id: str, consent: Consent) -> Item:
    return CONSENT.item(
        consent_body(consent), employee_id=employee_id, given_at=to_sort_key(consent.given_at)
    )
