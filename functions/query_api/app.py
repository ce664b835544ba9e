"""The API as a FastAPI application."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI

from functions.gateway.application import new_application
from functions.gateway.problems import document
from functions.query_api.console import Console
from functions.query_api.routers import (
    alerts,
    attendance,
    baselines,
    cameras,
    counts,
    crossings,
    diagnostics,
    employees,
    erasures,
    faces,
    gate_log,
    gate_visits,
    history,
    holidays,
    identity,
    jobs,
    lines,
    pages,
    payroll,
    people_alerts,
    publishers,
    punches,
    recordings,
    recount,
    reviews,
    rosters,
    session,
    shifts,
    sites,
    statistics,
    subscriptions,
    trying,
    vehicle_erasures,
    vehicle_files,
    vehicle_lists,
    vehicle_policy,
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
    employees,
    faces,
    erasures,
    identity,
    reviews,
    shifts,
    rosters,
    holidays,
    punches,
    payroll,
    trying,
    attendance,
    vehicle_erasures,
    vehicle_files,  # before the lists, whose `{vehicle_id}` would take its paths
    vehicle_lists,
    vehicle_policy,
    gate_log,
    gate_visits,
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
