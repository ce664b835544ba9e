"""What cameras, zones and sites counted, by minute, hour, day and month: as JSON, or as CSV to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from floorsight.occupancy.rules import shown_count
from floorsight.occupancy.series.history import Entry, HistoryPage
from floorsight.occupancy.series.model import Level, Subject, SubjectKind
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Malformed
from floorsight.platform.items import Item
from functions.gateway.access import Role, requires
from functions.gateway.moments import EARLIEST, Moment, check_range
from functions.gateway.problems import document
from functions.query_api.csv_files import Cell, answer_csv
from functions.query_api.paging import Paging, RequestedPage, encode_cursor
from functions.query_api.routers.cameras import CameraId
from functions.query_api.routers.sites import SiteId
from functions.query_api.routers.zones import ZoneId
from functions.query_api.services import Services, Wired

router = APIRouter(prefix="/occupancy", tags=["history"])

# About 1.5 MB; a Lambda function can answer with 6.
MAX_CSV_ROWS = 10_000
_CSV: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}
_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class Grain(StrEnum):
    """The four histories, as they are called in addresses."""

    LOGS = "logs"
    HOURLY = "hourly"
    DAILY = "daily"
    MONTHLY = "monthly"


class Format(StrEnum):
    """How a history is answered."""

    JSON = "json"
    CSV = "csv"


_LEVELS = {
    Grain.LOGS: Level.MINUTE,
    Grain.HOURLY: Level.HOUR,
    Grain.DAILY: Level.DAY,
    Grain.MONTHLY: Level.MONTH,
}
_DEFAULT_DAYS = {Grain.LOGS: 1, Grain.HOURLY: 7, Grain.DAILY: 31, Grain.MONTHLY: 366}
_PURPOSES = {
    Grain.LOGS: "Each minute with activity, and one every five minutes while the camera was live; 30 days.",
    Grain.HOURLY: "Every hour of the site's clock, ascending, whether something happened in it or not.",
    Grain.DAILY: "Every day of the site's clock, ascending, whether something happened in it or not.",
    Grain.MONTHLY: "Every month of the site's clock, ascending, whether something happened in it or not.",
}


@dataclass(frozen=True)
class _Wanted:
    """The time and form that are asked for."""

    start: datetime | None
    end: datetime | None
    form: Format


def _read_wanted(
    start: Annotated[
        Moment | None,
        Query(alias="from", description="ISO 8601 with offset; the bucket that it is in counts."),
    ] = None,
    end: Annotated[
        Moment | None,
        Query(alias="to", description="ISO 8601 with offset; up to and without it. Default: now."),
    ] = None,
    form: Annotated[
        Format,
        Query(alias="format", description=f"csv answers the whole range, at most {MAX_CSV_ROWS} rows."),
    ] = Format.JSON,
) -> _Wanted:
    check_range(start, end)
    return _Wanted(start, end, form)


class Bucket(BaseModel):
    """What was counted from `start` to `end`. Times have the offset of the site's clock."""

    start: datetime
    end: datetime
    entries: int
    exits: int
    occupancy: int = Field(description="How many were inside at the end; never negative.")
    minimum: int
    maximum: int
    average: float = Field(description="Of the number inside, weighted by time.")
    peak_at: datetime = Field(description="The first moment of the maximum.")
    opening: int = Field(description="The raw number at the start.")
    closing: int = Field(description="The raw number at the end: opening + entries - exits + correction.")
    correction: int = Field(description="What given counts and reconciliation added.")
    floor_hits: int = Field(description="Exits of people who were not known to be inside: crossings missed.")
    complete: bool = Field(description="False while it is running: then it tells of what is over.")

    @classmethod
    def of(cls, entry: Entry, zone: ZoneInfo) -> Self:
        figures = entry.figures
        return cls(
            start=entry.bucket.start.astimezone(zone),
            end=entry.bucket.end.astimezone(zone),
            entries=figures.entries,
            exits=figures.exits,
            occupancy=shown_count(figures.closing),
            minimum=figures.minimum,
            maximum=figures.maximum,
            average=round(entry.average, 3),
            peak_at=figures.peak_at.astimezone(zone),
            opening=figures.opening,
            closing=figures.closing,
            correction=figures.correction,
            floor_hits=figures.floor_hits,
            complete=entry.complete,
        )

    def cells(self) -> list[Cell]:
        values = dict(self)
        return [value.isoformat() if isinstance(value, datetime) else value for value in values.values()]


