"""Alerts: what is wrong, what was, and what people did about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from floorsight.alerts.model import (
    MAX_NOTE_LENGTH,
    MAX_SNOOZE,
    Alert,
    AlertKind,
    AlertState,
    Delivery,
    Severity,
    Step,
    StepName,
)
from floorsight.alerts.notifications import describe, level_of
from floorsight.occupancy.series.model import SubjectKind
from functions.gateway.access import Caller, Role, requires
from functions.gateway.moments import Moment, check_range
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.services import Wired

router = APIRouter(prefix="/occupancy/alerts", tags=["alerts"])
AlertId = Annotated[str, Path(max_length=200)]
Operator = Annotated[Caller, requires(Role.OPERATOR)]
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)


class StepOut(BaseModel):
    """Something that happened to an alert and that subscribers are told of."""

    name: StepName
    at: datetime
    severity: Severity
    text: str
    numbers: Mapping[str, int | float] = Field(description="What was measured, and against what.")
    delivery: Delivery = Field(
        description="`withheld`: it was snoozed, and over before anybody was to hear of it."
    )
    sent_at: datetime | None

    @classmethod
    def of(cls, step: Step) -> Self:
        return cls.model_validate(step, from_attributes=True)


class AlertOut(BaseModel):
    alert_id: str
    site_id: str
    kind: AlertKind
    level: str | None = Field(description="Of a capacity alert: `warning` or `exceeded`; else null.")
    title: str = Field(examples=["Capacity exceeded"])
    subject_kind: SubjectKind
    subject_id: str
    subject_name: str
    state: AlertState
    severity: Severity = Field(description="The worst that it was.")
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    snoozed_until: datetime | None = Field(description="Nothing is sent before.")
    snoozed_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None = Field(description="`floorsight` when the condition was over.")
    note: str | None
    steps: list[StepOut] = Field(description="What happened, in order.")

    @classmethod
    def of(cls, alert: Alert) -> Self:
        concern = alert.concern
        return cls(
            **{name: getattr(alert, name) for name in cls.model_fields if hasattr(alert, name)}
            | {"steps": [StepOut.of(step) for step in alert.steps]},
            site_id=concern.site_id,
            kind=concern.kind,
            subject_kind=concern.subject_kind,
            subject_id=concern.subject_id,
            level=level_of(concern.kind, alert.severity),
            title=describe(concern.kind, alert.severity),
        )


class Resolution(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: str = Field(
        default="",
        max_length=MAX_NOTE_LENGTH,
        description="What it was.",
        examples=["a school class; counted by hand"],
    )


class Snooze(BaseModel):
    model_config = ConfigDict(extra="forbid")

    until: Moment = Field(description=f"Later than now, by at most {MAX_SNOOZE.days} days.")


@router.get("", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_alerts(
    site_id: Annotated[str, Query(max_length=128)],
    page: RequestedPage,
    services: Wired,
    state: Annotated[
        list[AlertState] | None, Query(description="One or several; all when it is left out.")
    ] = None,
    begin: Annotated[Moment | None, Query(alias="from", description="Raised then or later.")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Raised before.")] = None,
) -> Listing[AlertOut]:
    """A site's alerts, newest first."""
    check_range(begin, end)
    found = services.alerts.list_alerts(
        site_id,
        limit=page.limit,
        states=state or tuple(AlertState),
        begin=begin,
        end=end,
        start_key=page.start_key,
    )
    return Listing(items=found.map(AlertOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.get("/{alert_id}", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_alert(alert_id: AlertId, services: Wired) -> AlertOut:
    """An alert."""
    return AlertOut.of(services.alerts.get_alert(alert_id))


@router.post("/{alert_id}/acknowledge", responses=CHANGE_PROBLEMS)
def acknowledge_alert(alert_id: AlertId, services: Wired, caller: Operator) -> AlertOut:
    """Say that you take care of it."""
    return AlertOut.of(services.alerts.acknowledge(alert_id, by=caller.username))


@router.post("/{alert_id}/resolve", responses=CHANGE_PROBLEMS)
def resolve_alert(alert_id: AlertId, resolution: Resolution, services: Wired, caller: Operator) -> AlertOut:
    """End it. Its condition raises no other alert before it was over, unless it gets worse."""
    return AlertOut.of(services.alerts.resolve(alert_id, by=caller.username, note=resolution.note))


@router.post("/{alert_id}/snooze", responses=CHANGE_PROBLEMS)
def snooze_alert(alert_id: AlertId, snooze: Snooze, services: Wired, caller: Operator) -> AlertOut:
    """Hear no more of it for a while; if it still holds then, it is told again."""
    return AlertOut.of(services.alerts.snooze(alert_id, until=snooze.until, by=caller.username))
