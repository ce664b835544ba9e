"""The steps that `demo` and `up` share, each shown with what it does and how long it took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from floorsight.models.catalogue import load_catalogue, load_media_catalogue
from floorsight.models.pulling import pull
from floorsight.platform.settings import (
    DEFAULT_FACE_DETECTOR,
    DEFAULT_FACE_EMBEDDER,
    DEFAULT_PLATE_DETECTOR,
    DEFAULT_PLATE_READER,
    DEFAULT_PLATE_TEXT_DETECTOR,
)
from infra.local.deployment import Deployment, ResourceEvent, deploy
from infra.local.emulator import Emulator, prepare_emulator, start_emulator
from infra.local.models_cli import (
    CACHE_FOLDER,
    MEDIA_CATALOGUE,
    MEDIA_FOLDER,
    MODELS_CATALOGUE,
    MODELS_FOLDER,
    show_progress,
)


class Steps:
    """Runs steps and reports each when it is done."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show a step: its title while it runs, its time when it is done."""
        begun = time.monotonic()
        if not self.console.is_terminal:
            self.console.print(f"… {escape(title)}", soft_wrap=True)
        try:
            yield
        except BaseException:
            self.console.print(f"[red]✗[/] {escape(title)}", soft_wrap=True)
            raise
        seconds = time.monotonic() - begun
        self.console.print(f"[green]✓[/] {escape(title)} [dim]{seconds:.1f} s[/]", soft_wrap=True)

    def pull_models(self, detector: str) -> None:
        """Fetch, convert and verify a detector, and the models for faces and plates."""
        catalogue = load_catalogue(MODELS_CATALOGUE)
        others = (
            DEFAULT_FACE_DETECTOR,
            DEFAULT_FACE_EMBEDDER,
            DEFAULT_PLATE_DETECTOR,
            DEFAULT_PLATE_TEXT_DETECTOR,
            DEFAULT_PLATE_READER,
        )
        entries = [catalogue.entry(each) for each in (detector, *others)]
        for entry in entries:
            step = self.step(f"Model {entry.name}, verified by its hash")
            with step, show_progress(self.console) as progress:
                pull(entry, MODELS_FOLDER, CACHE_FOLDER, progress, along=entries)

    def pull_video(self, name: str) -> Path:
        """Fetch and verify a sample video."""
        entry = load_media_catalogue(MEDIA_CATALOGUE).entry(name)
        with self.step(f"Sample video {name}, verified by its hash"), show_progress(self.console) as progress:
            return pull(entry, MEDIA_FOLDER, CACHE_FOLDER, progress)

    def start_emulator(self, port: int, *, persist: bool = False) -> Emulator:
        """Install the emulator if it is not there yet, and start it."""
        with self.step(f"AWS emulator on 127.0.0.1:{port}"):
            prepare_emulator()
            return start_emulator(port, persist=persist)

    def deploy(self, emulator: Emulator) -> Deployment:
        """`cdk deploy` with a bar that follows the resources."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with (
            self.step("cdk deploy of the local stage"),
            Progress(
                *columns, console=self.console, transient=True, disable=not self.console.is_terminal
            ) as bar,
        ):
            tasks = {"": bar.add_task("synthesising", total=None)}

            def show(event: ResourceEvent) -> None:
                if event.stack not in tasks:
                    tasks[event.stack] = bar.add_task(event.stack, total=event.total)
                bar.update(tasks[event.stack], completed=event.done, total=event.total)
                bar.update(tasks[""], visible=False)

            return deploy(emulator.endpoint, show)