class History(BaseModel):
    """A page of a history."""

    kind: SubjectKind
    subject_id: str
    grain: Grain
    time_zone: str
    items: list[Bucket]
    next_cursor: str | None = Field(description="Give it as `cursor` to get the next page; null on the last.")


def _answer(
    services: Services, subject: Subject, grain: Grain, wanted: _Wanted, page: Paging
) -> History | Response:
    end = wanted.end or services.history.clock()
    start = wanted.start or end - timedelta(days=_DEFAULT_DAYS[grain])
    whole = wanted.form is Format.CSV
    found = services.history.list_entries(
        subject,
        _LEVELS[grain],
        start=start if whole else _go_on(page.start_key, start, end),
        end=end,
        limit=MAX_CSV_ROWS if whole else page.limit,
    )
    buckets = [Bucket.of(entry, found.zone) for entry in found.entries]
    if whole:
        return _answer_csv(found, grain, buckets)
    return History(
        kind=subject.kind,
        subject_id=subject.subject_id,
        grain=grain,
        time_zone=found.zone.key,
        items=buckets,
        next_cursor=encode_cursor({"start": to_sort_key(found.next_start)} if found.next_start else None),
    )


def _answer_csv(found: HistoryPage, grain: Grain, buckets: list[Bucket]) -> Response:
    if found.next_start:
        raise Malformed(
            f"these are more than {MAX_CSV_ROWS} rows; ask for a shorter time",
            code="too_many_rows",
            field="from",
        )
    subject = found.subject
    dates = "_".join(bucket.start.date().isoformat() for bucket in (*buckets[:1], *buckets[1:][-1:]))
    name = f"{subject.kind}_{subject.subject_id}_{grain}" + (f"_{dates}" if dates else "")
    header = ["kind", "subject_id", *Bucket.model_fields]
    rows = ([subject.kind.value, subject.subject_id, *bucket.cells()] for bucket in buckets)
    return answer_csv(name, header, rows)


def _go_on(cursor: Item | None, start: datetime, end: datetime) -> datetime:
    """Where a page begins. Raises Malformed (`bad_cursor`)."""
    if cursor is None:
        return start
    try:
        moment = from_sort_key(cursor["start"])
    except (KeyError, TypeError, ValueError):
        moment = EARLIEST
    if not start < moment < end or set(cursor) != {"start"}:
        raise Malformed(
            "the cursor is damaged or of another range; begin without one", code="bad_cursor", field="cursor"
        )
    return moment


Wanted = Annotated[_Wanted, Depends(_read_wanted)]


def _camera_route(grain: Grain) -> Callable[..., Any]:
    def answer(camera_id: CameraId, wanted: Wanted, page: RequestedPage, services: Wired) -> Any:
        return _answer(services, Subject(SubjectKind.CAMERA, camera_id), grain, wanted, page)

    return answer


def _zone_route(grain: Grain) -> Callable[..., Any]:
    def answer(zone_id: ZoneId, wanted: Wanted, page: RequestedPage, services: Wired) -> Any:
        return _answer(services, Subject(SubjectKind.ZONE, zone_id), grain, wanted, page)

    return answer


def _site_route(grain: Grain) -> Callable[..., Any]:
    def answer(site_id: SiteId, wanted: Wanted, page: RequestedPage, services: Wired) -> Any:
        return _answer(services, Subject(SubjectKind.SITE, site_id), grain, wanted, page)

    return answer


for _kind, _make in (("camera", _camera_route), ("zone", _zone_route), ("site", _site_route)):
    for _grain in Grain:
        router.add_api_route(
            f"/{_kind}s/{{{_kind}_id}}/{_grain}",
            _make(_grain),
            name=f"list_{_kind}_{_grain}",
            summary=f"{_grain.title()} of a {_kind}",
            description=_PURPOSES[_grain],
            response_model=History,
            responses=_PROBLEMS | _CSV,
            dependencies=[requires(Role.VIEWER)],
        )
