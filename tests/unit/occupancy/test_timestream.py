"""The Timestream adapter against the service's own request and response models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import ANY, Stubber

from floorsight.occupancy.series.choice import choose_series_store
from floorsight.occupancy.series.fence import Fence, FenceStore, Superseded
from floorsight.occupancy.series.model import Bucket, Figures, Level, Rollup, Subject, SubjectKind
from floorsight.occupancy.series.store import TableSeries
from floorsight.occupancy.series.timestream import TimestreamSeries
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.settings import SeriesSettings
from tests.fakes.table import MemoryTable

HOUR = timedelta(hours=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SITE = Subject(SubjectKind.SITE, "plant-1")
ROW = Rollup(
    SITE,
    Bucket(NOON, NOON + HOUR, Level.HOUR),
    Figures(3, 1, -1, 1, 0, 2, NOON + timedelta(microseconds=7), 1, 4_000_000),
    {"door-1": -1},
)
NUMBERS = {
    "ends_at": "1772456400000000",
    "peak_at": "1772452800000007",
    "entries": "3",
    "exits": "1",
    "opening": "-1",
    "closing": "1",
    "minimum": "0",
    "maximum": "2",
    "floor_hits": "1",
    "person_microseconds": "4000000",
}
SELECT = (
    "SELECT time, ends_at, peak_at, entries, exits, opening, closing, minimum, maximum, floor_hits, "
    'person_microseconds, openings FROM "plants"."rollups" WHERE kind = \'site\' '
    "AND subject_id = 'plant-1' AND level = 'hour' AND "
)


@pytest.fixture(scope="module")
def clients() -> dict[str, Any]:
    return {
        name: boto3.client(
            name,
            region_name="eu-central-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            endpoint_url="http://127.0.0.1:9",  # else botocore asks the service for an endpoint first
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=1),
        )
        for name in ("timestream-write", "timestream-query")
    }


@pytest.fixture
def writes(clients: dict[str, Any]) -> Iterator[Stubber]:
    with Stubber(clients["timestream-write"]) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def queries(clients: dict[str, Any]) -> Iterator[Stubber]:
    with Stubber(clients["timestream-query"]) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def fences() -> FenceStore:
    return FenceStore(MemoryTable())


@pytest.fixture
def fence(fences: FenceStore) -> Fence:
    fence = fences.begin("plant-1", NOON)
    assert fence is not None
    return fence


@pytest.fixture
def series(clients: dict[str, Any], fences: FenceStore) -> TimestreamSeries:
    return TimestreamSeries(
        "plants", "rollups", clients["timestream-write"], clients["timestream-query"], fences
    )


def answer(*times: str, **more: str) -> dict[str, Any]:
    """A page of a query's answer, as the service gives it: all values as text."""
    values = {**NUMBERS, "openings": '{"door-1": -1}'}
    rows = [{"Data": [{"ScalarValue": value} for value in (time, *values.values())]} for time in times]
    columns = [{"Name": name, "Type": {"ScalarType": "VARCHAR"}} for name in ("time", *values)]
    return {"QueryId": "q", "Rows": rows, "ColumnInfo": columns, **more}


def test_a_row_is_one_record_whose_version_is_the_fence(
    series: TimestreamSeries, fence: Fence, writes: Stubber
) -> None:
    writes.add_response(
        "write_records",
        {},
        {
            "DatabaseName": "plants",
            "TableName": "rollups",
            "CommonAttributes": {
                "MeasureName": "rollup",
                "MeasureValueType": "MULTI",
                "TimeUnit": "MICROSECONDS",
                "Version": 1,
            },
            "Records": [
                {
                    "Dimensions": [
                        {"Name": "kind", "Value": "site"},
                        {"Name": "subject_id", "Value": "plant-1"},
                        {"Name": "level", "Value": "hour"},
                    ],
                    "MeasureValues": [
                        *({"Name": n, "Value": v, "Type": "BIGINT"} for n, v in NUMBERS.items()),
                        {"Name": "openings", "Value": '{"door-1": -1}', "Type": "VARCHAR"},
                    ],
                    "Time": "1772452800000000",
                }
            ],
        },
    )
    series.write(fence, [ROW])


