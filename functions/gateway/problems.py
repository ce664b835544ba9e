"""Errors as problem documents (RFC 9457), all in one table."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from floorsight.platform.errors import (
    Conflict,
    Faulty,
    FloorsightError,
    Forbidden,
    Malformed,
    NotFound,
    Unavailable,
)

_log = logging.getLogger(__name__)


class Unauthenticated(FloorsightError):
    """Nobody is signed in, or not as who they say."""

    code = "not_signed_in"


STATUS_OF: dict[type[FloorsightError], HTTPStatus] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Malformed: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
HEADERS_OF: dict[HTTPStatus, dict[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="floorsight"'},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "2"},
}


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(examples=["start.x"])
    message: str
    code: str | None = Field(default=None, description="Where several things are wrong, each has its own.")


class Problem(BaseModel):
    """A problem document. `code` is stable and meant for programs."""

    type: str = Field(examples=["urn:floorsight:problem:unknown_camera"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["unknown_camera"])
    errors: list[FieldError] | None = Field(default=None, description="With status 422: the fields at fault.")


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


def document(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems."""
    content = {ProblemResponse.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status.value: {"description": status.phrase, "content": content} for status in statuses}


def install_problems(app: FastAPI) -> None:
    """Make the app answer every error with a problem document."""
    app.add_exception_handler(FloorsightError, _answer_ours)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_unexpected)


def _answer_ours(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, FloorsightError)  # noqa: S101 - Starlette's handlers are typed for Exception
    status = next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), None)
    if status is None:
        return _answer_unexpected(_request, error)
    errors = None
    if isinstance(error, Faulty):
        errors = [FieldError(**vars(fault)) for fault in error.faults]
    elif status is HTTPStatus.UNPROCESSABLE_ENTITY:
        errors = [FieldError(field=error.field, message=error.message)] if error.field else []
    return _problem(status, error.code, error.message, errors)


def _answer_invalid(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    errors = [FieldError(field=_field_name(fault), message=fault["msg"]) for fault in error.errors()]
    return _problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid_request",
        "; ".join(f"{each.field}: {each.message}" for each in errors),
        errors,
    )


def _field_name(fault: Mapping[str, Any]) -> str:
    """`("body", "polygon", 2, "x")` is `polygon.2.x`; what ails the body as a whole is `body`."""
    place, *inner = map(str, fault["loc"])
    if fault["type"] == "json_invalid":  # the number is that of a character
        return place
    return ".".join(inner) or place


def _answer_http(_request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    status = HTTPStatus(error.status_code)
    if status is HTTPStatus.BAD_REQUEST:  # FastAPI's answer to a body that it can't even decode
        fault = FieldError(field="body", message="not JSON in UTF-8, or nested too deeply")
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", f"body: {fault.message}", [fault])
    code = "no_such_route" if status is HTTPStatus.NOT_FOUND else status.name.lower()
    detail = f"{_request.method} {_request.url.path}: {status.description or status.phrase}"
    return _problem(status, code, detail, headers=error.headers)


def _answer_unexpected(request: Request, error: Exception) -> ProblemResponse:
    route = f"{request.method} {_template_of(request)}"
    _log.error("unexpected error", exc_info=error, extra={"route": route})
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "This is a fault of ours; the log has the details."
    )


def _template_of(request: Request) -> str:
    """The route's path as it is declared: that of the request may have a plate in it."""
    return getattr(request.scope.get("route"), "path", "?")


def _problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    errors: list[FieldError] | None = None,
    headers: Any = None,
) -> ProblemResponse:
    problem = Problem(
        type=f"urn:floorsight:problem:{code}",
        title=status.phrase,
        status=status.value,
        detail=detail,
        code=code,
        errors=errors,
    )
    return ProblemResponse(
        problem.model_dump(exclude_none=True),
        status_code=status.value,
        headers={**HEADERS_OF.get(status, {}), **(headers or {})},
    )
