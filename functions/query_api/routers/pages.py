"""The page and its files."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from floorsight.platform.errors import NotFound
from functions.query_api.console import PAGE, Console
from functions.query_api.services import Wired

router = APIRouter(include_in_schema=False)


@router.get("/")
def get_page(request: Request, services: Wired) -> Response:
    console: Console = request.app.state.console
    return _serve(request, PAGE, {"Content-Security-Policy": console.policy(services.pictures.origin())})


@router.get("/console/{file:path}")
def get_console_file(request: Request, file: str) -> Response:
    return _serve(request, file, {})


def _serve(request: Request, name: str, headers: dict[str, str]) -> Response:
    console: Console = request.app.state.console
    file = console.files.get(name)
    if file is None:
        raise NotFound(f"the page has no file {name}", code="no_such_file")
    # Kept, but asked about each time: names carry no version, so that a deployment shows at once.
    headers |= {"Cache-Control": "no-cache", "ETag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)
