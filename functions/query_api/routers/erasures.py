"""Erasing somebody's biometrics, and what was erased."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from floorsight.identity.erasing.model import Erasure, ErasureCause, Kind, explain_what_is_left
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document
from functions.query_api.services import Wired

router = APIRouter(prefix="/employees", tags=["employees"])
EmployeeId = Annotated[str, Path(max_length=128)]
PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class ErasureOut(BaseModel):
    """An erasure report."""

    employee_id: str
    site_id: str
    cause: ErasureCause
    by: str = Field(description="Who asked for it; `purge` if nobody did but the daily job.")
    started_at: datetime
    finished_at: datetime | None = Field(description="Null: it was interrupted; ask again, and it goes on.")
    removed: dict[Kind, int] = Field(description="How many of what are gone; what there was none of is 0.")
    backups_until: datetime | None = Field(description="From then on no backup has a copy.")
    what_is_left: list[str] = Field(description="Where copies may still be and for how long, in words.")

    @classmethod
    def of(cls, erasure: Erasure) -> Self:
        return cls(
            employee_id=erasure.employee_id,
            site_id=erasure.site_id,
            cause=erasure.cause,
            by=erasure.by,
            started_at=erasure.started_at,
            finished_at=erasure.finished_at,
            removed={kind: erasure.removed.get(kind.value, 0) for kind in Kind},
            backups_until=erasure.backups_end_at,
            what_is_left=explain_what_is_left(erasure),
        )


@router.post(
    "/{employee_id}/erase",
    responses=PROBLEMS | document(HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
)
def erase_employee(
    employee_id: EmployeeId, services: Wired, caller: Annotated[Caller, requires(Role.ADMIN)]
) -> ErasureOut:
    """Remove all biometrics by their wish: faces, pictures, answers, also among people nobody has named.

    Nobody enrols them again before a new consent. Once more changes nothing, but removes what has turned up
    since. Answers 503 (`erasure_unfinished`) when there was too much to look through at once: ask again.
    """
    return ErasureOut.of(services.erasing.erase(employee_id, by=caller.username))


@router.get("/{employee_id}/erasures", dependencies=[requires(Role.ADMIN)], responses=PROBLEMS)
def list_erasures(employee_id: EmployeeId, services: Wired) -> list[ErasureOut]:
    """The reports of all erasures, newest first."""
    services.employees.get_employee(employee_id)
    return [ErasureOut.of(erasure) for erasure in services.erasing.store.list_erasures(employee_id)]
