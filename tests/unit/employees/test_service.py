"""Employees and their consents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from floorsight.employees.model import Employee
from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table, Write
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.scene import no_wait
from tests.fakes.table import FaultyTable, MemoryTable


class Room:
    """The room on a table in memory, with a site."""

    def __init__(self, around: Callable[[Table], Table] = lambda table: table) -> None:
        self.clock, self.table = ManualClock(), MemoryTable()
        self.sites = SiteService(SiteStore(self.table), self.clock)
        for site_id in ("plant-1", "plant-2"):
            self.sites.create_site(site_id=site_id, name=site_id, time_zone="Europe/Berlin")
        store = EmployeeStore(around(self.table), Backoff(sleep=no_wait))
        self.service = EmployeeService(store, self.sites, self.clock)

    def with_employee(self, employee_id: str = "anna", site_id: str = "plant-1") -> Employee:
        return self.service.create_employee(
            employee_id=employee_id, site_id=site_id, name="Anna Weiß", by="olga"
        )


@pytest.fixture
def room() -> Room:
    return Room()


def test_what_is_kept_is_read_back(room: Room) -> None:
    full = room.service.create_employee(
        employee_id="anna",
        site_id="plant-1",
        name="Anna Weiß",
        by="olga",
        payroll_number="0042",
        employed_from=date(2026, 1, 1),
        employed_until=date(2026, 12, 31),
    )
    assert room.service.get_employee("anna") == full
    agreed = room.service.record_consent("anna", version="2026-01", by="olga")
    assert room.service.get_employee("anna") == agreed
    assert agreed.consent
    assert (agreed.consent.given_at, agreed.consent.recorded_by) == (NOON, "olga")


def test_an_id_is_given_once(room: Room) -> None:
    room.with_employee()
    with pytest.raises(Conflict) as caught:
        room.with_employee(site_id="plant-2")
    assert caught.value.code == "employee_exists"


def test_an_employee_needs_a_site(room: Room) -> None:
    with pytest.raises(Malformed) as caught:
        room.with_employee(site_id="plant-9")
    assert (caught.value.code, caught.value.field) == ("unknown_site", "site_id")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"employee_id": "Anna"}, "bad_identifier"),
        ({"name": " "}, "bad_text"),
        ({"payroll_number": ""}, "bad_text"),
        ({"employed_from": date(2026, 2, 2), "employed_until": date(2026, 2, 1)}, "dates_out_of_order"),
    ],
)
def test_wrong_fields_are_named(room: Room, change: dict[str, object], code: str) -> None:
    employee = room.with_employee()
    with pytest.raises(Malformed) as caught:
        replace(employee, **change)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.field in change


def test_a_site_lists_its_employees_in_pages(room: Room) -> None:
    for name in ("carl", "anna", "berta"):
        room.with_employee(name)
    room.with_employee("dora", "plant-2")
    first = room.service.list_employees("plant-1", limit=2)
    rest = room.service.list_employees("plant-1", start_key=first.next_key)
    assert [e.employee_id for e in first.items + rest.items] == ["anna", "berta", "carl"]
    with pytest.raises(NotFound):
        room.service.list_employees("plant-9")


class TestChanges:
    def test_need_the_revision_that_was_read(self, room: Room) -> None:
        read = room.with_employee()
        changed = room.service.update_employee(replace(read, name="Anna Schwarz"))
        assert (changed.name, changed.revision) == ("Anna Schwarz", 2)
        with pytest.raises(Conflict) as caught:
            room.service.update_employee(replace(read, name="Anna Braun"))
        assert caught.value.code == "revision_changed"
        assert room.service.get_employee("anna") == changed

    def test_of_which_only_the_word_was_lost_are_made(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """boto3 repeats a transaction to which it got no answer, and is refused by its own success."""
        transact = room.table.transact

        def transact_twice(writes: Sequence[Write]) -> None:
            transact(writes)
            transact(writes)

        read = room.with_employee()
        monkeypatch.setattr(room.table, "transact", transact_twice)
        changed = room.service.update_employee(replace(read, name="A"))
        assert room.service.get_employee("anna") == changed

    def test_do_not_touch_the_consent(self, room: Room) -> None:
        room.with_employee()
        agreed = room.service.record_consent("anna", version="1", by="olga")
        changed = room.service.update_employee(replace(agreed, name="A", consent=None))
        assert changed.consent == agreed.consent

    def test_do_not_move_an_employee(self, room: Room) -> None:
        with pytest.raises(Conflict) as caught:
            room.service.update_employee(replace(room.with_employee(), site_id="plant-2"))
        assert caught.value.code == "site_fixed"

    def test_of_nobody_are_not_found(self, room: Room) -> None:
        with pytest.raises(NotFound):
            room.service.record_consent("anna", version="1", by="olga")


class TestConsent:
    def test_is_what_recognition_needs(self, room: Room) -> None:
        assert not room.with_employee().may_be_recognised
        assert room.service.record_consent("anna", version="1", by="olga").may_be_recognised
        assert not room.service.withdraw_consent("anna").may_be_recognised

    def test_is_kept_when_withdrawn_and_given_again(self, room: Room) -> None:
        room.with_employee()
        room.service.record_consent("anna", version="1", by="olga")
        room.clock.advance(60)
        room.service.withdraw_consent("anna")
        room.clock.advance(60)
        room.service.record_consent("anna", version="2", by="otto")
        first, second = room.service.list_consents("anna")
        assert (first.version, first.withdrawn_at) == ("1", NOON + timedelta(seconds=60))
        assert (second.version, second.recorded_by, second.withdrawn_at) == ("2", "otto", None)

    def test_recorded_or_withdrawn_twice_is_the_same(self, room: Room) -> None:
        room.with_employee()
        once = room.service.record_consent("anna", version="1", by="olga")
        room.clock.advance(60)
        assert room.service.record_consent("anna", version="1", by="otto") == once
        gone = room.service.withdraw_consent("anna")
        room.clock.advance(60)
        assert room.service.withdraw_consent("anna") == gone

    def test_is_not_of_the_future(self, room: Room) -> None:
        room.with_employee()
        with pytest.raises(Malformed) as caught:
            room.service.record_consent("anna", version="1", by="olga", given_at=NOON + timedelta(days=1))
        assert caught.value.code == "consent_in_future"

    @pytest.mark.parametrize("hours", [-1, 0])
    def test_does_not_lift_a_later_withdrawal(self, room: Room, hours: int) -> None:
        """The same paper, recorded once more, is no new consent."""
        room.with_employee()
        room.service.record_consent("anna", version="1", by="olga")
        room.clock.advance(60)
        room.service.withdraw_consent("anna")
        with pytest.raises(Malformed) as caught:
            room.service.record_consent(
                "anna", version="2", by="olga", given_at=NOON + timedelta(hours=hours)
            )
        assert caught.value.code == "consent_outdated"
        assert not room.service.get_employee("anna").may_be_recognised


class TestErasure:
    def test_ends_consent_and_recognition(self, room: Room) -> None:
        room.with_employee()
        room.service.record_consent("anna", version="1", by="olga")
        room.clock.advance(60)
        gone = room.service.mark_erased("anna")
        assert gone.consent
        assert gone.consent.withdrawn_at == gone.erased_at == NOON + timedelta(seconds=60)
        room.clock.advance(60)
        assert room.service.mark_erased("anna") == gone

    def test_ends_with_a_new_consent(self, room: Room) -> None:
        room.with_employee()
        room.service.mark_erased("anna")
        room.clock.advance(60)
        again = room.service.record_consent("anna", version="1", by="olga")
        assert again.may_be_recognised
        assert again.erased_at is None


class TestLeaving:
    def test_has_a_last_day(self, room: Room) -> None:
        room.with_employee()
        left = room.service.end_employment("anna", date(2026, 3, 31))
        assert left.is_employed_on(date(2026, 3, 31))
        assert not left.is_employed_on(date(2026, 4, 1))

    def test_twice_keeps_the_earlier_day(self, room: Room) -> None:
        room.with_employee()
        left = room.service.end_employment("anna", date(2026, 3, 31))
        assert room.service.end_employment("anna", date(2026, 4, 2)) == left


class TestTrouble:
    def test_contention_is_waited_out(self) -> None:
        dice = iter([0.0] * 3 + [1.0] * 50)
        room = Room(lambda table: FaultyTable(table, dice=lambda: next(dice, 1.0), contention=0.5))
        room.with_employee()
        assert room.service.record_consent("anna", version="1", by="olga").may_be_recognised

    def test_endless_contention_is_told(self) -> None:
        room = Room(lambda table: FaultyTable(table, contention=1.1))
        room.with_employee()
        with pytest.raises(Unavailable) as caught:
            room.service.record_consent("anna", version="1", by="olga")
        assert caught.value.code == "contention"

    def test_who_is_faster_is_heard(self, room: Room) -> None:
        """Somebody renames the employee between the reading and the writing of a consent."""
        faulty = FaultyTable(room.table)
        service = EmployeeService(EmployeeStore(faulty, Backoff(sleep=no_wait)), room.sites, room.clock)
        read = room.with_employee()

        def rename() -> None:
            faulty.interrupt = None
            room.service.update_employee(replace(read, name="Renamed"))

        faulty.interrupt = rename
        agreed = service.record_consent("anna", version="1", by="olga")
        assert (agreed.name, agreed.may_be_recognised) == ("Renamed", True)
