"""A file of this machine: a model of the user's own."""

from __future__ import annotations

from floorsight.models.sources import FileSource, SourceFile
from floorsight.models.store import Progress, Step, Store
from floorsight.platform.errors import NotFound


def fetch_file(source: FileSource, files: tuple[SourceFile, ...], store: Store, progress: Progress) -> None:
    """Store a local file; raises as `fetching.fetch` does."""
    (file,) = files
    action = f"Copying {source.path}"
    progress(Step(action))
    try:
        with source.path.open("rb") as stream:
            store.add(stream, file, lambda done_bytes: progress(Step(action, done_bytes)))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise NotFound(f"there is no file {source.path}", code="no_such_file") from error
