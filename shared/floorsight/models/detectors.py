"""Detectors by their name in the model catalogue."""

from __future__ import annotations

from pathlib import Path

from floorsight.models.catalogue import load_entry
from floorsight.vision.detector import Contract, Detector


def open_detector(name: str, *, catalogue: Path, folder: Path, threads: int = 0) -> Detector:
    """Load a detector. `threads` 0 means one for each core that this process may use.

    Raises:
        NotFound: the catalogue has no such model, or the folder has no such file.
        Malformed: it is no detector, or not of the contract that the catalogue says.
    """
    entry = load_entry(catalogue, name, "detector")
    return Detector(
        folder / entry.file_name,
        contract=Contract(entry.contract),
        input_size=entry.input_size,
        threads=threads,
    )
