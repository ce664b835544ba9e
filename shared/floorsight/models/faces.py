"""The face models by their names in the model catalogue."""

from __future__ import annotations

from pathlib import Path

from floorsight.models.catalogue import check_task, load_catalogue
from floorsight.vision.faces.detector import FaceDetector
from floorsight.vision.faces.embedder import FaceEmbedder
from floorsight.vision.faces.reading import FaceReader


def open_face_reader(
    detector: str, embedder: str, *, catalogue: Path, folder: Path, threads: int = 0
) -> FaceReader:
    """Load the models that find and embed faces. `threads` 0 means one for each core that may be used.

    Raises:
        NotFound: the catalogue has no such model, or the folder has no such file.
        Malformed: one of them is for something else, or is no such model.
    """
    entries = load_catalogue(catalogue)
    finder = check_task(entries.entry(detector), "face-detector")
    maker = check_task(entries.entry(embedder), "face-embedder")
    return FaceReader(
        FaceDetector(folder / finder.file_name, threads=threads),
        FaceEmbedder(folder / maker.file_name, name=maker.name, threads=threads),
        still_side=finder.input_size,
    )
