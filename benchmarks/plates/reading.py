"""Reads plates that were found before with one backend; EasyOCR's has an environment of its own.

python -m benchmarks.plates.reading BACKEND FOUND.npz TEXTS.json
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from floorsight.models.plates import PlateModels
from floorsight.platform.settings import DEFAULT_PLATE_DETECTOR, DEFAULT_PLATE_READER, PlateBackend
from floorsight.vision.plates.reader import PlateReader
from floorsight.vision.plates.reading import PlateFound, PlateText
from infra.paths import REPOSITORY

ROUNDS = 30


@dataclass(frozen=True)
class Answers:
    """A text for each plate, and milliseconds of the processor, on one thread, for one plate and for five."""

    texts: list[PlateText]
    one_ms: float
    five_ms: float


def open_reader(backend: PlateBackend) -> PlateReader:
    models = PlateModels(
        DEFAULT_PLATE_DETECTOR,
        DEFAULT_PLATE_READER,
        REPOSITORY / "models.toml",
        REPOSITORY / "models",
        threads=1,
        backend=backend,
    )
    return models.check().open()


def read_all(reader: PlateReader, plates: Sequence[PlateFound]) -> Answers:
    texts = [reader.read([plate])[0] for plate in plates]
    return Answers(texts, _least_ms(reader, plates[:1]), _least_ms(reader, plates[:5]))


def save_plates(path: Path, plates: Sequence[PlateFound]) -> None:
    flats = {f"flat{index}": plate.flat for index, plate in enumerate(plates)}
    between = np.array([np.nan if each.between is None else each.between for each in plates])
    np.savez(path, allow_pickle=False, between=between, **flats)


def load_plates(path: Path) -> Iterator[PlateFound]:
    with np.load(path, allow_pickle=False) as saved:
        for index, between in enumerate(saved["between"].tolist()):
            where = None if np.isnan(between) else between
            yield PlateFound(np.zeros((4, 2), np.float32), 1.0, 0.0, saved[f"flat{index}"], where)


def load_answers(path: Path) -> Answers:
    saved = json.loads(path.read_text())
    texts = [PlateText(text, tuple(confidences)) for text, confidences in saved["texts"]]
    return Answers(texts, saved["one_ms"], saved["five_ms"])


def _least_ms(reader: PlateReader, plates: Sequence[PlateFound]) -> float:
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        reader.read(plates)
        found.append(time.process_time() - begun)
    return min(found) * 1000.0


def main(backend: str, source: Path, target: Path) -> None:
    answers = read_all(open_reader(cast("PlateBackend", backend)), list(load_plates(source)))
    texts = [(each.text, each.confidences) for each in answers.texts]
    target.write_text(json.dumps({"texts": texts, "one_ms": answers.one_ms, "five_ms": answers.five_ms}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
