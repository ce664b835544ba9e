"""Brings an entry of a catalogue into a folder, and checks what lies there."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from floorsight.models.catalogue import Entry, ModelEntry
from floorsight.models.conversion import Converter, converter_of
from floorsight.models.fetching import fetch
from floorsight.models.sources import Archive, SourceFile
from floorsight.models.store import (
    Progress,
    Step,
    Store,
    check_hash,
    check_whole,
    hash_file,
    ignore_progress,
    replace_whole,
)
from floorsight.platform.errors import NotFound


def pull(
    entry: Entry,
    into: Path,
    cache: Path,
    progress: Progress = ignore_progress,
    along: Sequence[Entry] = (),
) -> Path:
    """Make `into/<file name>` the entry's file; what is there or in the cache is not fetched again.

    When its archive has to be fetched, the cache keeps from it what other entries, `along`, will want of it.

    Returns:
        The file's path.

    Raises:
        Conflict: a file (fetched, converted, or already in `into`) is not the one that the catalogue knows.
        NotFound: the source has no such file.
        Unavailable: a client is missing (the message says what to install), or the source did not answer.
    """
    target = into / entry.file_name
    if target.exists():
        verify(entry, into)
        return target
    store = Store(cache)
    missing = [file for file in entry.source.files if not store.has(file)]
    if missing:
        wanted = missing + [file for file in _files_beside(entry, along) if not store.has(file)]
        fetch(entry.source, tuple(dict.fromkeys(wanted)), store, progress)
    if isinstance(entry, ModelEntry) and entry.convert:
        progress(Step(f"Converting {entry.name}"))
        _convert(entry, converter_of(entry.convert), store, target)
    else:
        _copy(entry, store, target)
    return target


def verify(entry: Entry, folder: Path) -> None:
    """Check that `folder` has the entry's file, unchanged.

    Raises:
        NotFound: it is not there. Conflict: it has changed.
    """
    path = folder / entry.file_name
    absent = NotFound(f"{path} is not there: pull {entry.name} first", code="not_pulled")
    check_whole(path, expected=entry.sha256, absent=absent, remedy="pull again")


def _files_beside(entry: Entry, along: Sequence[Entry]) -> list[SourceFile]:
    """Files of other entries that lie in the same archive."""
    if not isinstance(entry.source, Archive):
        return []
    archive = entry.source.model_copy(update={"files": ()})
    return [
        file
        for each in along
        if isinstance(each.source, Archive) and each.source.model_copy(update={"files": ()}) == archive
        for file in each.source.files
    ]


def _copy(entry: Entry, store: Store, target: Path) -> None:
    with store.path(entry.source.files[0]).open("rb") as source, replace_whole(target) as copy:
        shutil.copyfileobj(source, copy)


def _convert(entry: ModelEntry, convert: Converter, store: Store, target: Path) -> None:
    with store.workplace() as folder:
        for file in entry.source.files:  # under the names that the files call each other by
            (folder / file.name).symlink_to(store.path(file))
        made = folder / entry.file_name
        convert(folder / entry.source.files[0].name, made, entry.input_size)
        check_hash(f"the converted {entry.file_name}", found=hash_file(made), expected=entry.sha256)
        with made.open("rb") as source, replace_whole(target) as copy:
            shutil.copyfileobj(source, copy)
