"""Takes the wanted files out of an archive, by name: nothing else is written, so no path can escape."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from floorsight.models.sources import SourceFile
from floorsight.models.store import Store
from floorsight.platform.errors import NotFound


def store_from_tar(stream: IO[bytes], files: Iterable[SourceFile], store: Store, archive: str) -> None:
    """Store files of a tar archive (compressed or not), reading it once from front to back.

    Raises:
        NotFound: the archive lacks a file. Conflict: a file has another hash.
    """
    wanted = {file.path: file for file in files}
    with tarfile.open(fileobj=stream, mode="r|*") as tar:
        for member in tar:
            file = wanted.pop(member.name.removeprefix("./"), None)
            content = tar.extractfile(member) if file else None
            if file and content:
                store.add(content, file)
            if not wanted:
                return
    _refuse_missing(wanted, archive)


def store_from_zip(path: Path, files: Iterable[SourceFile], store: Store, archive: str) -> None:
    """Store files of a zip archive; raises as `store_from_tar` does."""
    wanted = {file.path: file for file in files}
    with zipfile.ZipFile(path) as opened:
        for name in wanted.keys() & set(opened.namelist()):
            with opened.open(name) as content:
                store.add(content, wanted.pop(name))
    if wanted:
        _refuse_missing(wanted, archive)


def _refuse_missing(wanted: Iterable[str], archive: str) -> None:
    raise NotFound(f"{archive} has no file {', '.join(sorted(wanted))}", code="no_such_member")
