"""The cache of source files, each under its own SHA-256: what is there is whole and is what it says."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from floorsight.models.sources import SourceFile
from floorsight.platform.errors import Conflict, NotFound

PIECE_BYTES = 1024 * 1024


class ByteSource(Protocol):
    """What can be read piece by piece: an open file, an archive's member, an HTTP answer, an S3 body."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Step:
    """How far a pull is; `total_bytes` None means that nobody knows how much there is."""

    action: str
    done_bytes: int = 0
    total_bytes: int | None = None


Progress = Callable[[Step], None]


def ignore_progress(step: Step) -> None:
    """For callers that show nothing."""


class Store:
    """A folder of verified files. Several processes may use one: files appear in it whole, by renaming."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()  # clients run in folders of their own
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, file: SourceFile) -> Path:
        """Where the file is or will be."""
        return self.folder / file.sha256

    def has(self, file: SourceFile) -> bool:
        """Whether the file is here and undamaged."""
        path = self.path(file)
        return path.is_file() and hash_file(path) == file.sha256

    def add(
        self, stream: ByteSource, file: SourceFile, report: Callable[[int], None] = lambda _: None
    ) -> None:
        """Keep a file, hashed while it is read; `report` gets the bytes read so far.

        Raises:
            Conflict: it is not the file that the catalogue knows. Nothing is kept.
        """
        with replace_whole(self.path(file)) as target:
            found = _copy(stream, target, report)
            check_hash(file.path, found=found, expected=file.sha256)

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """An empty folder on the same disk, gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="fetch-") as folder:
            yield Path(folder)


@contextmanager
def replace_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of `path` when all went well, and is gone otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        part = Path(file.name)
        try:
            yield file
            file.flush()
            part.chmod(0o644)  # temporary files are for their owner alone; containers run as somebody else
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def hash_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_whole(path: Path, *, expected: str, absent: NotFound, remedy: str) -> None:
    """Check that a file is there and is the one that is expected; `remedy` ends "remove it and ...".

    Raises:
        NotFound: `absent`. Conflict: it is damaged, or another file.
    """
    if not path.is_file():
        raise absent
    try:
        check_hash(str(path), found=hash_file(path), expected=expected)
    except Conflict as error:
        raise Conflict(f"{error.message}; remove it and {remedy}", code=error.code) from error


def check_hash(what: str, *, found: str, expected: str) -> None:
    """Refuse what is not the file that the catalogue knows.

    Raises:
        Conflict: the hashes differ; both are named.
    """
    if found != expected:
        raise Conflict(
            f"{what} is not the file that the catalogue knows: its SHA-256 is {found}, expected {expected}",
            code="changed_file",
        )


def _copy(stream: ByteSource, target: IO[bytes], report: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    done_bytes = 0
    while piece := stream.read(PIECE_BYTES):
        digest.update(piece)
        target.write(piece)
        done_bytes += len(piece)
        report(done_bytes)
    return digest.hexdigest()
