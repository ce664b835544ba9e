"""What gates decided, on which evidence, and what guards did instead."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from floorsight.events.vehicles import OverrideAction, Verdict
from floorsight.vehicles.gate.listing import LogFilter
from floorsight.vehicles.gate.log import Slice
from floorsight.vehicles.gate.model import MAX_REASON_LENGTH, GateDecision
from floorsight.vehicles.plates import clean
from functions.gateway.access import Role, requires
from functions.gateway.moments import Moment, check_range
from functions.gateway.problems import document
from functions.query_api.csv_files import Cell, answer_csv
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.diagnostics import Form
from functions.query_api.routers.gate_fields import GateDecisionOut, GateEvidenceOut
from functions.query_api.routers.vehicle_fields import (
    CSV_ANSWER,
    PREFIX,
    READ_PROBLEMS,
    GateQuery,
    Operator,
    PlateQuery,
    SiteId,
    collect_rows,
)
from functions.query_api.services import Services, Wired

router = APIRouter(prefix=PREFIX, tags=["gate log"])
DecisionId = Annotated[str, Path(max_length=64)]
EVIDENCE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.SERVICE_UNAVAILABLE)
OVERRIDE_PROBLEMS = EVIDENCE_PROBLEMS | document(HTTPStatus.CONFLICT)
COLUMNS = (
    *("first_seen_at", "last_seen_at", "gate_id", "lane", "direction", "vehicle_type", "plate", "text"),
    *("confidence", "verdict", "explanation", "alarms", "admitted", "override", "override_reason"),
    *("override_by", "override_holds", "policy_version", "vehicle_id", "decision_id"),
)


class NewOverride(BaseModel):
    model_config = ConfigDict(extra="forbid")

    action: OverrideAction
    reason: str = Field(
        min_length=1, max_length=MAX_REASON_LENGTH, examples=["delivery for hall 3, checked by phone"]
    )
    revision: int | None = Field(
        default=None,
        ge=1,
        description="Of the decision as it was shown: another one since is not overridden.",
    )
    known_overrides: int = Field(
        default=0,
        ge=0,
        description="How many `overrides` it had as it was shown: the last of them is corrected. What "
        "somebody else has done since is not.",
    )


@router.get(
    "/logs",
    dependencies=[requires(Role.VIEWER)],
    response_model=Listing[GateDecisionOut],
    responses=READ_PROBLEMS | CSV_ANSWER,
)
def list_gate_decisions(
    site_id: SiteId,
    page: RequestedPage,
    services: Wired,
    gate_id: GateQuery = None,
    plate: PlateQuery = None,
    decision: Annotated[Verdict | None, Query(description="What the gate decided.")] = None,
    alarm: Annotated[bool | None, Query(description="Whether security was told.")] = None,
    overridden: Annotated[bool | None, Query(description="Whether a guard did something.")] = None,
    start: Annotated[Moment | None, Query(alias="from", description="By when it was seen first.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Not included.")] = None,
    form: Annotated[Form, Query(alias="format", description="csv answers the whole range.")] = Form.JSON,
) -> Listing[GateDecisionOut] | Response:
    """A site's passages and what was decided, newest first. A page may be short and yet not the last."""
    check_range(start, end)
    wanted = LogFilter(clean(plate) if plate else None, gate_id, decision, alarm, overridden)
    if form is Form.CSV:
        return _answer_csv(services, site_id, wanted, start, end)
    part = Slice(start, end, page.limit, page.start_key)
    found = services.gate_lists.list_decisions(site_id, wanted, part)
    items = [GateDecisionOut.of(decided, services.pictures.link) for decided in found.items]
    return Listing(items=items, next_cursor=encode_cursor(found.next_key))


@router.get("/decisions/{decision_id}", dependencies=[requires(Role.VIEWER)], responses=EVIDENCE_PROBLEMS)
def get_gate_decision(decision_id: DecisionId, services: Wired) -> GateEvidenceOut:
    """A decision with every reading of its passage, what was decided on each, and links to pictures.

    All is of one moment; while something new comes each time that it is read, it is unavailable.
    """
    return GateEvidenceOut.of_evidence(services.gate_lists.get_evidence(decision_id), services.pictures.link)


@router.post("/decisions/{decision_id}/override", responses=OVERRIDE_PROBLEMS)
def override_gate_decision(
    decision_id: DecisionId, new: NewOverride, services: Wired, caller: Operator
) -> GateDecisionOut:
    """Open or refuse, whatever the gate decided. What was decided and done before stays beside it.

    Once a passage, once more after a graver alarm, and, knowing of it, to correct what a guard did.
    """
    done = services.gate_overrides.override(
        decision_id,
        new.action,
        new.reason,
        by=caller.username,
        revision=new.revision,
        known=new.known_overrides,
    )
    return GateDecisionOut.of(done, services.pictures.link)


def _answer_csv(
    services: Services, site_id: str, wanted: LogFilter, start: datetime | None, end: datetime | None
) -> Response:
    zone = ZoneInfo(services.sites.get_site(site_id, with_deleted=True).time_zone)
    found = collect_rows(
        lambda limit, key: services.gate_lists.list_decisions(site_id, wanted, Slice(start, end, limit, key))
    )
    return answer_csv(f"gate_log_{site_id}", COLUMNS, (_row(decided, zone) for decided in found))


def _row(decided: GateDecision, zone: ZoneInfo) -> list[Cell]:
    passage, seen, decision = decided.passage, decided.seen, decided.decision
    override = decided.overrides[-1] if decided.overrides else None
    return [
        passage.first_seen.astimezone(zone).isoformat(),
        passage.last_seen.astimezone(zone).isoformat(),
        passage.gate_id,
        seen.lane,
        passage.direction.value if passage.direction else "",
        seen.vehicle_type,
        decision.plate or "",
        seen.text or "",
        seen.confidence,
        decision.verdict.value,
        decision.explanation,
        " ".join(sorted(decided.alarms)),
        decided.admits,
        override.action.value if override else "",
        override.reason if override else "",
        override.by if override else "",
        decided.override is not None if override else "",
        decision.policy_version,
        decision.vehicle_id or "",
        decided.decision_id,
    ]
