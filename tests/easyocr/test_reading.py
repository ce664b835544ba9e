"""EasyOCR reads plates, photographed and drawn ones: `make test-easyocr`, in an environment of its own."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.plates.judging import count_edits
from floorsight.models.plates import PlateModels
from floorsight.platform.errors import Malformed
from floorsight.platform.settings import DEFAULT_PLATE_DETECTOR, DEFAULT_PLATE_READER
from floorsight.vision.plates import easyocr_reader
from floorsight.vision.plates.easyocr_reader import NAME, EasyOcrLineReader
from floorsight.vision.plates.reader import PlateReader
from infra.paths import REPOSITORY
from tests.fakes.plates import condition_of, country_of, draw_vehicle

pytestmark = pytest.mark.skipif(importlib.util.find_spec("easyocr") is None, reason="run: make test-easyocr")

PHOTOGRAPHS = {"plate-photo-a": "5AU5341", "plate-photo-b": "AD799KB", "plate-photo-c": "KRW301"}


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)  # nothing is downloaded
        return (
            PlateModels(
                DEFAULT_PLATE_DETECTOR,
                DEFAULT_PLATE_READER,
                REPOSITORY / "models.toml",
                REPOSITORY / "models",
                backend="easyocr",
            )
            .check()
            .open()
        )


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("something was looked for in the network")


def test_it_says_who_reads(reader: PlateReader) -> None:
    assert reader.name == NAME


def test_a_generated_plate_is_read(reader: PlateReader) -> None:
    drawn = [draw_vehicle(country_of("UK"), condition_of("clear"), seed) for seed in range(5)]
    texts = [reader.read(reader.find(each.picture)[:1])[0] for each in drawn]
    assert sum(read.text == each.text for read, each in zip(texts, drawn, strict=True)) >= 2
    for read in texts:
        assert len(read.confidences) == len(read.text)
        assert all(0.0 < sure <= 1.0 for sure in read.confidences)


def test_photographs_are_read(reader: PlateReader) -> None:
    """What it makes of them is measured by `python -m benchmarks.plates`; here, that it reads at all."""
    found = {}
    for name in PHOTOGRAPHS:
        picture = cv2.imread(str(REPOSITORY / ".floorsight" / "media" / f"{name}.png"))[:, :, ::-1]
        found[name] = reader.read(reader.find(np.ascontiguousarray(picture, np.uint8))[:1])[0].text
    assert min(count_edits(found[name], text) for name, text in PHOTOGRAPHS.items()) == 0, found


def test_two_lines_are_one_text(reader: PlateReader) -> None:
    drawn = draw_vehicle(country_of("IN, two lines"), condition_of("clear"), 1)
    plate = reader.find(drawn.picture)[0]
    assert plate.between is not None
    assert count_edits(reader.read([plate])[0].text, drawn.text) <= 3


def test_no_lines_are_no_texts(reader: PlateReader) -> None:
    assert reader.read([]) == []


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch, easyocr, _ = easyocr_reader._import_packages()
    (tmp_path / "english_g2.pth").write_bytes(b"other weights")
    monkeypatch.setattr(easyocr_reader, "_import_packages", lambda: (torch, easyocr, tmp_path))
    with pytest.raises(Malformed, match="can't use the weights"):
        EasyOcrLineReader()
