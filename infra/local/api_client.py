"""The query API over HTTP, as any client sees it."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from floorsight.platform.errors import Conflict, FloorsightError, Forbidden, Malformed, NotFound, Unavailable

# On AWS the gateway gives up after 30; on one small machine all processes start at once and share its cores.
PATIENCE_SECONDS = 90.0
_ERRORS: dict[int, type[FloorsightError]] = {
    400: Malformed,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Malformed,
}


class ApiClient:
    """A signed-in session. A context manager. Every call raises FloorsightError by the problem's kind."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._http = httpx.Client(timeout=PATIENCE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def sign_in(self, username: str, password: str) -> None:
        """Use this user from now on."""
        tokens = self.post("/api/login", {"username": username, "password": password})
        self._http.headers["Authorization"] = f"Bearer {tokens['id_token']}"

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("POST", path, json=body)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PUT", path, json=body)

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        try:
            answer = self._http.request(method, self._base + path, **arguments)
        except httpx.TransportError as error:
            raise Unavailable(f"{self._base} does not answer: {error}") from error
        if answer.is_success:
            return answer.json()
        raise _error_of(answer)


def _error_of(answer: httpx.Response) -> FloorsightError:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    message = problem.get("detail") or f"{answer.request.method} {answer.url}: HTTP {answer.status_code}"
    return _ERRORS.get(answer.status_code, Unavailable)(message, code=problem.get("code"))
