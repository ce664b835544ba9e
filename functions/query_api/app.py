"""The API as a FastAPI application."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI

from functions.gateway.application import new_application
from functions.gateway.problems import document
from functions.query_api.console import Console
from functions.query_api.routers import (
    alerts,
    baselines,
    cameras,
    counts,
    crossings,
    diagnostics,
    history,
    identity,
    jobs,
    lines,
    pages,
    people_alerts,
    publishers,
    recordings,
    recount,
    reviews,
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
    people_alerts,
    subscriptions,
    jobs,
    recordings,
    recount,
    views,
    publishers,
    diagnostics,
    identity,
    reviews,
)


def create_app(make_services: MakeServices, console: Console) -> FastAPI:
    """The application. `make_services` is asked at each request that needs them: cache what it makes."""
    app = new_application()
    app.state.make_services = make_services
    app.state.console = console
    for room in ROUTERS:
        app.include_router(room.router, prefix="/api", responses=document(HTTPStatus.UNPROCESSABLE_ENTITY))
    app.include_router(pages.router)
    return app
