"""Single cases of rolling up: live but quiet minutes, doors that offset each other, stored form, expiry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from floorsight.events.vision import Direction
from floorsight.occupancy.series.model import Level, Subject, SubjectKind
from floorsight.occupancy.series.service import MARKS_AT_A_TIME
from floorsight.occupancy.series.store import MINUTES_KEPT, TableSeries
from floorsight.platform.errors import NotFound
from floorsight.platform.items import Key
from tests.fakes.plant import DOORS, SIDE_VIEW, WHOLE_SITE, Plant
from tests.fakes.scene import CAMERA, SITE

IN, OUT = Direction.IN, Direction.OUT
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DOOR = Subject(SubjectKind.CAMERA, CAMERA)


@dataclass
class Hearts:
    """Heartbeats that a test gives."""

    slots: dict[str, list[datetime]] = field(default_factory=dict)

    def list_heartbeats(self, camera_id: str, after: datetime, until: datetime) -> list[datetime]:
        return [slot for slot in self.slots.get(camera_id, []) if after < slot <= until]


def levels(plant: Plant, subject: Subject, level: Level) -> list[tuple[str, int]]:
    """Starts (UTC) and closing numbers of a subject's rows."""
    return [
        (start.strftime("%H:%M"), figures.closing)
        for (of, at, start), figures in sorted(plant.rows().items(), key=lambda pair: pair[0][2])
        if (of, at) == (subject, level)
    ]


def test_a_live_but_quiet_camera_has_a_row_every_five_minutes() -> None:
    hearts = Hearts()
    plant = Plant(heartbeats=hearts)
    now = plant.clock.now
    plant.record(CAMERA, [(now - HOUR, IN)])
    hearts.slots[CAMERA] = [now - n * 5 * MINUTE for n in (3, 2, 1)]
    hearts.slots[SIDE_VIEW] = [now - 5 * MINUTE]
    plant.service().roll_up(SITE)
    quiet = [("11:00", 1), ("11:45", 1), ("11:50", 1), ("11:55", 1)]
    assert levels(plant, DOOR, Level.MINUTE) == quiet
    assert levels(plant, WHOLE_SITE, Level.MINUTE) == quiet
    assert levels(plant, Subject(SubjectKind.CAMERA, SIDE_VIEW), Level.MINUTE) == [("11:55", 0)]
    before = plant.stored()
    assert sum(plant.service().roll_up(SITE).rows.values()) == 0
    assert plant.stored() == before


def test_quiet_minutes_follow_when_a_late_crossing_changes_the_number() -> None:
    hearts = Hearts()
    plant = Plant(heartbeats=hearts)
    hearts.slots[CAMERA] = [plant.clock.now - 5 * MINUTE]
    plant.service().roll_up(SITE)
    assert levels(plant, DOOR, Level.MINUTE) == [("11:55", 0)]
    plant.record(CAMERA, [(plant.clock.now - 5 * HOUR, IN)])
    plant.service().roll_up(SITE)
    assert levels(plant, DOOR, Level.MINUTE) == [("07:00", 1), ("11:55", 1)]
    assert levels(plant, WHOLE_SITE, Level.MINUTE) == [("07:00", 1), ("11:55", 1)]


def test_doors_that_offset_each_other_are_not_taken_for_no_change() -> None:
    """The site's sum at the later baseline is as before; what the baseline corrects there is not."""
    plant = Plant()
    start = plant.clock.now - 5 * HOUR
    plant.record(CAMERA, [(start, IN)])
    plant.record(DOORS[1], [(start, IN)])
    plant.set_baseline(CAMERA, start + 3 * HOUR, 5)
    plant.service().roll_up(SITE)
    assert levels(plant, WHOLE_SITE, Level.HOUR) == [("07:00", 2), ("10:00", 6)]
    plant.record(CAMERA, [(start + MINUTE, IN)])
    plant.record(DOORS[1], [(start + MINUTE, OUT)])
    plant.service().roll_up(SITE)
    assert levels(plant, WHOLE_SITE, Level.HOUR) == [("07:00", 2), ("10:00", 5)]
    assert plant.rows() == plant.expected_rows()