def test_rows_come_back_as_they_went_in_over_several_pages(
    series: TimestreamSeries, queries: Stubber
) -> None:
    query = (
        f"{SELECT}time >= from_nanoseconds(1772452800000000000) "
        "AND time < from_nanoseconds(1772460000000000000) ORDER BY time ASC"
    )
    queries.add_response(
        "query", answer("2026-03-02 12:00:00.000000000", NextToken="more"), {"QueryString": query}
    )
    queries.add_response(
        "query", answer("2026-03-02 13:00:00.000000000"), {"QueryString": query, "NextToken": "more"}
    )
    rows = series.list_rows(SITE, Level.HOUR, start=NOON, end=NOON + 2 * HOUR)
    assert rows[0] == ROW
    assert [row.start for row in rows] == [NOON, NOON + HOUR]


def test_the_last_row_before_a_moment(series: TimestreamSeries, queries: Stubber) -> None:
    query = f"{SELECT}time < from_nanoseconds(1772452800000000000) ORDER BY time DESC LIMIT 1"
    queries.add_response("query", answer("2026-03-02 11:00:00.000000000"), {"QueryString": query})
    queries.add_response("query", answer(), {"QueryString": query})
    found = series.find_last(SITE, Level.HOUR, before=NOON)
    assert found is not None
    assert found.start == NOON - HOUR
    assert series.find_last(SITE, Level.HOUR, before=NOON) is None


@pytest.mark.parametrize(
    ("rejected", "kind", "code"),
    [
        (
            [{"RecordIndex": 0, "Reason": "higher version", "ExistingVersion": 2}],
            Superseded,
            "roll_up_superseded",
        ),
        ([{"RecordIndex": 0, "Reason": "too old"}], Malformed, "rows_rejected"),
        (
            [
                {"RecordIndex": 0, "Reason": "too old"},
                {"RecordIndex": 1, "Reason": "higher version", "ExistingVersion": 2},
            ],
            Superseded,
            "roll_up_superseded",
        ),
    ],
)
def test_rejected_rows_say_why(
    series: TimestreamSeries, fence: Fence, writes: Stubber, rejected: list[Any], kind: type, code: str
) -> None:
    writes.add_client_error(
        "write_records", "RejectedRecordsException", modeled_fields={"RejectedRecords": rejected}
    )
    with pytest.raises(kind) as caught:
        series.write(fence, [ROW])
    assert caught.value.code == code


def test_a_run_that_was_overtaken_writes_nothing(
    series: TimestreamSeries, fences: FenceStore, fence: Fence, writes: Stubber
) -> None:
    fences.renew(fence, NOON)
    with pytest.raises(Superseded):
        series.write(fence, [ROW])


def test_a_busy_service_may_be_tried_again(
    series: TimestreamSeries, fence: Fence, writes: Stubber, queries: Stubber
) -> None:
    writes.add_client_error("write_records", "ThrottlingException")
    queries.add_client_error("query", "ThrottlingException")
    with pytest.raises(Unavailable):
        series.write(fence, [ROW])
    with pytest.raises(Unavailable):
        series.find_last(SITE, Level.HOUR, before=NOON)


def test_more_cameras_than_a_record_takes_are_refused_with_a_way_out(
    series: TimestreamSeries, fence: Fence
) -> None:
    openings = {f"camera-{number}": 1 for number in range(200)}
    with pytest.raises(Malformed, match="keep its series in DynamoDB") as caught:
        series.write(fence, [Rollup(SITE, ROW.bucket, ROW.figures, openings)])
    assert caught.value.code == "too_many_cameras"
    assert len(json.dumps(openings)) > 2048


def test_names_are_quoted_in_queries(series: TimestreamSeries, queries: Stubber) -> None:
    queries.add_response("query", answer(), {"QueryString": ANY})
    seen: list[str] = []
    queries.client.meta.events.register_first(
        "provide-client-params.timestream-query.Query", lambda params, **_: seen.append(params["QueryString"])
    )
    series.find_last(Subject(SubjectKind.SITE, "o'hara"), Level.DAY, before=NOON)
    assert "subject_id = 'o''hara'" in seen[0]


def test_the_store_is_a_setting() -> None:
    table = MemoryTable()
    assert choose_series_store(SeriesSettings(), table) == TableSeries(table)
    with pytest.raises(Malformed, match="name timestream_database and timestream_table"):
        choose_series_store(SeriesSettings(series_store="timestream"), table)
