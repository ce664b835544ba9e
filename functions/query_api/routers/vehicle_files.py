"""Vehicle lists as files: many at once in, all of them out."""

from __future__ import annotations

from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, Field

from floorsight.platform.errors import Malformed
from floorsight.vehicles.lists.csv_rows import COLUMNS, write_cells
from floorsight.vehicles.lists.importing import MAX_FILE_BYTES, MAX_ROWS, Imported
from floorsight.vehicles.model import ListName
from functions.gateway.access import Role, requires
from functions.query_api.csv_files import answer_csv
from functions.query_api.routers.vehicle_fields import (
    CHANGE_PROBLEMS,
    CSV_ANSWER,
    PREFIX,
    READ_PROBLEMS,
    Operator,
    SiteId,
)
from functions.query_api.services import Wired

router = APIRouter(prefix=f"{PREFIX}/vehicles", tags=["vehicle lists"])
MAX_EXPORT_ROWS = 10_000
EXAMPLE = (
    "list,plate,valid_from,valid_until,reason,host,max_visits,note\r\n"
    "blocked,MH12AB1234,,,unpaid damage at dock 3,,,\r\n"
    "allowed,MH 14 CD 5678,,2027-12-31,,,,fleet\r\n"
    "visitor,KA05EF9012,2026-03-02 08:00,2026-03-02 18:00,,Anna Berg,1,\r\n"
)
File = Annotated[
    bytes,
    Body(
        media_type="text/csv",
        description=f"Columns {', '.join(COLUMNS)}, in any order; `list` and `plate` are needed. UTF-8; "
        "parted by commas, semicolons or tabs. A time without an offset is the site's; a date alone is the "
        f"whole day. Without `valid_from` an entry counts from now on, or since when it does already. At "
        f"most {MAX_ROWS} rows and {MAX_FILE_BYTES // 1024**2} MB.",
        examples=[EXAMPLE],
    ),
]


class CorrectedOut(BaseModel):
    line: int
    typed: str
    plate: str


class ImportedOut(BaseModel):
    """What the file's rows came to, or would: each is one of new, changed, unchanged and repeated."""

    saved: bool = Field(description="False after a dry run.")
    rows: int
    new: int
    changed: int
    unchanged: int
    repeated: int = Field(description="Rows that say the same as an earlier one.")
    unblocked: int = Field(
        description="Of the changed: blocks in force that end now, or sooner than the list said. More than 0 "
        "in a dry run: see whether the file is an old one."
    )
    corrected: list[CorrectedOut] = Field(
        description="Plates whose format says that another character was meant than was typed."
    )

    @classmethod
    def of(cls, imported: Imported, *, saved: bool) -> Self:
        fields: dict[str, Any] = dict(vars(imported))
        corrected = [CorrectedOut(**vars(each)) for each in fields.pop("corrected")]
        return cls(**fields, corrected=corrected, saved=saved)


@router.post("/import", responses=CHANGE_PROBLEMS)
def import_vehicles(
    site_id: SiteId,
    file: File,
    services: Wired,
    caller: Operator,
    dry_run: Annotated[bool, Query(description="Check only.")] = False,
) -> ImportedOut:
    """Put all vehicles of a CSV file on a site's lists, or none if anything is wrong with it.

    Of 422, `errors` names what is wrong as `lines.<number>.<column>`, each with its own code; at most a
    hundred. What the file says of a vehicle that is listed replaces what the list said; vehicles that it
    does not name stay. The same file again changes nothing, so that after a 503 (`import_unfinished`, or no
    answer at all) the same file is sent again.
    """
    imported = services.vehicle_imports.import_file(site_id, file, by=caller.username, dry_run=dry_run)
    return ImportedOut.of(imported, saved=not dry_run)


@router.get(
    "/export",
    dependencies=[requires(Role.VIEWER)],
    response_class=Response,
    responses=READ_PROBLEMS | CSV_ANSWER,
)
def export_vehicles(
    site_id: SiteId,
    services: Wired,
    list_name: Annotated[ListName | None, Query(alias="list")] = None,
) -> Response:
    """A site's lists as a CSV file that can be imported again; what has expired, too.

    At most 10,000 rows. An import takes 5,000: cut a longer file into several, each with the first line.
    """
    zone = ZoneInfo(services.sites.get_site(site_id).time_zone)
    found = services.vehicle_lists.list_vehicles(site_id, list_name=list_name, limit=MAX_EXPORT_ROWS)
    if found.next_key is not None:
        raise Malformed(
            f"an export has at most {MAX_EXPORT_ROWS} rows; name one `list`",
            code="too_many_rows",
            field="list",
        )
    name = f"vehicles_{site_id}" + (f"_{list_name.value}" if list_name else "")
    return answer_csv(name, COLUMNS, (write_cells(entry.vehicle, zone) for entry in found.items))
