"""The API as a FastAPI application."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from floorsight import __version__
from functions.gateway.headers import SecurityHeaders
from functions.gateway.problems import Problem, document, install_problems
from functions.query_api.console import Console
from functions.query_api.routers import (
    alerts,
    baselines,
    cameras,
    counts,
    crossings,
    history,
    jobs,
    lines,
    pages,
    recount,
    session,
    sites,
    statistics,
    subscriptions,
    views,
    zones,
)
from functions.query_api.services import MakeServices

ROUTERS = (
    session,
    sites,
    cameras,
    lines,
    zones,
    counts,
    baselines,
    crossings,
    history,
    statistics,
    alerts,
    subscriptions,
    jobs,
    recount,
    views,
)


def create_app(make_services: MakeServices, console: Console) -> FastAPI:
    """The application. `make_services` is asked at each request that needs them: cache what it makes."""
    app = FastAPI(
        title="Floorsight",
        version=__version__,
        description="Exact people counts from factory cameras.",
        # The document lies in the repository (docs/openapi.json); a deployment shows it to nobody.
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.make_services = make_services
    app.state.console = console
    install_problems(app)
    for room in ROUTERS:
        app.include_router(room.router, prefix="/api", responses=document(HTTPStatus.UNPROCESSABLE_ENTITY))
    app.include_router(pages.router)
    app.add_middleware(SecurityHeaders)
    return app


def describe_api(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document."""
    described = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = described["components"]["schemas"]
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which never leave this API
        schemas.pop(unused, None)
    return described


def _operation_id(route: APIRoute) -> str:
    return route.name
