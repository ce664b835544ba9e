"""The routes that take images, as a FastAPI application."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI

from functions.analyse_image import enrolment, frames, plates
from functions.analyse_image.services import MakeServices
from functions.gateway.application import new_application
from functions.gateway.problems import document


def create_app(make_services: MakeServices) -> FastAPI:
    """The application. `make_services` is asked at each request that needs them: cache what it makes."""
    app = new_application()
    app.state.make_services = make_services
    for room in (frames, enrolment, plates):
        app.include_router(room.router, prefix="/api", responses=document(HTTPStatus.UNPROCESSABLE_ENTITY))
    return app
