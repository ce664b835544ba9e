"""The real models and the real video: registries, conversion, and people found in a picture."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest

from floorsight.models.catalogue import load_catalogue, load_media_catalogue
from floorsight.models.fetching import fetch
from floorsight.models.pulling import pull, verify
from floorsight.models.sources import PypiSource, SourceFile
from floorsight.models.store import Store, ignore_progress
from floorsight.platform.errors import Unavailable
from infra.local.models_cli import CACHE_FOLDER, MEDIA_CATALOGUE, MODELS_CATALOGUE

pytestmark = pytest.mark.media

MODELS = load_catalogue(MODELS_CATALOGUE).entries
SIX = SourceFile(path="six.py", sha256="c51c91f703d3d4b3696c923cb5fec213e05e75d9215393befac7f2fa6a3904df")


@pytest.mark.parametrize("name", [entry.name for entry in MODELS])
def test_a_model_s_batch_gives_what_its_images_give(tmp_path: Path, name: str) -> None:
    entry = load_catalogue(MODELS_CATALOGUE).entry(name)
    path = pull(entry, tmp_path, CACHE_FOLDER)  # converts: its bytes have the catalogue's hash again
    verify(entry, tmp_path)
    session = ort.InferenceSession(path)
    (taken,) = session.get_inputs()
    random = np.random.default_rng(0)
    images = random.random((4, 3, entry.input_size, entry.input_size), dtype=np.float32)
    batches = session.run(None, {taken.name: images})
    singles = zip(*(session.run(None, {taken.name: image[None]}) for image in images), strict=True)
    for batch, single in zip(batches, singles, strict=True):
        assert len(batch) == len(images)
        assert np.abs(batch - np.concatenate(single)).max() < 1e-4
    if entry.classes:
        assert batches[0].shape[1] == 4 + len(entry.classes)


def test_people_are_found_in_the_sample_video(tmp_path: Path) -> None:
    video = pull(load_media_catalogue(MEDIA_CATALOGUE).entry("vtest"), tmp_path, CACHE_FOLDER)
    capture = cv2.VideoCapture(str(video))
    read, picture = capture.read()
    capture.release()
    assert read
    assert picture.shape == (576, 768, 3)
    entry = MODELS[0]
    square = np.full((768, 768, 3), 114, np.uint8)
    square[:576] = picture[:, :, ::-1]
    image = cv2.resize(square, (entry.input_size,) * 2).transpose(2, 0, 1)[None].astype(np.float32) / 255
    session = ort.InferenceSession(pull(entry, tmp_path, CACHE_FOLDER))
    cells = session.run(None, {"images": image})[0][0]
    sure = cells[:, cells[4] > 0.5]
    assert sure.shape[1] > 0
    # People stand upright, inside the picture, of the size that they have in this scene.
    middle_x, middle_y, width, height = sure[:4] * 768 / entry.input_size
    assert (height > width).all()
    assert ((height > 30) & (height < 200)).all()
    assert ((middle_x > 0) & (middle_x < 768) & (middle_y > 0) & (middle_y < 576)).all()


def six(distribution: str, archive_sha256: str) -> PypiSource:
    path = SIX.path if distribution == "wheel" else f"six-1.17.0/{SIX.path}"
    return PypiSource.model_validate(
        {
            "kind": "pypi",
            "package": "six",
            "version": "1.17.0",
            "distribution": distribution,
            "archive_sha256": archive_sha256,
            "files": [{"path": path, "sha256": SIX.sha256}],
        }
    )


@pytest.mark.parametrize(
    ("distribution", "archive_sha256"),
    [
        ("wheel", "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274"),
        ("sdist", "ff70335d468e7eb6ec65b95b99d3a2836546063f63acc5171de367e834932a81"),
    ],
)
def test_a_file_of_a_python_package(tmp_path: Path, distribution: str, archive_sha256: str) -> None:
    store = Store(tmp_path)
    source = six(distribution, archive_sha256)
    fetch(source, source.files, store, ignore_progress)
    assert store.has(SIX)


def test_a_changed_python_package_is_refused_by_pip(tmp_path: Path) -> None:
    source = six("wheel", "0" * 64)
    with pytest.raises(Unavailable, match="DO NOT MATCH THE HASHES"):
        fetch(source, source.files, Store(tmp_path), ignore_progress)
