"""The face models by their names in the model catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from floorsight.models.catalogue import Task, load_entry
from floorsight.models.checking import check_file
from floorsight.platform.errors import FloorsightError, Unavailable
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
    finder = load_entry(catalogue, detector, "face-detector")
    maker = load_entry(catalogue, embedder, "face-embedder")
    return FaceReader(
        FaceDetector(folder / finder.file_name, threads=threads),
        FaceEmbedder(folder / maker.file_name, name=maker.name, threads=threads),
        still_side=finder.input_size,
    )


@dataclass(frozen=True)
class FaceModels:
    """The face models of one process, which are loaded when somebody first asks for faces."""

    detector: str
    embedder: str
    catalogue: Path
    folder: Path
    threads: int = 0

    def check(self) -> FaceModels:
        """These, if their files are those of the catalogue: who starts should know then, not when a camera
        asks.

        Raises:
            NotFound, Malformed: as `open_face_reader`. Conflict: a file is damaged or another.
        """
        wanted: tuple[tuple[str, Task], ...] = (
            (self.detector, "face-detector"),
            (self.embedder, "face-embedder"),
        )
        for name, task in wanted:
            check_file(load_entry(self.catalogue, name, task), self.folder)
        return self

    def open(self) -> FaceReader:
        """What reads faces, the same each time.

        Raises Unavailable when it can't be loaded: that is no fault of the picture that shows the face.
        """
        return self._reader

    @cached_property
    def _reader(self) -> FaceReader:
        try:
            return open_face_reader(
                self.detector,
                self.embedder,
                catalogue=self.catalogue,
                folder=self.folder,
                threads=self.threads,
            )
        except FloorsightError as error:
            raise Unavailable(f"no faces can be read here: {error.message}", code=error.code) from error
