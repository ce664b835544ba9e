"""Attendance cameras' sightings become punches."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from floorsight.attendance.items import SIGHTED_TRACK
from floorsight.attendance.model import Status
from floorsight.attendance.sightings import TrackKey
from floorsight.events.attendance import PunchDirection
from floorsight.platform.errors import Unavailable
from floorsight.platform.table import Delete
from floorsight.sites.model import CameraRole, Identify
from tests.fakes.table import FaultyTable, MemoryTable
from tests.fakes.workday import BERLIN, EMPLOYEE, IN, MONDAY, OUT, SITE, UNKNOWN, at, punch_of
from tests.fakes.workforce import BOTH_WAYS, ENTRY, EXIT, SESSION, Workforce, crossed, recognised

KEY = TrackKey(SITE, "gate", SESSION, 1)


@pytest.fixture
def plant() -> Workforce:
    return furnished(Workforce())


def furnished(plant: Workforce) -> Workforce:
    plant.add_shift()
    plant.hire(EMPLOYEE, "day")
    for camera_id, role in (("entry", ENTRY), ("exit", EXIT), ("gate", BOTH_WAYS)):
        plant.add_camera(camera_id, role)
    return plant


def ignored(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The reasons that were measured."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [line["reason"] for line in lines if "SightingsIgnored" in line]


def test_a_day_by_the_cameras_roles(plant: Workforce) -> None:
    plant.sightings.record_sighting(recognised("08:02", camera_id="entry"))
    plant.sightings.record_sighting(recognised("16:01", camera_id="exit"))
    record = plant.record_of()
    assert (record.check_in, record.check_out) == (at("08:02"), at("16:01"))
    assert record.statuses == (Status.PRESENT,)
    coming, going = plant.told()
    assert (coming.direction, coming.camera_id, coming.scheduled) == (IN, "entry", True)
    assert (going.direction, going.camera_id, going.employee_id) == (OUT, "exit", EMPLOYEE)
    punch = plant.punches()[0]
    assert (coming.punch_id, punch.recorded_at) == (punch.punch_id, plant.clock())
    assert punch.evidence is not None
    assert (punch.evidence.snapshot_key, punch.evidence.confidence) == ("snapshots/entry/1.jpg", 0.62)


@pytest.mark.parametrize("crossing_first", [True, False])
def test_a_crossing_gives_the_direction_whichever_comes_first(plant: Workforce, crossing_first: bool) -> None:
    steps = [
        lambda: plant.sightings.record_crossing(crossed("08:00:05", IN)),
        lambda: plant.sightings.record_sighting(recognised("08:00:00")),
    ]
    for step in steps if crossing_first else steps[::-1]:
        step()
    (punch,) = plant.punches()
    assert (punch.direction, punch.at) == (IN, at("08:00:00"))
    assert plant.record_of().check_in == at("08:00:00")
    ways = [event.direction for event in plant.told()]
    assert ways == ([IN] if crossing_first else [UNKNOWN, IN])
    assert {event.punch_id for event in plant.told()} == {punch.punch_id}
    assert plant.told()[-1].cause == crossed("08:00:05", IN).event_id


def test_without_a_crossing_the_direction_is_unknown(plant: Workforce) -> None:
    plant.sightings.record_crossing(crossed("08:00:05", IN, track_id=2))
    plant.sightings.record_crossing(crossed("08:05:00", OUT, track_id=1))
    plant.sightings.record_sighting(recognised("08:00:00"))
    assert [punch.direction for punch in plant.punches()] == [UNKNOWN]
    assert plant.record_of().check_in == at("08:00:00")


def test_a_nearer_crossing_that_comes_later_corrects_the_direction(plant: Workforce) -> None:
    plant.sightings.record_sighting(recognised("12:00:00"))
    plant.sightings.record_crossing(crossed("12:00:20", OUT, number=2))
    assert plant.record_of().check_out == at("12:00:00")
    plant.sightings.record_crossing(crossed("12:00:03", IN, number=1))
    assert (plant.record_of().check_in, plant.record_of().check_out) == (at("12:00:00"), None)
    assert [event.direction for event in plant.told()] == [UNKNOWN, OUT, IN]
    plant.sightings.record_crossing(crossed("12:00:20", OUT, number=2))
    assert len(plant.told()) == 3  # it decides nothing any more


def test_what_is_delivered_again_is_told_again_under_the_same_id(plant: Workforce) -> None:
    for _ in range(2):
        plant.sightings.record_sighting(recognised("08:00"))
        plant.sightings.record_crossing(crossed("08:00:01", IN))
        plant.clock.advance(5)
    assert len(plant.punches()) == 1
    assert plant.punches()[0].recorded_at == at("06:00")
    first, *later = plant.told()
    assert first.direction is UNKNOWN
    assert len({event.event_id for event in later}) == 1


def test_a_bus_that_is_out_loses_nothing(plant: Workforce, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise Unavailable("no answer")

    with monkeypatch.context() as out:
        out.setattr(plant.bus, "publish", refuse)
        with pytest.raises(Unavailable):
            plant.sightings.record_sighting(recognised("08:00", camera_id="entry"))
    plant.sightings.record_sighting(recognised("08:00", camera_id="entry"))
    assert len(plant.punches()) == len(plant.told()) == 1


def test_a_punch_that_hr_has_corrected_stays_corrected(plant: Workforce) -> None:
    plant.sightings.record_sighting(recognised("12:00"))
    (seen,) = plant.punches()
    plant.attendance.record_punch(punch_of("12:01", OUT, "right", supersedes=seen.punch_id, reason="left"))
    plant.sightings.record_crossing(crossed("12:00:01", IN))
    plant.sightings.record_sighting(recognised("12:00"))
    assert plant.record_of().punch_ids == ("right",)
    assert [punch.direction for punch in plant.punches()] == [IN, OUT]


def test_an_event_of_weeks_ago_does_not_forget_the_direction(plant: Workforce) -> None:
    """The facts of its track have expired by then; the punch has not."""
    plant.sightings.record_crossing(crossed("08:00:01", IN))
    plant.sightings.record_sighting(recognised("08:00"))
    told = len(plant.told())
    parts = {"site_id": SITE, "camera_id": "gate", "stream_session": SESSION, "track_id": "1"}
    plant.memory.write(Delete(SIGHTED_TRACK.key(**parts)))
    plant.sightings.record_sighting(recognised("08:00"))
    assert [punch.direction for punch in plant.punches()] == [IN]
    assert len(plant.told()) == told


def test_two_employees_on_one_track_are_two_punches(plant: Workforce) -> None:
    plant.hire("bob", "day")
    plant.sightings.record_sighting(recognised("08:00"))
    plant.sightings.record_sighting(recognised("08:00:10", "bob"))
    plant.sightings.record_crossing(crossed("08:00:05", IN))
    assert [punch.direction for punch in plant.punches() + plant.punches("bob")] == [IN, IN]


def test_somebody_without_a_shift_is_recorded_as_not_scheduled(plant: Workforce) -> None:
    plant.hire("bob")
    plant.sightings.record_sighting(recognised("08:00", "bob", "entry"))
    plant.sightings.record_sighting(recognised("03:00", EMPLOYEE, "entry", 2))
    assert [event.scheduled for event in plant.told()] == [False, False]
    assert len(plant.punches("bob")) == 1


def test_what_is_no_punch_is_left_alone_and_measured(
    plant: Workforce, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.sites.create_site(site_id="plant-2", name="Other", time_zone=BERLIN)
    plant.hire("zoe", site_id="plant-2")
    plant.hire("eve")
    plant.employees.mark_erased("eve")
    plant.add_camera("hall", identify=Identify.RECOGNISE)
    plant.add_camera("dark", identify=Identify.OFF)
    plant.add_camera("there", site_id="plant-2")
    before = plant.memory.dump()
    for event in (
        recognised("08:00", "nobody"),
        recognised("08:00", "eve"),
        recognised("08:00", "zoe"),
        recognised("08:00", camera_id="hall"),
        recognised("08:00", camera_id="dark"),
        recognised("08:00", camera_id="missing"),
        recognised("08:00", camera_id="there"),  # which is said to be of this site
    ):
        plant.sightings.record_sighting(event)
    for camera_id in ("hall", "dark", "missing", "there", "entry"):
        plant.sightings.record_crossing(crossed("08:00", IN, camera_id))
    assert plant.memory.dump() == before
    assert plant.told() == []
    assert ignored(capsys) == [
        "unknown_employee",
        "erased_employee",
        "employee_of_another_site",
        "not_for_attendance",
        "not_for_attendance",
        "unknown_camera",
        "unknown_camera",
    ]


def test_a_camera_that_was_deleted_meanwhile_saw_what_it_saw(plant: Workforce) -> None:
    plant.sites.delete_camera("entry")
    plant.sightings.record_sighting(recognised("08:00", camera_id="entry"))
    assert plant.record_of().check_in == at("08:00")


def test_a_punch_that_comes_after_its_window_is_marked_for_what_may_be_locked(plant: Workforce) -> None:
    plant.clock.now = at("20:00:00")
    plant.sightings.record_sighting(recognised("08:00", camera_id="entry"))
    assert plant.store.pending.list_of_site(SITE) == []
    plant.clock.now = at("20:00:01")
    plant.sightings.record_sighting(recognised("16:00", camera_id="exit"))
    plant.sightings.record_sighting(recognised("05:00", camera_id="entry", track_id=2))  # in no window
    (mark,) = plant.store.pending.list_of_site(SITE)
    assert (mark.employee_id, mark.first_date, mark.last_date) == (EMPLOYEE, MONDAY, MONDAY)
    plant.store.pending.clear(replace(mark, token="an earlier one"))
    assert plant.store.pending.list_of_site(SITE) == [mark]
    plant.store.pending.clear(mark)
    assert plant.store.pending.list_of_site(SITE) == []


def test_facts_of_tracks_expire(plant: Workforce) -> None:
    plant.sightings.record_crossing(crossed("08:00", IN))
    (item,) = [item for item in plant.memory.dump().values() if item["type"] == SIGHTED_TRACK.name]
    assert item["expires_at"] == int((plant.clock() + timedelta(days=21)).timestamp())


@pytest.mark.parametrize("role", [ENTRY, EXIT])
def test_crossings_of_cameras_of_one_way_are_not_kept(plant: Workforce, role: CameraRole) -> None:
    before = plant.memory.dump()
    plant.sightings.record_crossing(crossed("08:00", IN, role.value))
    assert plant.memory.dump() == before


def test_a_busy_table_makes_one_punch_of_one_sighting() -> None:
    table = MemoryTable()
    calm = furnished(Workforce(presence=table))
    rough = FaultyTable(table, contention=0.3, unavailable=0.05, answer_lost=0.1)
    plant = Workforce.beside(calm, presence=rough)
    ways: list[PunchDirection] = [IN, OUT] * 5
    for number, way in enumerate(ways):
        moment = at("08:00") + timedelta(minutes=40 * number)
        for record in (
            lambda m=moment, n=number: plant.sightings.record_sighting(recognised(m, track_id=n)),
            lambda m=moment, n=number, w=way: plant.sightings.record_crossing(crossed(m, w, track_id=n)),
        ):
            until_taken(record)
    assert [punch.direction for punch in calm.punches()] == ways
    assert len(calm.record_of().punch_ids) == 10


def until_taken(record: object) -> None:
    """As a queue does: deliver again."""
    for _ in range(50):
        try:
            record()  # type: ignore[operator]
            return
        except Unavailable:
            continue
    raise AssertionError("never taken")
