"""Pulling and verifying, with files of this machine as the source."""

import hashlib
import io
from pathlib import Path

import pytest

from floorsight.models import pulling
from floorsight.models.catalogue import MediaEntry, ModelEntry
from floorsight.models.pulling import pull, verify
from floorsight.models.sources import Source, SourceFile
from floorsight.models.store import Progress, Step, Store
from floorsight.platform.errors import Conflict, NotFound

CONTENT = b"weights" * 300_000  # more than one piece


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def entry(tmp_path: Path) -> MediaEntry:
    (tmp_path / "source.avi").write_bytes(CONTENT)
    source = {"kind": "file", "path": tmp_path / "source.avi", "sha256": hash_of(CONTENT)}
    return MediaEntry.model_validate({"name": "clip", "version": "1", "licence": "MIT", "source": source})


def test_pull_copies_reports_and_verifies(tmp_path: Path, entry: MediaEntry) -> None:
    steps: list[Step] = []
    path = pull(entry, tmp_path / "into", tmp_path / "cache", steps.append)
    assert path == tmp_path / "into" / "clip.avi"
    assert path.read_bytes() == CONTENT
    assert steps[-1].done_bytes == len(CONTENT)
    verify(entry, tmp_path / "into")


def test_nothing_is_fetched_twice(tmp_path: Path, entry: MediaEntry) -> None:
    first = pull(entry, tmp_path / "into", tmp_path / "cache")
    (tmp_path / "source.avi").unlink()
    steps: list[Step] = []
    assert pull(entry, tmp_path / "into", tmp_path / "cache", steps.append) == first
    pull(entry, tmp_path / "elsewhere", tmp_path / "cache", steps.append)
    assert steps == []


def test_a_damaged_cache_is_fetched_again(tmp_path: Path, entry: MediaEntry) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / entry.sha256).write_bytes(b"half")
    assert pull(entry, tmp_path / "into", cache).read_bytes() == CONTENT


def test_a_changed_source_is_refused_and_leaves_nothing(tmp_path: Path, entry: MediaEntry) -> None:
    (tmp_path / "source.avi").write_bytes(b"other")
    with pytest.raises(Conflict) as caught:
        pull(entry, tmp_path / "into", tmp_path / "cache")
    assert hash_of(b"other") in caught.value.message
    assert entry.sha256 in caught.value.message
    assert not (tmp_path / "into").exists()
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_changed_file_is_refused_not_replaced(tmp_path: Path, entry: MediaEntry) -> None:
    path = pull(entry, tmp_path / "into", tmp_path / "cache")
    path.write_bytes(b"mine")
    for act in (
        lambda: verify(entry, tmp_path / "into"),
        lambda: pull(entry, tmp_path / "into", tmp_path / "cache"),
    ):
        with pytest.raises(Conflict, match=rf"{hash_of(b'mine')}, expected {entry.sha256}; remove it"):
            act()
    assert path.read_bytes() == b"mine"


def test_verify_asks_for_a_pull(tmp_path: Path, entry: MediaEntry) -> None:
    with pytest.raises(NotFound, match="pull clip first"):
        verify(entry, tmp_path)


def test_no_source_file(tmp_path: Path, entry: MediaEntry) -> None:
    (tmp_path / "source.avi").unlink()
    with pytest.raises(NotFound, match=r"source\.avi"):
        pull(entry, tmp_path / "into", tmp_path / "cache")


def test_a_conversion_with_another_result_is_refused(tmp_path: Path, tiny_nanodet: Path) -> None:
    files = [
        {"path": name, "sha256": hash_of((tiny_nanodet / name).read_bytes())}
        for name in ("nanodet.json", "nanodet.bin")
    ]
    entry = ModelEntry.model_validate(
        {
            "name": "tiny",
            "version": "1",
            "licence": "MIT",
            "task": "detector",
            "contract": "yolo",
            "input_size": 64,
            "classes": ["person"],
            "convert": "nanodet",
            "sha256": "0" * 64,
            "source": {"kind": "npm", "package": "none", "version": "1", "files": files},
        }
    )
    cache = tmp_path / "cache"
    cache.mkdir()
    for file in entry.source.files:
        (cache / file.sha256).write_bytes((tiny_nanodet / file.path).read_bytes())
    with pytest.raises(Conflict, match=r"the converted tiny\.onnx .* expected 0{64}"):
        pull(entry, tmp_path / "into", cache)
    assert not (tmp_path / "into").exists()


def test_an_archive_is_fetched_once_for_all_who_want_files_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entry_of(name: str, package: str, content: bytes) -> MediaEntry:
        files = [{"path": f"package/{name}.jpg", "sha256": hash_of(content)}]
        source = {"kind": "npm", "package": package, "version": "1", "files": files}
        return MediaEntry.model_validate({"name": name, "version": "1", "licence": "MIT", "source": source})

    contents = {"one": b"1", "two": b"2", "other": b"3"}
    entries = [entry_of(name, "b" if name == "other" else "a", content) for name, content in contents.items()]
    fetched: list[list[str]] = []

    def fetch(source: Source, files: tuple[SourceFile, ...], store: Store, progress: Progress) -> None:
        fetched.append([Path(file.path).stem for file in files])
        for file in files:
            store.add(io.BytesIO(contents[Path(file.path).stem]), file)

    monkeypatch.setattr(pulling, "fetch", fetch)
    for each in entries:
        pull(each, tmp_path / "into", tmp_path / "cache", along=entries)
    assert fetched == [["one", "two"], ["other"]]
    assert {path.stem: path.read_bytes() for path in (tmp_path / "into").iterdir()} == contents
