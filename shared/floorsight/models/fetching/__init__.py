"""Fetching source files into the store, each kind of source by its own means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from floorsight.models.fetching.debian import fetch_debian
from floorsight.models.fetching.https import fetch_https
from floorsight.models.fetching.local_file import fetch_file
from floorsight.models.fetching.npm import fetch_npm
from floorsight.models.fetching.pypi import fetch_pypi
from floorsight.models.fetching.s3 import fetch_s3
from floorsight.models.sources import Source, SourceFile
from floorsight.models.store import Progress, Store

_FETCHERS: dict[str, Callable[[Any, tuple[SourceFile, ...], Store, Progress], None]] = {
    "npm": fetch_npm,
    "pypi": fetch_pypi,
    "debian": fetch_debian,
    "https": fetch_https,
    "s3": fetch_s3,
    "file": fetch_file,
}


def fetch(source: Source, files: tuple[SourceFile, ...], store: Store, progress: Progress) -> None:
    """Bring `files`, some or all of the source's, into the store, verified.

    Raises:
        NotFound: the source has no such file. Conflict: a file is not the one that the catalogue knows.
        Unavailable: a client is missing, or the place did not answer.
    """
    _FETCHERS[source.kind](source, files, store, progress)
