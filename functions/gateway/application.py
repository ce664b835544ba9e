"""The FastAPI applications behind the gateway: what is the same in all of them, and their one document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from floorsight import __version__
from functions.gateway.headers import SecurityHeaders
from functions.gateway.problems import Problem, install_problems

TITLE = "Floorsight"
DESCRIPTION = "Exact people counts from factory cameras."
# What Mangum hands to the gateway as it is; all else goes as base64.
TEXT_TYPES = ["text/", "application/json", "application/problem+json"]


def new_application() -> FastAPI:
    """An application that answers errors with problem documents; its routes are the caller's."""
    app = FastAPI(
        title=TITLE,
        version=__version__,
        description=DESCRIPTION,
        # The document lies in the repository (docs/openapi.json); a deployment shows it to nobody.
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    install_problems(app)
    app.add_middleware(SecurityHeaders)
    return app


def describe_api(*apps: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of these applications together: which function answers is no caller's business."""
    routes = [route for app in apps for route in app.routes]
    described = get_openapi(title=TITLE, version=__version__, description=DESCRIPTION, routes=routes)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = described["components"]["schemas"]
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which never leave this API
        schemas.pop(unused, None)
    return described


def _operation_id(route: APIRoute) -> str:
    return route.name
