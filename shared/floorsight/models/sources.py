"""Where a file comes from: one class for each kind of place, as `source = { kind = … }` in the catalogue."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Text = Annotated[str, Field(min_length=1)]
# These become arguments of a registry's client: none may look like an option.
PackageName = Annotated[str, Field(pattern=r"^[@A-Za-z0-9][A-Za-z0-9@/._+-]*$")]
Version = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+~:!_-]*$")]


class Strict(BaseModel):
    """Part of a catalogue: unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceFile(Strict):
    """A file of a source: its path in the archive (or its plain name), and the hash it must have."""

    path: Text
    sha256: Sha256

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


class Archive(Strict):
    """A source that is an archive with several files, of which `files` are wanted."""

    files: Annotated[tuple[SourceFile, ...], Field(min_length=1)]
    archive_bytes: Annotated[int, Field(gt=0)] | None = None  # of the download, for the progress bar


class NpmSource(Archive):
    """Files of an npm package; paths begin with `package/`, as in its tarball."""

    kind: Literal["npm"]
    package: PackageName
    version: Version


class PypiSource(Archive):
    """Files of a wheel or sdist. The archive has a hash too: pip may run an sdist's code to read its name."""

    kind: Literal["pypi"]
    package: PackageName
    version: Version
    distribution: Literal["wheel", "sdist"]
    archive_sha256: Sha256


class DebianSource(Archive):
    """Files of a Debian package; paths without a leading slash.

    Debian keeps only the latest version of a package, so any version will do whose files have the hashes;
    `version` is the one that was tried.
    """

    kind: Literal["debian"]
    package: PackageName
    version: Version


class HttpsSource(Strict):
    """One file behind a URL."""

    kind: Literal["https"]
    url: Annotated[str, Field(pattern=r"^https://[^/]+/.*[^/]$")]
    sha256: Sha256

    @property
    def files(self) -> tuple[SourceFile, ...]:
        return (SourceFile(path=self.url.partition("?")[0], sha256=self.sha256),)


class S3Source(Strict):
    """One object of a bucket, read with the credentials of the environment."""

    kind: Literal["s3"]
    bucket: Text
    key: Text
    sha256: Sha256

    @property
    def files(self) -> tuple[SourceFile, ...]:
        return (SourceFile(path=self.key, sha256=self.sha256),)


class FileSource(Strict):
    """A file on this machine; a relative path counts from the catalogue's folder."""

    kind: Literal["file"]
    path: Path
    sha256: Sha256

    @field_validator("path")
    @classmethod
    def _from_the_catalogue(cls, path: Path, info: ValidationInfo) -> Path:
        folder: Path = (info.context or {}).get("folder", Path())
        return folder / path.expanduser()

    @property
    def files(self) -> tuple[SourceFile, ...]:
        return (SourceFile(path=self.path.as_posix(), sha256=self.sha256),)


Source = Annotated[
    NpmSource | PypiSource | DebianSource | HttpsSource | S3Source | FileSource, Field(discriminator="kind")
]
