"""Employees outside their hours, and HR's digest: only where a site wants it, and once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from floorsight.alerts.occurrences.store import OccurrenceStore
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.people.digest import MAX_NAMED, MissingPunches
from floorsight.alerts.people.hours import OutsideHours
from floorsight.alerts.people.model import PeoplePolicy
from floorsight.alerts.people.store import PeoplePolicyStore
from floorsight.attendance.model import Instance, Record, Shift, Status
from floorsight.platform.errors import Conflict, Malformed
from tests.fakes.restricted import People
from tests.fakes.scene import CAMERA, SITE
from tests.fakes.table import FaultyTable
from tests.fakes.watch import Watch

EARLY = Shift("early", SITE, "Early", date(2026, 1, 1), time(6), time(14))


def record(employee_id: str, on: date, *statuses: Status, closed: bool = True) -> Record:
    begin = datetime.combine(on, time(5), UTC)
    end = begin + timedelta(hours=8)
    instance = Instance(
        employee_id, EARLY, on, begin, end, begin - timedelta(hours=2), end + timedelta(hours=4)
    )
    return Record(instance, statuses, begin, None, (), *[0] * 8, punch_ids=("p",), closed=closed)


@dataclass
class Desk:
    """HR's and security's wishes at a site, and what is told of them."""

    watch: Watch
    records: dict[date, Sequence[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.policies = PeoplePolicyStore(self.watch.scene.registry)
        self.teller = Teller(self.watch.alerts, OccurrenceStore(self.watch.alerts.store.table))
        self.hours = OutsideHours(self.teller, self.watch.sites, self.policies)
        self.digests = MissingPunches(
            self.teller, self.watch.sites, self.policies, lambda _, on: self.records.get(on, ())
        )

    def want(self, **wishes: object) -> None:
        known = self.policies.find(SITE)
        self.policies.replace(replace(known, **wishes))  # type: ignore[arg-type]

    @property
    def steps(self) -> list[tuple[str, str, str]]:
        return self.watch.topic.steps


@pytest.fixture
def desk(watch: Watch) -> Desk:
    return Desk(watch)


def test_nobody_is_told_unless_the_site_asked(desk: Desk) -> None:
    people = People(desk.watch)
    desk.hours.note_punch(people.punched())
    assert desk.digests.tell_digest(SITE) == {}
    assert desk.steps == []


def test_a_punch_outside_hours_is_told_once_though_its_event_comes_again(desk: Desk) -> None:
    desk.want(outside_hours=True)
    people = People(desk.watch)
    for event in (people.punched(), people.punched(seconds=5), people.punched()):
        desk.hours.note_punch(event)
    desk.hours.note_punch(people.punched(punch_id="p-2", scheduled=True))
    assert desk.steps == [("outside_hours", "raised", "notice")]
    assert (
        desk.watch.alert.steps[0].text
        == "employee anna was seen at 2026-03-02 13:00:00 and has no shift then"
    )
    assert desk.watch.alert.concern.subject_id == CAMERA
    desk.hours.note_punch(people.punched(punch_id="p-2"))
    assert len(desk.steps) == 2


def test_the_digest_comes_once_a_local_day_from_its_hour_on(desk: Desk) -> None:
    today = date(2026, 3, 2)
    desk.records = {
        today - timedelta(days=1): [
            record("bert", today - timedelta(days=1), Status.MISSING_PUNCH, Status.LATE),
            record("anna", today - timedelta(days=1), Status.MISSING_PUNCH),
            record("carl", today - timedelta(days=1), Status.PRESENT),
        ],
        today: [record("dora", today, Status.MISSING_PUNCH, closed=False)],
        today - timedelta(days=8): [record("emil", today - timedelta(days=8), Status.MISSING_PUNCH)],
    }
    desk.want(digest_at=time(13, 30))  # it is 13:00 in Berlin
    assert desk.digests.tell_digest(SITE) == {}
    desk.watch.clock.advance(1800)
    assert desk.digests.tell_digest(SITE) == {"digests": 1}
    assert desk.digests.tell_digest(SITE) == {}
    assert desk.steps == [("missing_punches", "raised", "notice")]
    assert desk.watch.alert.steps[0].text == (
        "2 shifts of the last 7 days lack a punch: 2026-03-01 anna (Early); 2026-03-01 bert (Early)"
    )
    desk.watch.clock.advance(86_400)
    assert desk.digests.tell_digest(SITE) == {"digests": 1}


def test_a_day_without_missing_punches_has_no_digest_and_is_not_looked_at_again(desk: Desk) -> None:
    desk.want(digest_at=time(8))
    assert desk.digests.tell_digest(SITE) == {}
    today = date(2026, 3, 2)
    desk.records = {today: [record("anna", today, Status.MISSING_PUNCH)]}
    assert desk.digests.tell_digest(SITE) == {}
    desk.watch.clock.advance(86_400)
    assert desk.digests.tell_digest(SITE) == {"digests": 1}


def test_very_many_are_counted_and_the_first_named(desk: Desk) -> None:
    today = date(2026, 3, 2)
    desk.want(digest_at=time(8))
    desk.records = {today: [record(f"e-{n:02}", today, Status.MISSING_PUNCH) for n in range(MAX_NAMED + 3)]}
    desk.digests.tell_digest(SITE)
    text = desk.watch.alert.steps[0].text
    assert text.startswith(f"{MAX_NAMED + 3} shifts")
    assert text.endswith("e-19 (Early); and 3 more")


def test_the_hour_holds_where_clocks_change(desk: Desk) -> None:
    """On 29 March 2026 there is no 02:30 in Berlin: the digest comes at the end of the gap, 01:00 UTC."""
    desk.want(digest_at=time(2, 30))
    day = date(2026, 3, 28)
    desk.records = {day: [record("anna", day, Status.MISSING_PUNCH)]}
    desk.watch.clock.now = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    assert desk.digests.tell_digest(SITE) == {}
    desk.watch.clock.advance(1)
    assert desk.digests.tell_digest(SITE) == {"digests": 1}


def test_two_that_look_at_once_tell_it_once() -> None:
    faults: list[FaultyTable] = []

    def around(table: object) -> FaultyTable:
        faults.append(FaultyTable(table))  # type: ignore[arg-type]
        return faults[0]

    watch = Watch(around_presence=around)
    desk, people = Desk(watch), People(watch)
    desk.want(outside_hours=True)

    def be_overtaken() -> None:
        faults[0].interrupt = None
        desk.hours.note_punch(people.punched())

    faults[0].interrupt = be_overtaken
    desk.hours.note_punch(people.punched())
    assert desk.steps == [("outside_hours", "raised", "notice")]


def test_a_policy_is_changed_by_whoever_has_read_it(desk: Desk) -> None:
    desk.want(outside_hours=True)
    desk.want(digest_at=time(7, 15))
    assert desk.policies.find(SITE) == PeoplePolicy(SITE, True, time(7, 15), revision=2)
    with pytest.raises(Conflict) as caught:
        desk.policies.replace(PeoplePolicy(SITE, revision=1))
    assert caught.value.code == "revision_changed"
    with pytest.raises(Malformed):
        PeoplePolicy(SITE, digest_at=time(7, 15, 3))
