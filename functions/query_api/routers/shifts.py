"""Shifts: made, and changed from a date on."""

from __future__ import annotations

from datetime import time
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.attendance.model import Break, OvertimeRule, Pairing, Shift
from floorsight.attendance.planning.model import MAX_BREAKS, ShiftHistory
from floorsight.platform.ids import IDENTIFIER_PATTERN
from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.dates import LocalDate, TimeOfDay
from functions.query_api.routers.limits import ReadRevision
from functions.query_api.services import Wired

router = APIRouter(prefix="/v1/shifts", tags=["shifts"])
ShiftId = Annotated[str, Path(max_length=128)]
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)


class BreakFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    start: TimeOfDay
    end: TimeOfDay
    paid: bool = False


class OvertimeFields(BaseModel):
    """What of the time worked outside of start and end is overtime."""

    model_config = ConfigDict(extra="forbid")

    counts_before_start: bool = False
    counts_after_end: bool = True
    threshold_minutes: int = Field(default=0, description="Nothing below it counts.")
    step_minutes: int = Field(default=1, description="Counted in whole steps, cut.")


class ShiftFields(BaseModel):
    """What is left out takes its default, in a change too: send all fields of the form."""

    model_config = ConfigDict(extra="forbid")

    name: str
    start: TimeOfDay = Field(description="Local time of the site.", examples=["22:00"])
    end: TimeOfDay = Field(
        description="Local time; at or before the start it is on the next day.", examples=["06:00"]
    )
    days: list[int] = Field(
        default=[1, 2, 3, 4, 5, 6, 7],
        max_length=7,
        description="Weekdays on which it starts: 1 is Monday, 7 Sunday.",
    )
    breaks: list[BreakFields] = Field(default=[], max_length=MAX_BREAKS)
    grace_late_minutes: int = 5
    grace_early_minutes: int = 5
    opens_before_minutes: int = Field(default=120, description="So long before the start punches count.")
    closes_after_minutes: int = Field(default=240, description="So long after the end punches count.")
    full_day_minutes: int | None = Field(default=None, description="Less work is `half_day`; null: never.")
    half_day_minutes: int | None = Field(default=None, description="Less work is `short_day`; null: never.")
    overtime: OvertimeFields = OvertimeFields()
    pairing: Pairing = Field(
        default=Pairing.FIRST_LAST,
        description="`first_last`: one stretch from the first coming to the last going. `alternate`: coming "
        "and going in turns.",
    )
    debounce_seconds: int = Field(
        default=120, description="Punches in the same direction that are so near are one."
    )

    def values(self) -> dict[str, Any]:
        """All fields as the attendance room has them."""
        return dict(self) | {
            "start": time.fromisoformat(self.start),
            "end": time.fromisoformat(self.end),
            "days": frozenset(self.days),
            "breaks": tuple(
                Break(time.fromisoformat(each.start), time.fromisoformat(each.end), each.paid)
                for each in self.breaks
            ),
            "overtime": OvertimeRule(**dict(self.overtime)),
        }


class NewShift(ShiftFields):
    shift_id: str = Field(description=f"Matches `{IDENTIFIER_PATTERN}`.", examples=["early"])
    site_id: str
    valid_from: LocalDate = Field(description="From this local date on it can be worked.")


class ShiftChange(ShiftFields):
    """A shift stays at its site: its records belong there."""

    valid_from: LocalDate = Field(
        description="From this local date on it is as given, until a later version. What was before stays."
    )
    revision: ReadRevision


class ShiftVersion(ShiftFields):
    valid_from: LocalDate
    retired: bool = Field(description="From this date on nobody has the shift.")
    revision: int = Field(description="That of the change that made this version.")

    @classmethod
    def of(cls, shift: Shift) -> Self:
        return cls(
            **{name: getattr(shift, name) for name in cls.model_fields if hasattr(shift, name)}
            | {
                "start": f"{shift.start:%H:%M}",
                "end": f"{shift.end:%H:%M}",
                "days": sorted(shift.days),
                "breaks": [
                    BreakFields(start=f"{each.start:%H:%M}", end=f"{each.end:%H:%M}", paid=each.paid)
                    for each in shift.breaks
                ],
                "overtime": OvertimeFields(**vars(shift.overtime)),
            }
        )


class ShiftOut(BaseModel):
    shift_id: str
    site_id: str
    revision: int = Field(description="Rises with every change.")
    versions: list[ShiftVersion] = Field(description="By the date from which they are valid.")

    @classmethod
    def of(cls, history: ShiftHistory) -> Self:
        return cls(
            shift_id=history.shift_id,
            site_id=history.site_id,
            revision=history.revision,
            versions=[ShiftVersion.of(version) for version in history.versions],
        )


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    dependencies=[requires(Role.OPERATOR)],
    responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def create_shift(new: NewShift, services: Wired) -> ShiftOut:
    """Make a shift of a site."""
    return ShiftOut.of(services.attendance.shifts.create_shift(Shift(**new.values())))


@router.get("", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def list_shifts(
    site_id: Annotated[str, Query(max_length=128)], page: RequestedPage, services: Wired
) -> Listing[ShiftOut]:
    """A site's shifts by id, retired ones too."""
    found = services.attendance.shifts.list_shifts(site_id, limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(ShiftOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.get("/{shift_id}", dependencies=[requires(Role.OPERATOR)], responses=READ_PROBLEMS)
def get_shift(shift_id: ShiftId, services: Wired) -> ShiftOut:
    """A shift with all its versions."""
    return ShiftOut.of(services.attendance.shifts.get_shift(shift_id))


@router.put("/{shift_id}", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def change_shift(shift_id: ShiftId, change: ShiftChange, services: Wired) -> ShiftOut:
    """Change a shift from a date on, which must be after all that is locked. Records follow."""
    site_id = services.attendance.shifts.get_shift(shift_id).site_id
    version = Shift(shift_id=shift_id, site_id=site_id, **change.values())
    return ShiftOut.of(services.attendance.shifts.change_shift(version))


@router.delete("/{shift_id}", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def retire_shift(
    shift_id: ShiftId,
    services: Wired,
    begin: Annotated[LocalDate, Query(alias="from", description="The first date without the shift.")],
) -> ShiftOut:
    """End a shift. Its records and its past stay, so its id is not given again."""
    return ShiftOut.of(services.attendance.shifts.retire_shift(shift_id, from_date=begin))
