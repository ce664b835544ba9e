"""What a site wants to be told of its employees."""

from __future__ import annotations

from datetime import time
from http import HTTPStatus
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from floorsight.alerts.people.model import PeoplePolicy
from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.routers.limits import ReadRevision
from functions.query_api.routers.sites import SiteId
from functions.query_api.services import Wired

router = APIRouter(prefix="/sites/{site_id}/people-alerts", tags=["subscriptions"])
READ_PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
CHANGE_PROBLEMS = READ_PROBLEMS | document(HTTPStatus.CONFLICT)


class PeopleAlertFields(BaseModel):
    """What is left out takes its default: send all fields of the form."""

    model_config = ConfigDict(extra="forbid")

    outside_hours: bool = Field(
        default=False, description="Alert when an attendance camera sees an employee who has no shift then."
    )
    digest_at: str | None = Field(
        default=None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="Local time of day of HR's digest of missing punches; null for none.",
        examples=["08:00"],
    )


class PeopleAlertChange(PeopleAlertFields):
    revision: ReadRevision

    def to_policy(self, site_id: str) -> PeoplePolicy:
        at = time.fromisoformat(self.digest_at) if self.digest_at else None
        return PeoplePolicy(site_id, self.outside_hours, at, self.revision)


class PeopleAlertsOut(PeopleAlertFields):
    site_id: str
    revision: int = Field(description="0 as long as nobody has asked for anything.")

    @classmethod
    def of(cls, policy: PeoplePolicy) -> Self:
        at = f"{policy.digest_at:%H:%M}" if policy.digest_at else None
        return cls(**vars(policy) | {"digest_at": at})


@router.get("", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_people_alerts(site_id: SiteId, services: Wired) -> PeopleAlertsOut:
    """What the site wants to be told of its employees; nothing where nobody asked.

    Unknown people in restricted zones are told anyway.
    """
    return PeopleAlertsOut.of(services.subscriptions.people.get_policy(site_id))


@router.put("", dependencies=[requires(Role.OPERATOR)], responses=CHANGE_PROBLEMS)
def update_people_alerts(site_id: SiteId, change: PeopleAlertChange, services: Wired) -> PeopleAlertsOut:
    """Change it. Only subscriptions that are `about` these kinds are told."""
    return PeopleAlertsOut.of(services.subscriptions.people.update_policy(change.to_policy(site_id)))
