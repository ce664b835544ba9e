"""One file over HTTPS; a redirect to anything else is refused."""

from __future__ import annotations

from urllib import request
from urllib.error import HTTPError, URLError

from floorsight.models.sources import HttpsSource, SourceFile
from floorsight.models.store import Progress, Step, Store
from floorsight.platform.errors import NotFound, Unavailable

TIMEOUT_S = 30


def fetch_https(source: HttpsSource, files: tuple[SourceFile, ...], store: Store, progress: Progress) -> None:
    """Store the file behind a URL; raises as `fetching.fetch` does."""
    (file,) = files
    action = f"Downloading {file.name}"
    progress(Step(action))
    try:
        with _https_only().open(source.url, timeout=TIMEOUT_S) as answer:
            length = answer.headers.get("Content-Length")
            total_bytes = int(length) if length else None
            store.add(answer, file, lambda done_bytes: progress(Step(action, done_bytes, total_bytes)))
    except HTTPError as error:
        kind = NotFound if error.code in (404, 410) else Unavailable
        raise kind(f"{source.url} answered {error.code} {error.reason}", code="fetch_failed") from error
    except (URLError, TimeoutError, ConnectionError) as error:
        raise Unavailable(f"could not get {source.url}: {error}", code="fetch_failed") from error


def _https_only() -> request.OpenerDirector:
    """An opener that knows no other scheme: the usual one would follow a redirect to http."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPSHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
