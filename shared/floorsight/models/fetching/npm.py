"""Files of npm packages, by `npm pack`: it downloads the tarball, installs nothing and runs no script."""

from __future__ import annotations

from floorsight.models.fetching.archives import store_from_tar
from floorsight.models.fetching.clients import Download, require_client, run_client
from floorsight.models.sources import NpmSource, SourceFile
from floorsight.models.store import Progress, Store

OPTIONS = ("--loglevel=error", "--logs-max=0", "--ignore-scripts")


def fetch_npm(source: NpmSource, files: tuple[SourceFile, ...], store: Store, progress: Progress) -> None:
    """Store files of an npm package's tarball; raises as `fetching.fetch` does."""
    require_client("npm", "install Node.js 20 or newer, which brings it (Debian: apt-get install npm)")
    package = f"{source.package}@{source.version}"
    with store.workplace() as folder:
        # npm streams into its cache first: with a cache of its own, that is what grows.
        cache = folder / "cache"
        cache.mkdir()
        run_client(
            ["npm", "pack", package, *OPTIONS, f"--cache={cache}", f"--pack-destination={folder}"],
            Download(f"npm package {package}", cache, source.archive_bytes),
            progress,
        )
        (tarball,) = folder.glob("*.tgz")
        with tarball.open("rb") as stream:
            store_from_tar(stream, files, store, package)
