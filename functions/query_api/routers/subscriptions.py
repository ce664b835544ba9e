"""Who is told of a site's alerts."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from floorsight.alerts.model import Severity
from floorsight.alerts.subscriptions.model import About, Protocol, Subscription
from floorsight.platform.topics import SubscriptionState
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.sites import SiteId
from functions.query_api.services import Wired

router = APIRouter(prefix="/sites/{site_id}/subscriptions", tags=["subscriptions"])
Operator = Annotated[Caller, requires(Role.OPERATOR)]
PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class NewSubscription(BaseModel):
    model_config = ConfigDict(extra="forbid")

    protocol: Protocol
    endpoint: str = Field(
        description="A mail address, a telephone number in E.164 form, an https address, or the ARN of a "
        "queue that lets the topic send to it.",
        examples=["security@example.com"],
    )
    min_severity: Severity = Field(
        default=Severity.WARNING, description="Told of alerts from this severity on, and of their end."
    )
    about: list[About] = Field(
        default=[About.SECURITY],
        min_length=1,
        description="`security`: all alerts but those about single employees. Those are told only to whoever "
        "asks for them, of any severity: `outside_hours`, and HR's digest `missing_punches`.",
    )


class SubscriptionOut(BaseModel):
    subscription_id: str = Field(description="Follows from protocol and endpoint.")
    site_id: str
    protocol: Protocol
    endpoint: str
    min_severity: Severity
    about: list[About]
    state: SubscriptionState = Field(
        description="`pending`: the owner of the address has not confirmed it yet. `lapsed`: never confirmed "
        "or ended by its owner; make it again."
    )
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, subscription: Subscription, state: SubscriptionState) -> Self:
        fields = {name: value for name, value in vars(subscription).items() if name in cls.model_fields}
        return cls(**fields, state=state)


@router.post("", status_code=HTTPStatus.CREATED, responses=PROBLEMS | document(HTTPStatus.CONFLICT))
def create_subscription(
    site_id: SiteId, new: NewSubscription, services: Wired, caller: Operator
) -> SubscriptionOut:
    """Tell an address of a site's alerts; again changes what of. Its owner is asked to confirm."""
    made = services.subscriptions.subscribe(site_id, **dict(new), by=caller.username)
    return SubscriptionOut.of(made, services.subscriptions.find_state(made))


@router.get("", dependencies=[requires(Role.OPERATOR)], responses=PROBLEMS)
def list_subscriptions(site_id: SiteId, page: RequestedPage, services: Wired) -> Listing[SubscriptionOut]:
    """Who is told of a site's alerts."""
    found = services.subscriptions.list_subscriptions(site_id, limit=page.limit, start_key=page.start_key)
    return Listing(
        items=[SubscriptionOut.of(*each) for each in found.items], next_cursor=encode_cursor(found.next_key)
    )


@router.delete(
    "/{subscription_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[requires(Role.OPERATOR)],
    responses=PROBLEMS,
)
def delete_subscription(
    site_id: SiteId, subscription_id: Annotated[str, Path(max_length=128)], services: Wired
) -> None:
    """Tell an address no more of this site."""
    services.subscriptions.unsubscribe(site_id, subscription_id)
