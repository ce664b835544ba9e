"""Fields that several routes about vehicles have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Self, TypeVar

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.platform.errors import Malformed
from floorsight.platform.items import Item
from floorsight.platform.table import Page
from floorsight.vehicles.lists.model import Entry
from floorsight.vehicles.model import MAX_VISITS, ListName
from functions.gateway.access import Caller, Role, requires
from functions.gateway.moments import Moment
from functions.gateway.problems import document

PREFIX = "/v1/vehicle"
SiteId = Annotated[str, Query(max_length=128)]
GateQuery = Annotated[str | None, Query(max_length=128)]
PlateQuery = Annotated[str | None, Query(max_length=40, description="The whole plate, as its format has it.")]
VehicleId = Annotated[str, Path(max_length=200, examples=["plant-1.MH12AB1234.blocked"])]
Operator = Annotated[Caller, requires(Role.OPERATOR)]
Admin = Annotated[Caller, requires(Role.ADMIN)]
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE)
CSV_ANSWER: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK.value: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}
MAX_CSV_ROWS = 10_000
_ROWS_AT_ONCE = 500
# Rows of something rare: a list stops at so many that it has looked at. An answer has half a minute.
_MAX_ASKED = 25
Row = TypeVar("Row")


def collect_rows(ask: Callable[[int, Item | None], Page[Row]]) -> list[Row]:
    """All of a list for a file: what `ask` answers for a limit and a key to go on after, page by page.

    Raises Malformed (`too_many_rows`), also if there are few among too many.
    """
    rows: list[Row] = []
    start_key: Item | None = None
    for _ in range(_MAX_ASKED):
        page = ask(_ROWS_AT_ONCE, start_key)
        rows += page.items
        start_key = page.next_key
        if len(rows) > MAX_CSV_ROWS:
            break
        if start_key is None:
            return rows
    raise Malformed(
        f"a file has at most {MAX_CSV_ROWS} rows, of not too long a time; ask for a shorter one",
        code="too_many_rows",
        field="from",
    )


class VehicleFields(BaseModel):
    """What may be said of a listed vehicle. What is left out is empty, in a change too."""

    model_config = ConfigDict(extra="forbid")

    valid_from: Moment | None = Field(
        default=None,
        description="Null: from now on (30 s before, as cameras' clocks differ), or since when it does "
        "already. Who was seen before is not on the list. A visitor's can't be changed later.",
    )
    valid_until: Moment | None = Field(
        default=None, description="From then on the entry counts no more. A visitor needs one."
    )
    reason: str | None = Field(
        default=None,
        description="Why it is blocked: the guard is told it. For `blocked` only, which needs one.",
        examples=["theft, police report 4711"],
    )
    host: str | None = Field(
        default=None, description="Whom a visitor visits. For `visitor` only, which needs one."
    )
    max_visits: int | None = Field(
        default=None,
        description=f"How often a visitor may come in, 1 to {MAX_VISITS}; null: as often as they like.",
    )
    note: str | None = None

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in VehicleFields.model_fields}


class VehicleOut(BaseModel):
    """A plate on a list, and who put it there and changed it last."""

    vehicle_id: str
    site_id: str
    list: ListName
    plate: str = Field(description="As its format has it.", examples=["MH12AB1234"])
    profile: str = Field(description="The format.", examples=["IN"])
    valid_from: datetime | None
    valid_until: datetime | None
    reason: str | None
    host: str | None
    max_visits: int | None
    note: str | None
    revision: int
    created_at: datetime
    created_by: str
    changed_at: datetime = Field(description="Of the latest change: adding, changing or removing it.")
    changed_by: str
    removed: bool = Field(description="On no list any more; kept, as decisions name it.")

    @classmethod
    def of(cls, entry: Entry, **more: Any) -> Self:
        vehicle = vars(entry.vehicle)
        shown = {name: value for name, value in vehicle.items() if name in cls.model_fields}
        return cls(
            **shown,
            list=entry.vehicle.list_name,
            changed_at=entry.changed_at,
            changed_by=entry.changed_by,
            removed=entry.removed,
            **more,
        )
