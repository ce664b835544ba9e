"""Erasing a plate: everything that gates keep of it is put there, and then looked for everywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest

from floorsight.alerts.model import AlertState
from floorsight.alerts.occurrences.store import OccurrenceStore
from floorsight.alerts.occurrences.telling import Teller
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertStore
from floorsight.alerts.vehicles.erasing import INSTEAD, AlertErasure
from floorsight.alerts.vehicles.gates import BlockedVehicles
from floorsight.events.vehicles import OverrideAction
from floorsight.events.vision import Direction
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.sites.model import CameraRole
from floorsight.vehicles.erasing.listings import ListingTraces
from floorsight.vehicles.erasing.model import explain_what_is_left
from floorsight.vehicles.erasing.service import LONGEST_SECONDS, PlateErasureService
from floorsight.vehicles.erasing.store import PAGE, PlateErasureStore, TraceStore
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.model import ListName
from floorsight.vehicles.plates import fold
from tests.fakes.clock import NOON
from tests.fakes.gatehouse import NORTH, OTHER, PLATE, SOUTH, Gatehouse, left_after, plate_read
from tests.fakes.objects import MemoryObjects
from tests.fakes.people import contents_of
from tests.fakes.scene import SITE, no_wait
from tests.fakes.table import FaultyTable
from tests.fakes.topic import MemoryTopic

ALL_OF_IT = {"passages": 3, "readings": 4, "visits": 2, "pictures": 8, "alerts": 3, "listings": 2}


class Yard:
    """A blocked plate was let in by a guard, went, and was let in again; another one was too."""

    def __init__(self) -> None:
        self.house, self.objects, self.topic = Gatehouse(), MemoryObjects(), MemoryTopic()
        for gate in (NORTH, SOUTH):
            self.house.sites.create_camera(
                camera_id=f"cam-{gate}", site_id=SITE, name=gate, role=CameraRole.BIDIRECTIONAL, by="olga"
            )
        for plate, tracks in ((PLATE, 10), (OTHER, 20)):
            blocked = self.house.put_on(ListName.BLOCKED, plate, reason="stolen", valid_from=NOON)
            listed = blocked, self.house.expect(plate, valid_from=NOON)
            self.come_and_go(plate, tracks)
            for vehicle in listed if plate == PLATE else ():
                self.house.lists.remove(vehicle.vehicle_id, by="olga")
        told = BlockedVehicles(
            Teller(self.alerts(self.house.presence), OccurrenceStore(self.house.presence)), self.house.sites
        )
        for decided in self.house.told():
            told.note_decision(decided)

    def come_and_go(self, plate: str, tracks: int) -> None:
        enters = plate_read(plate, track=tracks, at=10 * tracks)
        again = plate_read(plate, track=tracks + 1, at=10 * tracks + 20)
        leaves = plate_read(plate, track=tracks + 2, at=10 * tracks + 300, gate=SOUTH, way=Direction.OUT)
        returns = plate_read(plate, track=tracks + 3, at=10 * tracks + 900)
        for read in (enters, again, leaves, returns):
            for key in (read.crop_key, read.snapshot_key):
                self.objects.put(str(key), plate.encode(), content_type="image/jpeg")
            seconds = (read.last_seen_at - NOON).total_seconds()
            decided = self.house.take(read, left_after(read, seconds + 5), read)
            if read in (enters, returns):
                self.house.guard.override(decided.decision_id, OverrideAction.OPEN, "the owner", by="gita")

    def alerts(self, presence: Table) -> AlertService:
        return AlertService(
            self.house.sites,
            AlertStore(presence),
            self.topic,
            self.house.clock,
            backoff=Backoff(attempts=20, sleep=no_wait),
        )

    def erasing(
        self, presence: Table | None = None, registry: Table | None = None, seconds: float = 0.0
    ) -> PlateErasureService:
        """`seconds` pass each time that it looks at the clock."""
        times = iter(range(10**6))
        presence = presence or self.house.presence
        return PlateErasureService(
            self.house.sites,
            TraceStore(GateStore(presence), Backoff(attempts=20, sleep=no_wait)),
            ListingTraces(registry or self.house.registry, presence, Backoff(attempts=20, sleep=no_wait)),
            self.objects,
            PlateErasureStore(registry or self.house.registry),
            AlertErasure(self.alerts(presence)).forget_plate,
            self.house.clock,
            lambda: seconds * next(times),
        )

    def traces(self, plate: str) -> list[str]:
        """Where the plate is still to be found."""
        return [name for name, content in self.everything() if plate.encode() in name.encode() + content]

    def everything(self) -> Iterator[tuple[str, bytes]]:
        yield from contents_of(self.house.presence, "presence")
        yield from contents_of(self.house.registry, "registry")
        yield from self.objects.stored.items()


@pytest.fixture
def yard() -> Yard:
    return Yard()


def test_what_is_searched_for_can_be_found(yard: Yard) -> None:
    """Else finding nothing would mean nothing."""
    found = "\n".join(yard.traces(PLATE))
    gates = ("BOOK", "PASSAGE#", "READ#", "VISIT#", "GATE_ON_SITE", "GATE_TRACK")
    for place in (*gates, "ALERTS#", "snapshots/", "FOLD#", "VERSION#"):
        assert place in found, place


def test_nothing_is_left_of_a_plate(yard: Yard) -> None:
    other, ids = yard.traces(OTHER), [each.decision_id for each in yard.house.decisions()]
    erasure = yard.erasing().erase(SITE, "ka 01 ab-1234", by="admin")
    assert yard.traces(PLATE) == []
    assert yard.traces(OTHER) == other
    assert (erasure.removed, erasure.by, erasure.finished_at) == (ALL_OF_IT, "admin", yard.house.clock())
    gone = [yard.house.store.find_decision(each) is None for each in ids]
    assert gone.count(True) == gone.count(False) == 3
    assert {each.plate for each in yard.house.decisions()} == {OTHER}
    assert yard.house.on_site() == [OTHER]
    left = " ".join(explain_what_is_left(erasure))
    assert "35 days, until 20" in left
    assert "deleted 97 days after its last frame." in left


def test_alerts_stay_without_the_plate(yard: Yard) -> None:
    yard.erasing().erase(SITE, PLATE, by="admin")
    found = yard.alerts(yard.house.presence).list_alerts(SITE, limit=100).items
    texts = [alert.steps[0].text for alert in found]
    assert len(texts) == 6
    assert sum(INSTEAD in text for text in texts) == sum(OTHER in text for text in texts) == 3
    assert {alert.state for alert in found} == {AlertState.OPEN}
    assert yard.alerts(yard.house.presence).resolve(found[-1].alert_id, by="gita").resolved_by == "gita"


def test_a_reading_of_it_that_is_delivered_again_is_not_entered_anew(yard: Yard) -> None:
    yard.erasing().erase(SITE, PLATE, by="admin")
    read = plate_read(PLATE, track=10, at=100)
    assert yard.house.deciding().take_read(read) is None
    yard.house.deciding().take_leaving(left_after(read, 2000))
    assert yard.traces(PLATE) == []


def test_who_comes_again_is_a_vehicle_like_any_other(yard: Yard) -> None:
    yard.erasing().erase(SITE, PLATE, by="admin")
    decided = yard.house.take(plate_read(PLATE, track=99, at=5000))
    assert decided.revision == 1
    assert yard.erasing().erase(SITE, PLATE, by="admin").removed["passages"] == 1
    assert yard.traces(PLATE) == []


def test_what_was_read_and_is_no_plate_is_erased_as_it_was_read(yard: Yard) -> None:
    yard.house.take(plate_read("KA1", track=50, at=5000))
    assert yard.traces("KA1")
    yard.erasing().erase(SITE, "KA1", by="admin")
    assert [name for name in yard.traces("KA1") if "ALERTS" not in name] == []


def test_each_erasure_is_reported_and_none_names_the_plate(yard: Yard) -> None:
    first = yard.erasing().erase(SITE, PLATE, by="admin")
    yard.house.clock.advance(60)
    second = yard.erasing().erase(SITE, PLATE, by="boss")
    assert yard.erasing().list_erasures(SITE) == [second, first]
    assert (second.digest, second.removed) == (first.digest, {})
    with pytest.raises(NotFound):
        yard.erasing().list_erasures("gone")


@pytest.mark.parametrize(("plate", "code"), [("", "no_plate"), (" - ", "no_plate")])
def test_a_plate_has_letters_or_digits(yard: Yard, plate: str, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        yard.erasing().erase(SITE, plate, by="admin")
    assert caught.value.code == code
    with pytest.raises(NotFound):
        yard.erasing().erase("gone", PLATE, by="admin")


def test_what_is_on_a_list_is_taken_off_there_first(yard: Yard) -> None:
    before = yard.traces(OTHER)
    with pytest.raises(Conflict) as caught:
        yard.erasing().erase(SITE, OTHER, by="admin")
    assert caught.value.code == "still_listed"
    assert yard.traces(OTHER) == before
    assert yard.erasing().list_erasures(SITE) == []


def test_what_is_put_on_a_list_meanwhile_stays_there(yard: Yard) -> None:
    registry = FaultyTable(yard.house.registry)

    def block_again() -> None:
        registry.interrupt = None
        yard.house.block()

    registry.interrupt = block_again
    with pytest.raises(Conflict) as caught:
        yard.erasing(registry=registry).erase(SITE, PLATE, by="admin")
    assert caught.value.code == "still_listed"
    [left] = yard.house.deciding().lists.find_like(SITE, fold(PLATE))
    assert left.plate == PLATE


def test_what_is_too_much_at_once_is_gone_on_with(yard: Yard) -> None:
    for number in range(PAGE + 5):
        yard.house.take(plate_read(PLATE, track=100 + number, at=6000 + 100 * number))
    slow = yard.erasing(seconds=LONGEST_SECONDS / 2)
    fault: Unavailable | None = None
    for _ in range(20):
        try:
            erasure = slow.erase(SITE, PLATE, by="admin")
            break
        except Unavailable as error:
            fault = error
    assert fault is not None
    assert fault.code == "erasure_unfinished"
    assert erasure.removed["passages"] == PAGE + 5 + ALL_OF_IT["passages"]
    assert len(yard.erasing().list_erasures(SITE)) == 1
    assert yard.traces(PLATE) == []


@pytest.mark.parametrize("seed", range(12))
def test_interrupted_anywhere_it_ends_with_nothing_left(seed: int) -> None:
    yard, dice = Yard(), random.Random(seed)
    other = yard.traces(OTHER)
    faults = {"contention": 0.1, "unavailable": 0.04, "answer_lost": 0.04}
    presence = FaultyTable(yard.house.presence, dice.random, **faults)
    registry = FaultyTable(yard.house.registry, dice.random, **faults)

    def fail_now_and_then(_: str) -> None:
        if dice.random() < 0.1:
            raise Unavailable("S3 is busy")

    yard.objects.before = yard.objects.after = fail_now_and_then
    for _ in range(200):
        yard.house.clock.advance(1)
        with suppress(Unavailable, Conflict):
            yard.erasing(presence, registry).erase(SITE, PLATE, by="admin")
            break
    else:
        pytest.fail("it never ended")
    assert yard.traces(PLATE) == []
    assert yard.traces(OTHER) == other


def test_who_comes_while_it_is_erased_is_not_half_erased(yard: Yard) -> None:
    """A reading at the moment when the book is to go: all of it stays, or all of it goes."""
    presence = FaultyTable(yard.house.presence)
    moments = 0

    def come() -> None:
        nonlocal moments
        moments += 1
        if moments < 6:
            yard.house.take(plate_read(PLATE, track=200 + moments, at=7000 + 20 * moments))

    presence.interrupt = come
    yard.erasing(presence).erase(SITE, PLATE, by="admin")
    assert moments > 6
    assert yard.traces(PLATE) == []
