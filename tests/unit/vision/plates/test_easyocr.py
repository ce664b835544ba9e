"""What is EasyOCR's alone is asked for when it is wanted; `make test-easyocr` reads with it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from floorsight.models.plates import PlateModels
from floorsight.platform.errors import Unavailable
from floorsight.platform.settings import DEFAULT_PLATE_DETECTOR, DEFAULT_PLATE_READER
from floorsight.vision.plates import easyocr_reader
from floorsight.vision.plates.easyocr_reader import EasyOcrLineReader, fill_grey_lines, spread_contrast
from infra.paths import REPOSITORY

without_easyocr = pytest.mark.skipif(
    importlib.util.find_spec("easyocr") is not None, reason="EasyOCR is installed in this environment"
)


@without_easyocr
def test_without_easyocr_it_says_what_to_do() -> None:
    with pytest.raises(
        Unavailable, match=r"pip install --require-hashes -r requirements/easyocr\.lock"
    ) as caught:
        EasyOcrLineReader()
    assert caught.value.code == "missing_extra"
    assert "easyocr_en_models" in caught.value.message
    assert (REPOSITORY / "requirements" / "easyocr.lock").is_file()


@without_easyocr
def test_whoever_starts_with_that_backend_knows_at_once(tmp_path: Path) -> None:
    for name in ("clp-det", "ppocr-v6-det"):
        (tmp_path / f"{name}.onnx").touch()
    models = PlateModels(
        DEFAULT_PLATE_DETECTOR,
        DEFAULT_PLATE_READER,
        REPOSITORY / "models.toml",
        tmp_path,
        backend="easyocr",
    )
    with pytest.raises(Unavailable, match="EasyOCR"):
        models.check()


@pytest.mark.parametrize("error", [ImportError("libcudart.so.12"), OSError("libc10.so")])
def test_what_is_installed_and_broken_is_known_at_once_too(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(easyocr_reader, "check_easyocr", lambda: None)
    monkeypatch.setattr(easyocr_reader.importlib, "import_module", fail)
    with pytest.raises(Unavailable, match=str(error)) as caught:
        easyocr_reader.import_easyocr()
    assert caught.value.code == "broken_extra"


def test_lines_are_grey_and_repeat_their_end() -> None:
    short = np.zeros((32, 20, 3), np.uint8)
    short[:, 10:] = 255
    wide = np.full((64, 100, 3), 255, np.uint8)
    batch = fill_grey_lines([short, wide], 64)
    assert batch.shape == (2, 1, 64, 100)
    assert (batch[0, 0, :, 45:] == 1.0).all()
    assert batch[0, 0, :, :10].mean() == pytest.approx(-1.0, abs=0.01)


def test_a_dark_line_is_spread_and_a_clear_one_is_left() -> None:
    dark = np.tile(np.array([20, 30], np.uint8), (10, 50))
    assert np.ptp(spread_contrast(dark)) > 150
    clear = np.tile(np.array([20, 220], np.uint8), (10, 50))
    assert (spread_contrast(clear) == clear).all()
    assert spread_contrast(np.full((10, 50), 7, np.uint8)).std() == 0.0  # nothing to spread