def test_a_row_is_stored_as_the_documents_say() -> None:
    """Other rooms and later versions read these items: a change here needs a new version."""
    plant = Plant()
    at = plant.clock.now - HOUR
    plant.record(CAMERA, [(at - HOUR, IN), (at, IN), (at + MINUTE, OUT), (at + MINUTE, OUT)])
    plant.service().roll_up(SITE)
    figures = {
        "v": 1,
        "type": "rollup",
        "entries": 1,
        "exits": 2,
        "opening": 1,
        "closing": 0,
        "minimum": 0,
        "maximum": 2,
        "peak_at": "2026-03-02T11:00:00.000000Z",
        "floor_hits": 0,
        "person_microseconds": 2 * 60_000_000,
    }
    sort_key = "2026-03-02T11:00:00.000000Z"
    end = {"end": "2026-03-02T12:00:00.000000Z"}
    assert plant.table.get(Key(f"SERIES#hour#camera#{CAMERA}", sort_key)) == {
        "PK": f"SERIES#hour#camera#{CAMERA}",
        "SK": sort_key,
        **figures,
        **end,
    }
    assert plant.table.get(Key(f"SERIES#hour#site#{SITE}", sort_key)) == {
        "PK": f"SERIES#hour#site#{SITE}",
        "SK": sort_key,
        "openings": {CAMERA: 1},
        **figures,
        **end,
    }
    minute = plant.table.get(Key(f"SERIES#minute#camera#{CAMERA}", sort_key))
    assert minute is not None
    assert minute["expires_at"] == int((at + MINUTES_KEPT).timestamp())
    fence = plant.table.get(Key(f"ROLLUP#{SITE}", "FENCE"))
    assert fence is not None
    assert (fence["fence"], fence["ended_at"]) == (1, "2026-03-02T12:00:00.000000Z")


def test_no_minutes_are_made_of_what_is_older_than_they_are_kept() -> None:
    plant = Plant()
    plant.record(CAMERA, [(plant.clock.now - MINUTES_KEPT - HOUR, IN), (plant.clock.now - HOUR, OUT)])
    plant.service().roll_up(SITE)
    assert [start for start, _ in levels(plant, DOOR, Level.MINUTE)] == ["11:00"]
    assert len(levels(plant, DOOR, Level.HOUR)) == 2


def test_a_deleted_camera_stays_in_its_sites_past() -> None:
    plant = Plant()
    plant.record(CAMERA, [(plant.clock.now - HOUR, IN)])
    plant.service().roll_up(SITE)
    plant.scene.sites.delete_camera(CAMERA)
    plant.set_baseline(CAMERA, plant.clock.now, 0)
    plant.service().roll_up(SITE)
    assert levels(plant, WHOLE_SITE, Level.HOUR) == [("11:00", 1), ("12:00", 0)]


def test_who_counts_is_decided_when_a_row_is_computed() -> None:
    """What was computed stays; the next row starts from the cameras that count now."""
    plant = Plant()
    for door in DOORS:
        plant.record(door, [(plant.clock.now - HOUR, IN)])
    plant.service().roll_up(SITE)
    sites = plant.scene.sites
    sites.update_camera(replace(sites.get_camera(CAMERA), counting=False))
    plant.record(DOORS[1], [(plant.clock.now, IN)])
    plant.service().roll_up(SITE)
    assert levels(plant, WHOLE_SITE, Level.HOUR) == [("11:00", 2), ("12:00", 2)]


def test_a_long_absence_is_made_up_for_in_portions() -> None:
    plant = Plant()
    start = plant.clock.now - timedelta(days=20)
    quarters = MARKS_AT_A_TIME + 200
    plant.record(CAMERA, [(start + n * 15 * MINUTE, (IN, OUT)[n % 2]) for n in range(quarters)])
    report = plant.service().roll_up(SITE)
    assert (report.marks, report.marks_left) == (quarters, 0)
    assert plant.marks() == []
    assert plant.rows() == plant.expected_rows()
    assert plant.table.get(Key(f"ROLLUP#{SITE}", "FENCE"))["fence"] == 2


def test_an_idle_site_costs_no_rows() -> None:
    plant = Plant()
    report = plant.service().roll_up(SITE)
    assert report.counts() == {
        "already_running": 0,
        "marks": 0,
        "marks_left": 0,
        "minute_rows": 0,
        "hour_rows": 0,
        "day_rows": 0,
        "month_rows": 0,
    }


def test_an_unknown_site_is_not_rolled_up() -> None:
    with pytest.raises(NotFound):
        Plant().service().roll_up("none")


def test_rows_come_in_order_and_between_two_moments() -> None:
    plant = Plant()
    noon = datetime(2026, 3, 2, 11, tzinfo=UTC)
    plant.record(CAMERA, [(noon - n * HOUR, IN) for n in range(5)])
    plant.service().roll_up(SITE)
    series = TableSeries(plant.table)

    def starts(**how: object) -> list[int]:
        return [row.start.hour for row in series.list_rows(DOOR, Level.HOUR, **how)]  # type: ignore[arg-type]

    assert starts(start=noon - 3 * HOUR, end=noon) == [8, 9, 10]
    assert starts(start=noon - 3 * HOUR) == [8, 9, 10, 11]
    assert starts(start=noon - 3 * HOUR, limit=2) == [8, 9]
    last = series.find_last(DOOR, Level.HOUR, before=noon)
    assert last is not None
    assert last.start == noon - HOUR
    assert series.find_last(DOOR, Level.HOUR, before=noon - 9 * HOUR) is None
