"""The face models of a process: known to be there when it starts, loaded when somebody asks for faces."""

from __future__ import annotations

from pathlib import Path

import pytest

from floorsight.models import store
from floorsight.models.catalogue import load_catalogue
from floorsight.models.detectors import open_detector
from floorsight.models.faces import FaceModels
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.platform.settings import DEFAULT_DETECTOR, DEFAULT_FACE_DETECTOR, DEFAULT_FACE_EMBEDDER

CATALOGUE = Path(__file__).resolve().parents[3] / "models.toml"


def models(
    folder: Path, detector: str = DEFAULT_FACE_DETECTOR, embedder: str = DEFAULT_FACE_EMBEDDER
) -> FaceModels:
    return FaceModels(detector, embedder, CATALOGUE, folder, threads=1)


def fill(folder: Path) -> Path:
    """Files of the right names, damaged."""
    for name in (DEFAULT_FACE_DETECTOR, DEFAULT_FACE_EMBEDDER):
        (folder / load_catalogue(CATALOGUE).entry(name).file_name).write_bytes(b"no model")
    return folder


def test_a_missing_file_is_told_before_anybody_asks(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=f"floorsight models pull {DEFAULT_FACE_DETECTOR}"):
        models(tmp_path).check()


def test_a_damaged_file_is_told_before_anybody_asks(tmp_path: Path) -> None:
    with pytest.raises(Conflict, match=f"floorsight models pull {DEFAULT_FACE_DETECTOR}") as error:
        models(fill(tmp_path)).check()
    assert error.value.code == "changed_file"


def test_files_are_not_loaded_until_somebody_asks(tmp_path: Path) -> None:
    found = models(fill(tmp_path))
    with pytest.raises(Unavailable, match="no faces can be read here") as error:
        found.open()
    assert error.value.code == "bad_model"


@pytest.mark.parametrize(
    "names",
    [(DEFAULT_FACE_EMBEDDER, DEFAULT_FACE_EMBEDDER), (DEFAULT_FACE_DETECTOR, DEFAULT_DETECTOR)],
)
def test_a_model_for_something_else_is_refused(
    tmp_path: Path, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "check_hash", lambda *_, **__: None)
    with pytest.raises(Malformed, match="not a face-"):
        models(fill(tmp_path), *names).check()


def test_an_unknown_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="it has nanodet"):
        models(tmp_path, "retina").check()


def test_a_face_model_is_no_detector_of_people(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="is a face-detector, not a detector"):
        open_detector(DEFAULT_FACE_DETECTOR, catalogue=CATALOGUE, folder=tmp_path)
