"""Who is calling, and what they may do.

API Gateway's authorizer has checked the token's signature, issuer, audience and expiry before the function
runs; what arrives here are its claims. A request without claims never passed the authorizer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from floorsight.platform.errors import Forbidden
from functions.gateway.problems import Unauthenticated


class Role(StrEnum):
    """Cognito groups; each may do what the ones before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


# The group of machines that send frames. It is no role among people: whoever steals a camera's password can
# call the two routes for frames and no other. A machine's user is bound to no camera, though, and each answer
# has the counts of the camera that it named (docs/security.md).
MACHINES = "machine"

_RISING = tuple(Role)
# Only tells the OpenAPI document how to call; the authorizer has read the header already.
_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="The `id_token` of `/api/login`.")


@dataclass(frozen=True)
class Caller:
    """Who is signed in. `role` is a person's highest; None if they are in none of the groups of people."""

    username: str
    role: Role | None
    is_machine: bool = False

    @property
    def roles(self) -> tuple[Role, ...]:
        """All roles that the caller has, rising."""
        return _RISING[: _RISING.index(self.role) + 1] if self.role else ()


def read_caller(request: Request) -> Caller:
    """The caller as the authorizer saw them. Raises Unauthenticated when it saw nobody."""
    context: Mapping[str, Any] = request.scope.get("aws.event", {}).get("requestContext", {})
    claims = context.get("authorizer", {}).get("jwt", {}).get("claims", {})
    username = claims.get("cognito:username") or claims.get("username")
    if not username:
        raise Unauthenticated("sign in first: POST /api/login", code="not_signed_in")
    # HTTP APIs hand the list of groups over as text: `[admin operator]`.
    groups = claims.get("cognito:groups", "").strip("[]").replace(",", " ").split()
    held = [role for role in _RISING if role in groups]
    return Caller(username, held[-1] if held else None, MACHINES in groups)


def requires(role: Role, *, or_machine: bool = False) -> Any:
    """A dependency that lets callers with this role through and gives the route the `Caller`."""

    def check(caller: Caller = Depends(read_caller), _bearer: Any = Depends(_BEARER)) -> Caller:
        if role not in caller.roles and not (or_machine and caller.is_machine):
            raise Forbidden(f"this needs the role {role.value}", code="role_missing")
        return caller

    return Depends(check)
