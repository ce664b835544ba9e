"""The plate models by their names in the model catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from floorsight.models.catalogue import Task, load_entry
from floorsight.models.checking import check_file
from floorsight.platform.errors import FloorsightError, Unavailable
from floorsight.platform.settings import DEFAULT_PLATE_TEXT_DETECTOR, PlateBackend
from floorsight.vision.plates.detector import PlateDetector
from floorsight.vision.plates.easyocr_reader import EasyOcrLineReader, import_easyocr
from floorsight.vision.plates.finder import PlateFinder
from floorsight.vision.plates.ocr import LineReader, ReadsLines
from floorsight.vision.plates.reader import PlateReader
from floorsight.vision.plates.text_detector import TextDetector


def open_plate_reader(
    detector: str,
    reader: str,
    *,
    catalogue: Path,
    folder: Path,
    threads: int = 0,
    text_detector: str = DEFAULT_PLATE_TEXT_DETECTOR,
    backend: PlateBackend = "onnx",
) -> PlateReader:
    """Load the models that find and read plates. `threads` 0 means one for each core that may be used.

    The backend `easyocr` reads with weights of its own, and `reader` is not used.

    Raises:
        NotFound: the catalogue has no such model, or the folder has no such file.
        Malformed: one of them is for something else, or is no such model.
        Unavailable: the backend is not installed.
    """
    finder = load_entry(catalogue, detector, "plate-detector")
    text = load_entry(catalogue, text_detector, "text-detector")
    lines = _open_lines(backend, reader, catalogue, folder, threads)
    return PlateReader(
        PlateFinder(
            PlateDetector(folder / finder.file_name, side=finder.input_size, threads=threads),
            TextDetector(folder / text.file_name, threads=threads),
            text_side=text.input_size,
        ),
        lines,
    )


@dataclass(frozen=True)
class PlateModels:
    """The plate models of one process, which are loaded when somebody first asks for plates."""

    detector: str
    reader: str
    catalogue: Path
    folder: Path
    threads: int = 0
    text_detector: str = DEFAULT_PLATE_TEXT_DETECTOR
    backend: PlateBackend = "onnx"

    def check(self) -> PlateModels:
        """These, if their files are those of the catalogue: who starts should know then, not when a camera
        asks.

        Raises:
            NotFound, Malformed, Unavailable: as `open_plate_reader`. Conflict: a file is damaged or another.
        """
        wanted: list[tuple[str, Task]] = [
            (self.detector, "plate-detector"),
            (self.text_detector, "text-detector"),
        ]
        if self.backend == "onnx":
            wanted.append((self.reader, "plate-reader"))
        else:
            import_easyocr()
        for name, task in wanted:
            check_file(load_entry(self.catalogue, name, task), self.folder)
        return self

    def open(self) -> PlateReader:
        """What reads plates, the same each time.

        Raises Unavailable when it can't be loaded: that is no fault of the picture that shows the vehicle.
        """
        return self._reader

    @cached_property
    def _reader(self) -> PlateReader:
        try:
            return open_plate_reader(
                self.detector,
                self.reader,
                catalogue=self.catalogue,
                folder=self.folder,
                threads=self.threads,
                text_detector=self.text_detector,
                backend=self.backend,
            )
        except FloorsightError as error:
            raise Unavailable(f"no plates can be read here: {error.message}", code=error.code) from error


def _open_lines(
    backend: PlateBackend, reader: str, catalogue: Path, folder: Path, threads: int
) -> ReadsLines:
    if backend == "easyocr":
        return EasyOcrLineReader(threads=threads)
    entry = load_entry(catalogue, reader, "plate-reader")
    return LineReader(folder / entry.file_name, name=entry.name, height=entry.input_size, threads=threads)
