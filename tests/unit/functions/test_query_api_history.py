"""Histories and statistics over the API."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Crossing
from floorsight.occupancy.series.fence import FenceStore
from floorsight.occupancy.series.service import RollUpService
from floorsight.occupancy.series.store import TableSeries
from floorsight.platform.errors import Unavailable
from functions.gateway.access import Role
from functions.query_api.csv_files import write_csv
from functions.query_api.routers.history import MAX_CSV_ROWS, Bucket
from tests.fakes.clock import NOON  # Monday 2 March 2026, 13:00 in Berlin
from tests.fakes.plant import MortalTable
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed
from tests.unit.functions.conftest import Api, problem_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
IN, OUT = Direction.IN, Direction.OUT
GRAINS = ("logs", "hourly", "daily", "monthly")


def record(scene: Scene, *crossings: tuple[datetime, Direction], camera_id: str = CAMERA) -> None:
    events = [
        line_crossed(number, way, camera_id=camera_id, occurred_at=at)
        for number, (at, way) in enumerate(crossings)
    ]
    scene.occupancy.record_crossings(camera_id, map(Crossing.of, events))


def roll_up(scene: Scene) -> None:
    table = scene.presence
    service = RollUpService(
        scene.sites, scene.occupancy.store, TableSeries(table), FenceStore(table), clock=scene.clock
    )
    service.roll_up(SITE)


@pytest.fixture
def busy(api: Api) -> Api:
    """Two came at 12:10 (Berlin), one left at 12:40; it is 13:00. A zone with nobody ever in it."""
    api.scene.with_camera().with_zone()
    record(
        api.scene,
        (NOON - timedelta(minutes=50), IN),
        (NOON - timedelta(minutes=50), IN),
        (NOON - timedelta(minutes=20), OUT),
    )
    roll_up(api.scene)
    return api


def zone_of(api: Api) -> str:
    return api.scene.sites.get_plan(CAMERA).zones[0].zone_id


def paths(api: Api) -> list[str]:
    return [f"cameras/{CAMERA}", f"zones/{zone_of(api)}", f"sites/{SITE}"]


def get(api: Api, path: str, **params: Any) -> Any:
    if "start" in params:
        params["from"] = params.pop("start")
    if "end" in params:
        params["to"] = params.pop("end")
    return api.viewer.get(f"/api/occupancy/{path}", params=params)


def test_an_hour_tells_what_was_counted_by_the_sites_clock(busy: Api) -> None:
    answer = get(
        busy, f"cameras/{CAMERA}/hourly", start="2026-03-02T11:00:00Z", end="2026-03-02T13:00:00+01:00"
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "kind": "camera",
        "subject_id": CAMERA,
        "grain": "hourly",
        "time_zone": "Europe/Berlin",
        "items": [
            {
                "start": "2026-03-02T12:00:00+01:00",
                "end": "2026-03-02T13:00:00+01:00",
                "entries": 2,
                "exits": 1,
                "occupancy": 1,
                "minimum": 0,
                "maximum": 2,
                "average": round((2 * 30 + 1 * 20) / 60, 3),
                "peak_at": "2026-03-02T12:10:00+01:00",
                "opening": 0,
                "closing": 1,
                "correction": 0,
                "floor_hits": 0,
                "complete": True,
            }
        ],
        "next_cursor": None,
    }


def test_hours_without_a_row_stand_at_the_number_before_them(busy: Api) -> None:
    busy.scene.clock.advance(3 * 3600 + 60)
    items = get(busy, f"sites/{SITE}/hourly", start="2026-03-02T09:30:00Z").json()["items"]
    assert [item["start"][11:16] for item in items] == [
        "10:00",
        "11:00",
        "12:00",
        "13:00",
        "14:00",
        "15:00",
        "16:00",
    ]
    assert [item["occupancy"] for item in items] == [0, 0, 1, 1, 1, 1, 1]
    assert [item["average"] for item in items[3:]] == [1.0] * 4
    assert [item["complete"] for item in items] == [True] * 6 + [False]


def test_a_running_day_tells_of_what_is_over(busy: Api) -> None:
    """Thirteen hours, of which two people stayed half an hour and one twenty minutes."""
    [day] = get(busy, f"cameras/{CAMERA}/daily", start="2026-03-02T00:00:00Z").json()["items"]
    assert (day["start"], day["end"]) == ("2026-03-02T00:00:00+01:00", "2026-03-03T00:00:00+01:00")
    assert day["average"] == round((2 * 30 + 20) / (13 * 60), 3)
    assert day["complete"] is False


def test_logs_have_the_minutes_with_activity(busy: Api) -> None:
    items = get(busy, f"cameras/{CAMERA}/logs").json()["items"]
    assert [(item["start"][11:16], item["entries"], item["exits"], item["occupancy"]) for item in items] == [
        ("12:10", 2, 0, 2),
        ("12:40", 0, 1, 1),
    ]


def test_logs_older_than_thirty_days_are_gone_whether_deleted_yet_or_not(busy: Api) -> None:
    busy.scene.clock.now = NOON + 30 * DAY - timedelta(minutes=30)
    items = get(busy, f"cameras/{CAMERA}/logs", start="2026-03-01T00:00:00Z").json()["items"]
    assert [item["start"][11:16] for item in items] == ["12:40"]


@pytest.mark.parametrize("grain", GRAINS)
def test_every_history_answers_for_cameras_zones_and_sites(busy: Api, grain: str) -> None:
    for path in paths(busy):
        answer = get(busy, f"{path}/{grain}")
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert (body["subject_id"], body["grain"]) == (path.partition("/")[2], grain)
        assert bool(body["items"]) == (not (grain == "logs" and path.startswith("zones")))


def test_seven_days_of_hours_are_one_query(busy: Api) -> None:
    table = MortalTable(busy.scene.presence)
    object.__setattr__(busy.scene.history, "series", TableSeries(table))
    body = get(busy, f"sites/{SITE}/hourly", start=(NOON - 7 * DAY).isoformat(), limit=500).json()
    assert len(body["items"]) == 7 * 24
    assert table.queries == [f"SERIES#hour#site#{SITE}"]


@pytest.mark.parametrize("grain", ["logs", "hourly"])
def test_a_history_comes_in_pages(busy: Api, grain: str) -> None:
    whole = get(busy, f"cameras/{CAMERA}/{grain}", limit=500).json()["items"]
    items, cursor, size = [], "", 1 if grain == "logs" else 40
    while cursor is not None:
        page = get(busy, f"cameras/{CAMERA}/{grain}", limit=size, cursor=cursor).json()
        assert len(page["items"]) <= size
        items += page["items"]
        cursor = page["next_cursor"]
    assert items == whole


@pytest.mark.parametrize("cursor", ["!", "e30", "eyJzdGFydCI6ICJ4In0", "eyJzdGFydCI6IDF9"])
def test_a_damaged_cursor_is_refused(busy: Api, cursor: str) -> None:
    answer = get(busy, f"cameras/{CAMERA}/hourly", cursor=cursor)
    assert problem_of(answer) == (422, "bad_cursor", ["cursor"])


def test_a_cursor_of_another_range_is_refused(busy: Api) -> None:
    cursor = get(busy, f"cameras/{CAMERA}/hourly", limit=1).json()["next_cursor"]
    answer = get(busy, f"cameras/{CAMERA}/hourly", start="2026-03-02T10:00:00Z", cursor=cursor)
    assert problem_of(answer) == (422, "bad_cursor", ["cursor"])


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"from": "2026-03-02T10:00:00"}, "invalid_request", "from"),
        ({"to": "2026-03-02T10:00:00"}, "invalid_request", "to"),
        ({"from": "yesterday"}, "invalid_request", "from"),
        ({"from": "1772445600"}, "invalid_request", "from"),
        ({"from": "0001-01-01T00:00:00Z"}, "out_of_range", "from"),
        ({"to": "9999-12-31T23:59:59-14:00"}, "out_of_range", "to"),
        ({"from": "2026-03-02T10:00:00Z", "to": "2026-03-02T10:00:00Z"}, "empty_range", "from"),
        ({"limit": "0"}, "invalid_request", "limit"),
        ({"format": "xml"}, "invalid_request", "format"),
    ],
)
def test_a_bad_question_is_refused_with_the_field(
    busy: Api, params: dict[str, str], code: str, field: str
) -> None:
    answer = busy.viewer.get(f"/api/occupancy/cameras/{CAMERA}/hourly", params=params)
    assert problem_of(answer) == (422, code, [field])


@pytest.mark.parametrize("grain", GRAINS)
def test_what_does_not_exist_has_no_history(busy: Api, grain: str) -> None:
    for path, code in (
        ("cameras/none", "unknown_camera"),
        (f"zones/{CAMERA}.none", "unknown_zone"),
        ("sites/none", "unknown_site"),
    ):
        assert problem_of(get(busy, f"{path}/{grain}")) == (404, code, [])


def test_a_deleted_camera_keeps_its_history(busy: Api) -> None:
    busy.scene.sites.delete_camera(CAMERA)
    assert get(busy, f"cameras/{CAMERA}/hourly", limit=500).json()["items"][-1]["entries"] == 2


def test_time_that_has_not_come_is_not_listed(busy: Api) -> None:
    assert (
        get(busy, f"sites/{SITE}/hourly", start="2027-01-01T00:00:00Z", end="2027-01-02T00:00:00Z").json()[
            "items"
        ]
        == []
    )


@pytest.mark.parametrize("grain", GRAINS)
def test_csv_has_the_same_values_with_times_of_the_sites_zone(busy: Api, grain: str) -> None:
    for path in paths(busy):
        answer = get(busy, f"{path}/{grain}", format="csv", limit=1)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
        lines = answer.text.split("\r\n")
        assert lines[0].split(",") == ["kind", "subject_id", *Bucket.model_fields]
        assert lines[-1] == ""
        json_items = get(busy, f"{path}/{grain}", limit=500).json()["items"]
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["start"] for row in rows] == [item["start"] for item in json_items]
        assert [row["entries"] for row in rows] == [str(item["entries"]) for item in json_items]
        assert [row["complete"] for row in rows] == [str(item["complete"]).lower() for item in json_items]


def test_csv_is_a_download_with_a_telling_name(busy: Api) -> None:
    answer = get(busy, f"cameras/{CAMERA}/daily", format="csv", start="2026-02-27T12:00:00Z")
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="camera_{CAMERA}_daily_2026-02-27_2026-03-02.csv"'
    )


def test_csv_of_too_long_a_time_is_refused(busy: Api) -> None:
    start = (NOON - (MAX_CSV_ROWS + 1) * HOUR).isoformat()
    answer = get(busy, f"cameras/{CAMERA}/hourly", format="csv", start=start)
    assert problem_of(answer) == (422, "too_many_rows", ["from"])


def test_no_cell_is_taken_for_a_formula() -> None:
    text = write_csv(["a", "b", "c"], [["=1+1", -3, "@x"], ['say "hi", you', 2.5, True], ["\tx", "-", "+1"]])
    assert text == 'a,b,c\r\n\'=1+1,-3,\'@x\r\n"say ""hi"", you",2.5,true\r\n\'\tx,\'-,\'+1\r\n'


@pytest.mark.parametrize("path", [f"cameras/{CAMERA}/{grain}" for grain in GRAINS] + ["statistics"])
def test_histories_are_for_viewers(busy: Api, path: str) -> None:
    url = f"/api/occupancy/{path}?site_id={SITE}"
    assert problem_of(busy.stranger.get(url))[:2] == (401, "not_signed_in")
    assert problem_of(busy.signed_in(None).get(url))[:2] == (403, "role_missing")
    for role in Role:
        assert busy.signed_in(role).get(url).status_code == 200


def test_a_table_that_does_not_answer_is_said_so(busy: Api) -> None:
    class Busy:
        def list_rows(self, *_: Any, **__: Any) -> Any:
            raise Unavailable("DynamoDB is busy")

    object.__setattr__(busy.scene.history, "series", Busy())
    answer = get(busy, f"cameras/{CAMERA}/hourly")
    assert problem_of(answer) == (503, "unavailable", [])


def test_statistics_of_a_site_that_is_in_use(busy: Api) -> None:
    """Also Friday of last week 9:00 to 9:30, one person, by another door, which is busier today."""
    scene = busy.scene.with_camera("door-2")
    friday = NOON - 3 * DAY - 4 * HOUR
    record(scene, (friday, IN), (friday + HOUR / 2, OUT), camera_id="door-2")
    record(scene, *[(NOON - 10 * HOUR + n * timedelta(seconds=9), (IN, OUT)[n % 2]) for n in range(4)][2:])
    roll_up(scene)
    answer = get(busy, "statistics", site_id=SITE)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["site_id"], body["time_zone"], body["as_of"]) == (
        SITE,
        "Europe/Berlin",
        "2026-03-02T13:00:00+01:00",
    )
    assert body["today"]["start"] == "2026-03-02T00:00:00+01:00"
    assert (body["today"]["maximum"], body["today"]["peak_at"]) == (2, "2026-03-02T12:10:00+01:00")
    assert body["this_week"] == body["today"]  # it is Monday
    assert (body["busiest_door"]["camera_id"], body["busiest_door"]["name"]) == (CAMERA, "Door 1")
    assert body["usual_days"] == 1
    assert len(body["usual_hours"]) == 24
    assert body["usual_hours"][9] == {"hour": 9, "entries_a_day": 1.0, "exits_a_day": 1.0, "average": 0.5}
    assert body["usual_hours"][10]["average"] == 0.0


def test_statistics_of_a_site_that_nobody_has_entered(api: Api) -> None:
    api.scene.with_camera()
    body = get(api, "statistics", site_id=SITE).json()
    assert (body["busiest_door"], body["usual_days"], body["usual_hours"]) == (None, 0, [])
    assert (body["today"]["entries"], body["today"]["average"]) == (0, 0.0)


def test_a_camera_that_does_not_count_is_no_door(busy: Api) -> None:
    sites = busy.scene.sites
    sites.update_camera(replace(sites.get_camera(CAMERA), counting=False))
    assert get(busy, "statistics", site_id=SITE).json()["busiest_door"] is None


def test_statistics_need_a_site(busy: Api) -> None:
    assert problem_of(get(busy, "statistics")) == (422, "invalid_request", ["site_id"])
    assert problem_of(get(busy, "statistics", site_id="none")) == (404, "unknown_site", [])


def test_the_middle_of_a_repeated_hour_is_told_by_its_offset(api: Api) -> None:
    api.scene.clock.now = datetime(2026, 10, 25, 12, tzinfo=UTC)
    api.scene.with_camera()
    record(api.scene, (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), IN))
    roll_up(api.scene)
    items = get(api, f"sites/{SITE}/hourly", start="2026-10-25T00:00:00Z", end="2026-10-25T02:00:00Z").json()[
        "items"
    ]
    assert [(item["start"], item["entries"]) for item in items] == [
        ("2026-10-25T02:00:00+02:00", 0),
        ("2026-10-25T02:00:00+01:00", 1),
    ]
