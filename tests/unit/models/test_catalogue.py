"""The catalogue: the repository's own files, and what it says of mistakes."""

from pathlib import Path

import pytest

from floorsight.models.catalogue import load_catalogue, load_media_catalogue
from floorsight.platform.errors import Malformed, NotFound

REPOSITORY = Path(__file__).resolve().parents[3]
HASH = "0" * 64
FILES = f'[{{ path = "a", sha256 = "{HASH}" }}]'
ENTRY = f"""
[[model]]
name = "mine"
task = "detector"
version = "1"
licence = "MIT"
contract = "yolo"
input_size = 640
classes = ["person", "car"]
source = {{ kind = "file", path = "weights/mine.onnx", sha256 = "{HASH}" }}
"""


def write(folder: Path, content: str) -> Path:
    path = folder / "models.toml"
    path.write_text(content)
    return path


def test_the_repository_s_models() -> None:
    catalogue = load_catalogue(REPOSITORY / "models.toml")
    for size in (416, 640):
        entry = catalogue.entry(f"nanodet-g-{size}")
        assert (entry.input_size, entry.contract, entry.task) == (size, "yolo", "detector")
        assert len(set(entry.classes)) == 80
        assert (entry.classes[0], entry.classes[7], entry.classes[79]) == ("person", "truck", "toothbrush")
        assert entry.file_name == f"nanodet-g-{size}.onnx"


def test_the_repository_s_face_models() -> None:
    catalogue = load_catalogue(REPOSITORY / "models.toml")
    finder, maker = catalogue.entry("yunet-2023mar"), catalogue.entry("sface-2021dec")
    assert (finder.task, finder.contract, finder.classes) == ("face-detector", "yunet", ())
    assert (maker.task, maker.contract, maker.input_size) == ("face-embedder", "sface", 112)
    for entry in (finder, maker):
        assert "Apache-2.0" in entry.licence
        assert entry.source.kind == "pypi"


def test_the_repository_s_media() -> None:
    entry = load_media_catalogue(REPOSITORY / "media.toml").entry("vtest")
    assert entry.file_name == "vtest.avi"
    assert entry.sha256 == entry.source.files[0].sha256


def test_an_entry_of_the_user_s_own(tmp_path: Path) -> None:
    entry = load_catalogue(write(tmp_path, ENTRY)).entry("mine")
    assert entry.classes == ("person", "car")
    assert entry.sha256 == HASH
    assert entry.source.files[0].path == (tmp_path / "weights/mine.onnx").as_posix()


def test_an_unknown_name_tells_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no 'yours'; it has mine"):
        load_catalogue(write(tmp_path, ENTRY)).entry("yours")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('input_size = 640', 'input_size = 650'), r"model 1\.input_size: .*multiple of 32"),
        (('contract = "yolo"', 'contract = "ssd"'), r"model 1\.contract"),
        (('["person", "car"]', '"coco"'), r"no list 'coco' under \[classes\]"),
        (('licence = "MIT"', 'license = "MIT"'), r"model 1\.licence: Field required; model 1\.license"),
        (('version = "1"', f'version = "1"\nsha256 = "{"1" * 64}"'), "sha256 differs"),
        (('version = "1"', 'version = "1"\nconvert = "nanodet"'), "sha256 of the converted file is missing"),
        (('kind = "file"', 'kind = "ftp"'), r"model 1\.source: .*'ftp'"),
        (('task = "detector"', 'task = "face-detector"'), "a face-detector's contract is yunet, not yolo"),
        (('task = "detector"', 'task = "plates"'), r"model 1\.task"),
        (('classes = ["person", "car"]\n', ''), "a detector has classes, and nothing else has"),
        (('[[model]]', '[[models]]'), "models: Extra inputs"),
        (('[[model]]', '[[model'), "not valid TOML"),
        (('name = "mine"', 'name = "../mine"'), r"model 1\.name"),
    ],
)  # fmt: skip
def test_mistakes_are_named(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in ENTRY
    with pytest.raises(Malformed, match=says):
        load_catalogue(write(tmp_path, ENTRY.replace(*change)))


def test_names_are_unique(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="more than one entry is named mine"):
        load_catalogue(write(tmp_path, ENTRY * 2))


def test_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"models\.toml"):
        load_catalogue(tmp_path / "models.toml")


@pytest.mark.parametrize(
    "source",
    [
        f'{{ kind = "https", url = "http://example.org/a.onnx", sha256 = "{HASH}" }}',
        f'{{ kind = "npm", package = "--eval", version = "1", files = {FILES} }}',
        f'{{ kind = "debian", package = "-oX", version = "1", files = {FILES} }}',
        '{ kind = "npm", package = "a", version = "1", files = [] }',
        '{ kind = "s3", bucket = "b", key = "k", sha256 = "abc" }',
    ],
)
def test_bad_sources_are_refused(tmp_path: Path, source: str) -> None:
    content = ENTRY[: ENTRY.index("source =")] + f"source = {source}\n"
    with pytest.raises(Malformed, match=r"model 1\.source"):
        load_catalogue(write(tmp_path, content))
