"""Files of Debian packages, by `apt-get download` and `dpkg-deb`: no root needed, nothing installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from floorsight.models.fetching.archives import store_from_tar
from floorsight.models.fetching.clients import Download, require_client, run_client
from floorsight.models.sources import DebianSource, SourceFile
from floorsight.models.store import Progress, Step, Store
from floorsight.platform.errors import Unavailable


def fetch_debian(
    source: DebianSource, files: tuple[SourceFile, ...], store: Store, progress: Progress
) -> None:
    """Store files of a Debian package, of whatever version is current; raises as `fetching.fetch` does."""
    remedy = f"the file comes from the Debian package {source.package}: use Debian or a system made from it"
    require_client("apt-get", remedy)
    require_client("dpkg-deb", remedy)
    with store.workplace() as folder:
        download = Download(f"Debian package {source.package}", folder, source.archive_bytes)
        _download(source.package, download, progress)
        (package,) = folder.glob("*.deb")
        progress(Step(f"Unpacking {package.name}"))
        _unpack(package, files, store)


def _download(package: str, download: Download, progress: Progress) -> None:
    """By the machine's own package lists; where these are absent or stale, by fresh ones of our own."""
    try:
        run_client(["apt-get", "download", "--quiet", package], download, progress)
    except Unavailable:
        # Lists in a folder of ours: a plain user may not renew the machine's.
        lists = download.folder / "lists"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        ours = ["-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={download.folder / 'cache'}"]
        update = Download(f"Debian's package lists, to find {package}", lists)
        run_client(["apt-get", "update", "--quiet", *ours], update, progress)
        run_client(["apt-get", "download", "--quiet", *ours, package], download, progress)


def _unpack(package: Path, files: tuple[SourceFile, ...], store: Store) -> None:
    """Only the wanted files, from the package's tar stream; the rest is not read."""
    with subprocess.Popen(  # noqa: S603 - no shell, and a path of our own making
        ["dpkg-deb", "--fsys-tarfile", str(package)],  # noqa: S607 - from PATH, as any package tool
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it complains when we stop reading early
    ) as process:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        try:
            store_from_tar(process.stdout, files, store, package.name)
        finally:
            process.kill()
