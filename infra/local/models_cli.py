"""`floorsight models` and `floorsight media`: list, pull and verify what the two catalogues name.

Exit codes: 0 all is well, 1 a file is missing, changed or could not be had, 2 wrong usage.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from floorsight.models.catalogue import Catalogue, Entry, ModelEntry, load_catalogue, load_media_catalogue
from floorsight.models.pulling import pull, verify
from floorsight.models.store import Step
from floorsight.platform.errors import FloorsightError, NotFound
from infra.paths import REPOSITORY, STATE

MODELS_CATALOGUE = REPOSITORY / "models.toml"
MODELS_FOLDER = REPOSITORY / "models"
MEDIA_CATALOGUE = REPOSITORY / "media.toml"
MEDIA_FOLDER = STATE / "media"
CACHE_FOLDER = STATE / "cache"

Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", show_default=False)]
Folder = Annotated[Path, typer.Option("--into", help="Folder of the files.", file_okay=False)]
CatalogueFile = Annotated[Path, typer.Option("--catalogue", help="The catalogue to read.", dir_okay=False)]


@dataclass(frozen=True)
class Kind:
    """What the two sub-apps differ in."""

    command: str
    load: Callable[[Path], Catalogue[Any]]
    catalogue: Path
    folder: Path


MODELS = Kind("models", load_catalogue, MODELS_CATALOGUE, MODELS_FOLDER)
MEDIA = Kind("media", load_media_catalogue, MEDIA_CATALOGUE, MEDIA_FOLDER)


@contextmanager
def show_progress(console: Console) -> Iterator[Callable[[Step], None]]:
    """For `pull`: a bar that follows its steps and goes away at the end; in a log, a line for each step."""
    if not console.is_terminal:
        said: set[str] = set()

        def say(step: Step) -> None:
            if step.action not in said:
                said.add(step.action)
                console.print(escape(step.action), soft_wrap=True)

        yield say
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(step: Step) -> None:
            bar.update(
                task, description=step.action, completed=step.done_bytes, total=step.total_bytes, refresh=True
            )

        yield show


def _make_app(kind: Kind, what: str) -> typer.Typer:
    app = typer.Typer(help=f"{what}: what there is, bringing it here, checking it.", no_args_is_help=True)

    @app.command("list", help=f"List the {what.lower()}.\n\nExample: floorsight {kind.command} list --json")
    def list_entries(
        into: Folder = kind.folder,
        catalogue: CatalogueFile = kind.catalogue,
        as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    ) -> None:
        with _errors_shown():
            rows = [_describe(entry, into) for entry in kind.load(catalogue).entries]
        if as_json:
            typer.echo(json.dumps(rows, indent=2))
            return
        Console().print(_make_table(rows))

    @app.command("pull", help=f"Fetch, verify and convert.\n\nExample: floorsight {kind.command} pull --all")
    def pull_entries(
        names: Names = None,
        everything: Annotated[bool, typer.Option("--all", help="Every entry of the catalogue.")] = False,
        into: Folder = kind.folder,
        cache: Annotated[Path, typer.Option(help="Folder of the fetched files.")] = CACHE_FOLDER,
        catalogue: CatalogueFile = kind.catalogue,
    ) -> None:
        if bool(names) == everything:
            raise typer.BadParameter("give names, or --all for every entry")
        entries = _chosen(kind, catalogue, names or [])
        console = Console(stderr=True)
        with _errors_shown(), show_progress(console) as progress:
            for entry in entries:
                path = pull(entry, into, cache, progress, along=entries)
                console.print(f"[green]✓[/] {entry.name} → {escape(str(path))}", soft_wrap=True)

    @app.command(
        "verify", help=f"Check the pulled files' hashes.\n\nExample: floorsight {kind.command} verify"
    )
    def verify_entries(
        names: Names = None,
        into: Folder = kind.folder,
        catalogue: CatalogueFile = kind.catalogue,
    ) -> None:
        entries = _chosen(kind, catalogue, names or [])
        failed = [entry.name for entry in entries if not _report_verified(entry, into)]
        raise typer.Exit(1 if failed else 0)

    return app


def _chosen(kind: Kind, catalogue: Path, names: list[str]) -> list[Entry]:
    """The entries asked for; an unknown name is wrong usage."""
    with _errors_shown():
        loaded = kind.load(catalogue)
    try:
        return _select(loaded, names)
    except NotFound as error:
        raise typer.BadParameter(error.message) from error


def _select(catalogue: Catalogue[Any], names: list[str]) -> list[Entry]:
    return [catalogue.entry(name) for name in names] or list(catalogue.entries)


def _report_verified(entry: Entry, folder: Path) -> bool:
    console = Console(stderr=True)
    try:
        verify(entry, folder)
    except FloorsightError as error:
        console.print(f"[red]✗[/] {escape(error.message)}", soft_wrap=True)
        return False
    console.print(f"[green]✓[/] {entry.name}")
    return True


@contextmanager
def _errors_shown() -> Iterator[None]:
    try:
        yield
    except FloorsightError as error:
        Console(stderr=True).print(f"[red]Error:[/] {escape(error.message)}", soft_wrap=True)
        raise typer.Exit(1) from error


def _describe(entry: Entry, folder: Path) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": entry.name,
        "version": entry.version,
        "source": entry.source.kind,
        "licence": entry.licence,
        "sha256": entry.sha256,
        "file": str(folder / entry.file_name),
        "pulled": (folder / entry.file_name).is_file(),
    }
    if isinstance(entry, ModelEntry):
        described |= {"task": entry.task, "contract": entry.contract, "input_size": entry.input_size}
    return described


def _make_table(rows: list[dict[str, Any]]) -> Table:
    table = Table()
    columns = [name for name in ("name", "task", "version", "source", "licence") if rows and name in rows[0]]
    for column in (*columns, "pulled"):
        table.add_column(column)
    for row in rows:
        table.add_row(*(row[column] for column in columns), "yes" if row["pulled"] else "no")
    return table


models_app = _make_app(MODELS, "Models")
media_app = _make_app(MEDIA, "Sample media")
