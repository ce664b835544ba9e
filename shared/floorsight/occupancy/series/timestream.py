"""The series port on Timestream for LiveAnalytics, for accounts that have it.

A row is one multi-measure record whose version is its run's fence, so that a run that was overtaken can't
replace what a later one wrote. Unlike in the presence table, the look at the fence and the write are two
steps: a run that is overtaken between them can still write rows that the later one leaves as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from floorsight.occupancy.series.fence import Fence, FenceStore, Superseded
from floorsight.occupancy.series.model import MICROSECOND, Bucket, Figures, Level, Rollup, Subject
from floorsight.platform.aws import translated
from floorsight.platform.errors import Malformed, Unavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

SERVICE = "Timestream"
MEASURE = "rollup"
MAX_TEXT_BYTES = 2048  # of a VARCHAR measure
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENTS = ("ends_at", "peak_at")  # as microseconds since 1970: Timestream knows no time but a row's own
_NUMBERS = (
    "entries",
    "exits",
    "opening",
    "closing",
    "minimum",
    "maximum",
    "floor_hits",
    "person_microseconds",
)
_COLUMNS = ("time", *_MOMENTS, *_NUMBERS, "openings")
_TRANSIENT = {"ThrottlingException", "InternalServerException", "QueryExecutionException"}


@dataclass(frozen=True)
class TimestreamSeries:
    """`SeriesStore` in a Timestream table, made with magnetic store writes on: late rows go there.

    `writer` and `reader` are clients of timestream-write and timestream-query.
    """

    database: str
    table: str
    writer: Any
    reader: Any
    fences: FenceStore

    def list_rows(
        self,
        subject: Subject,
        level: Level,
        *,
        start: datetime,
        end: datetime | None = None,
        limit: int | None = None,
    ) -> list[Rollup]:
        conditions = [f"time >= {_time(start)}"] + ([f"time < {_time(end)}"] if end else [])
        return self._select(subject, level, conditions, "ASC", limit)

    def find_last(self, subject: Subject, level: Level, *, before: datetime) -> Rollup | None:
        rows = self._select(subject, level, [f"time < {_time(before)}"], "DESC", 1)
        return rows[0] if rows else None

    def write(self, fence: Fence, rows: Sequence[Rollup]) -> None:
        if not self.fences.is_held(fence):
            raise Superseded(fence)
        records = [_record(row) for row in rows]
        try:
            with translated(SERVICE, _translate):
                self.writer.write_records(
                    DatabaseName=self.database,
                    TableName=self.table,
                    CommonAttributes={
                        "MeasureName": MEASURE,
                        "MeasureValueType": "MULTI",
                        "TimeUnit": "MICROSECONDS",
                        "Version": fence.number,
                    },
                    Records=records,
                )
        except self.writer.exceptions.RejectedRecordsException as error:
            raise _rejection(error.response["RejectedRecords"], fence) from error

    def _select(
        self, subject: Subject, level: Level, conditions: Sequence[str], order: str, limit: int | None
    ) -> list[Rollup]:
        wanted = {"kind": subject.kind.value, "subject_id": subject.subject_id, "level": level.value}
        where = [f"{name} = {_text(value)}" for name, value in wanted.items()] + list(conditions)
        query = (
            f'SELECT {", ".join(_COLUMNS)} FROM "{self.database}"."{self.table}" '  # noqa: S608 - quoted above
            f"WHERE {' AND '.join(where)} ORDER BY time {order}"
        )
        if limit is not None:
            query += f" LIMIT {limit}"
        return [_read_row(subject, level, row) for row in self._query(query)]

    def _query(self, query: str) -> Iterator[dict[str, str]]:
        request = {"QueryString": query}
        while True:
            with translated(SERVICE, _translate):
                answer = self.reader.query(**request)
            names = [column["Name"] for column in answer["ColumnInfo"]]
            for row in answer["Rows"]:
                values = zip(names, row["Data"], strict=True)
                yield {name: value["ScalarValue"] for name, value in values if "ScalarValue" in value}
            if "NextToken" not in answer:
                return
            request["NextToken"] = answer["NextToken"]


def _record(row: Rollup) -> dict[str, Any]:
    openings = json.dumps(dict(row.openings), sort_keys=True)
    if len(openings.encode()) > MAX_TEXT_BYTES:
        raise Malformed(
            f"site {row.subject.subject_id} has too many cameras for Timestream; keep its series in DynamoDB",
            code="too_many_cameras",
        )
    moments = {"ends_at": row.end, "peak_at": row.figures.peak_at}
    numbers = {name: _microseconds(moment) for name, moment in moments.items()}
    numbers |= {name: getattr(row.figures, name) for name in _NUMBERS}
    values = [{"Name": name, "Value": str(number), "Type": "BIGINT"} for name, number in numbers.items()]
    dimensions = {
        "kind": row.subject.kind.value,
        "subject_id": row.subject.subject_id,
        "level": row.bucket.level.value,
    }
    return {
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "MeasureValues": [*values, {"Name": "openings", "Value": openings, "Type": "VARCHAR"}],
        "Time": str(_microseconds(row.start)),
    }


def _read_row(subject: Subject, level: Level, row: Mapping[str, str]) -> Rollup:
    # `2026-03-02 12:00:00.000000000`: nanoseconds are three digits more than datetime reads.
    start = datetime.fromisoformat(row["time"][:26]).replace(tzinfo=UTC)
    ends_at, peak_at = (_EPOCH + int(row[name]) * MICROSECOND for name in _MOMENTS)
    return Rollup(
        subject=subject,
        bucket=Bucket(start, ends_at, level),
        figures=Figures(peak_at=peak_at, **{name: int(row[name]) for name in _NUMBERS}),
        openings=json.loads(row["openings"]),
    )


def _rejection(rejected: Sequence[Mapping[str, Any]], fence: Fence) -> Exception:
    """What it means that some records were not taken; the others were, and are the same if tried again."""
    if any(each.get("ExistingVersion", 0) > fence.number for each in rejected):
        return Superseded(fence)
    reasons = "; ".join(sorted({str(each.get("Reason", "no reason given")) for each in rejected}))
    return Malformed(
        f"Timestream took {len(rejected)} rows not: {reasons}. Are magnetic store writes on?",
        code="rows_rejected",
    )


def _translate(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    return Unavailable(f"Timestream is busy: {code}") if code in _TRANSIENT else error


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // MICROSECOND


def _time(moment: datetime) -> str:
    return f"from_nanoseconds({_microseconds(moment) * 1000})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
