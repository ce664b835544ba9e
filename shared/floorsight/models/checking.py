"""Whether a model's file is the one that the catalogue knows."""

from __future__ import annotations

from pathlib import Path

from floorsight.models.catalogue import ModelEntry
from floorsight.models.store import check_whole
from floorsight.platform.errors import NotFound


def check_file(entry: ModelEntry, folder: Path) -> None:
    """Check that a folder has a model's file, whole.

    Raises:
        NotFound: it is not there. Conflict: it is damaged, or another file.
    """
    path = folder / entry.file_name
    fetch = f"floorsight models pull {entry.name}"
    absent = NotFound(f"no model at {path}; fetch it with: {fetch}", code="model_missing")
    check_whole(path, expected=entry.sha256, absent=absent, remedy=f"fetch it with: {fetch}")
