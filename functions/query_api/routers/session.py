"""Health, signing in, and who one is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from floorsight import __version__
from functions.gateway.access import Caller, Role, requires
from functions.gateway.problems import document
from functions.query_api.services import Wired

router = APIRouter(tags=["session"])
Secret = Annotated[SecretStr, Field(min_length=1, max_length=4096)]


class Health(BaseModel):
    status: str = Field(examples=["ok"])
    stage: str
    version: str


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=128)
    password: Secret
    new_password: Secret | None = Field(
        default=None, description="Replaces a temporary password; needed after `new_password_required`."
    )


class RefreshRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refresh_token: Secret


class RenewedTokens(BaseModel):
    access_token: str
    id_token: str = Field(description="The one to send: `Authorization: Bearer <id_token>`.")
    expires_in_seconds: int


class SessionTokens(RenewedTokens):
    refresh_token: str


class Me(BaseModel):
    username: str
    roles: list[Role] = Field(description="All that the caller may act as, rising.")


@router.get("/health")
def get_health(services: Wired) -> Health:
    """Whether the function runs; asks no other service."""
    return Health(status="ok", stage=services.stage, version=__version__)


@router.post("/login", responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN))
def sign_in(credentials: Credentials, services: Wired) -> SessionTokens:
    """Tokens for a user's password."""
    new = credentials.new_password
    tokens = services.users.sign_in(
        credentials.username, credentials.password.get_secret_value(), new.get_secret_value() if new else None
    )
    return SessionTokens(**vars(tokens))


@router.post("/login/refresh", responses=document(HTTPStatus.UNAUTHORIZED))
def refresh_session(request: RefreshRequest, services: Wired) -> RenewedTokens:
    """New tokens for a refresh token."""
    tokens = services.users.refresh(request.refresh_token.get_secret_value())
    return RenewedTokens(
        access_token=tokens.access_token,
        id_token=tokens.id_token,
        expires_in_seconds=tokens.expires_in_seconds,
    )


@router.get("/me", responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN))
def get_me(caller: Annotated[Caller, requires(Role.VIEWER)]) -> Me:
    """Who is signed in."""
    return Me(username=caller.username, roles=list(caller.roles))
