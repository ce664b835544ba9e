"""Erasing what gates kept of a plate, and what was erased."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from floorsight.vehicles.erasing.model import PlateErasure, PlateTrace, explain_what_is_left
from functions.gateway.access import Role, requires
from functions.query_api.routers.vehicle_fields import CHANGE_PROBLEMS, PREFIX, READ_PROBLEMS, Admin, SiteId
from functions.query_api.services import Wired

router = APIRouter(prefix=PREFIX, tags=["vehicle erasures"])


class PlateToErase(BaseModel):
    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(max_length=128)
    plate: str = Field(
        max_length=100,
        description="As the log has it: a plate, or what was read where that is none.",
        examples=["KA01AB1234"],
    )


class PlateErasureOut(BaseModel):
    """An erasure's report, which does not name the plate."""

    site_id: str
    digest: str = Field(description="Follows from site and plate: the same for the same plate.")
    by: str
    started_at: datetime
    finished_at: datetime | None = Field(description="Null: it was interrupted; ask again, and it goes on.")
    removed: dict[PlateTrace, int] = Field(
        description="How many of what are gone; what there was none of is 0."
    )
    backups_until: datetime | None = Field(description="From then on no backup has a copy.")
    what_is_left: list[str] = Field(description="Where copies may still be and for how long, in words.")

    @classmethod
    def of(cls, erasure: PlateErasure) -> Self:
        return cls(
            site_id=erasure.site_id,
            digest=erasure.digest,
            by=erasure.by,
            started_at=erasure.started_at,
            finished_at=erasure.finished_at,
            removed={kind: erasure.removed.get(kind.value, 0) for kind in PlateTrace},
            backups_until=erasure.backups_end_at,
            what_is_left=explain_what_is_left(erasure),
        )


@router.post("/erasures", responses=CHANGE_PROBLEMS)
def erase_plate(wanted: PlateToErase, services: Wired, caller: Admin) -> PlateErasureOut:
    """Remove all that is kept of a plate at a site: passages, decisions, readings, visits, pictures.

    One that is on a list is refused (409 `still_listed`): remove it there first. Answers 503
    (`erasure_unfinished`) when there was too much to remove at once: ask again, and it goes on.
    """
    return PlateErasureOut.of(services.plate_erasing.erase(wanted.site_id, wanted.plate, by=caller.username))


@router.get("/erasures", dependencies=[requires(Role.ADMIN)], responses=READ_PROBLEMS)
def list_plate_erasures(site_id: SiteId, services: Wired) -> list[PlateErasureOut]:
    """The reports of a site's erasures, newest first."""
    return [PlateErasureOut.of(erasure) for erasure in services.plate_erasing.list_erasures(site_id)]
