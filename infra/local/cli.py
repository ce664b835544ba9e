"""The command line: `floorsight`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from floorsight.platform.errors import FloorsightError
from floorsight.platform.settings import DEFAULT_DETECTOR, CameraCredentials
from infra.cost.command import cost
from infra.local.accounts import create_accounts
from infra.local.demo import DemoOptions, show_demo
from infra.local.deployment import Deployment
from infra.local.doctor import examine_machine
from infra.local.emulator import DEFAULT_PORT, check_port_free
from infra.local.faces_cli import faces_app
from infra.local.history.telling import SITE_ID, HistoryOptions, tell_history
from infra.local.models_cli import media_app, models_app
from infra.local.processes import log_file, start_worker
from infra.local.recorded import AnalyseOptions, analyse_video
from infra.local.session import Session
from infra.local.steps import Steps
from infra.paths import REPOSITORY, STATE

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Floorsight on one machine.")
app.add_typer(models_app, name="models")
app.add_typer(media_app, name="media")
app.add_typer(faces_app, name="faces")
app.command()(cost)

Port = Annotated[int, typer.Option(help="Port of the emulator on 127.0.0.1.", min=1024, max=65535)]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def main() -> None:
    """Entry point of the `floorsight` command."""
    app()


@contextmanager
def _errors_shown() -> Iterator[None]:
    """A clear message instead of a stack trace for what we know; exit code 1."""
    try:
        yield
    except FloorsightError as error:
        Console(stderr=True).print(f"[red]Error:[/] {escape(error.message)}", soft_wrap=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        Console(stderr=True).print("Interrupted; everything that was started has been ended.")
        raise typer.Exit(130) from None


@app.command()
def doctor(port: Port = DEFAULT_PORT, as_json: AsJson = False) -> None:
    """Tell what is missing on this machine and how to get it.

    Example: floorsight doctor --json
    """
    findings = examine_machine(port)
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            mark = "[green]✓[/]" if finding.ok else "[red]✗[/]" if finding.required else "[yellow]?[/]"
            Console().print(f"{mark} {escape(finding.subject)}: {escape(finding.detail)}", soft_wrap=True)
            if not finding.ok:
                Console().print(f"    {escape(finding.remedy)}", soft_wrap=True)
    raise typer.Exit(0 if all(finding.ok or not finding.required for finding in findings) else 1)


@app.command()
def demo(
    video: Annotated[
        Path | None, typer.Option(help="Your own video instead of the sample.", exists=True, dir_okay=False)
    ] = None,
    cameras: Annotated[int, typer.Option(min=1, max=8, help="How many cameras play it.")] = 1,
    port: Port = DEFAULT_PORT,
    detector: Annotated[str, typer.Option(help="A model of `floorsight models list`.")] = DEFAULT_DETECTOR,
    once: Annotated[bool, typer.Option(help="Play once, print the counts, end.")] = False,
) -> None:
    """Count people in a real video, through every part of the system, on this machine.

    Example: floorsight demo --video yard.mp4 --cameras 2
    """
    with _errors_shown():
        show_demo(DemoOptions(video, cameras, port, detector, once), Console())


@app.command()
def up(
    keep: Annotated[bool, typer.Option(help="Keep the data when it is stopped, and go on with it.")] = False,
    port: Port = DEFAULT_PORT,
    detector: Annotated[str, typer.Option(help="A model of `floorsight models list`.")] = DEFAULT_DETECTOR,
) -> None:
    """Start the cloud and a vision worker in the background.

    Example: floorsight up --keep
    """
    console = Console()
    with _errors_shown(), ExitStack() as undo:
        check_port_free(port)
        steps = Steps(console)
        steps.pull_models(detector)
        emulator = steps.start_emulator(port, persist=keep)
        undo.callback(emulator.stop)
        deployment = steps.deploy(emulator)
        with steps.step("Users"):
            accounts = create_accounts(deployment)
        with steps.step("Vision worker"):
            worker = start_worker(deployment.environment(deployment.worker_settings(detector=detector)))
            undo.callback(worker.stop)
            worker.wait_until_ready()
        Session(port=port, processes={"worker": worker.process.pid, "emulator": emulator.process.pid}).save()
        undo.pop_all()
        console.print(f"\n[bold]Page:[/] {deployment.api_url}/", soft_wrap=True)
        for account in accounts:
            console.print(f"  {account.username:<10} {escape(account.password)}", highlight=False)
        console.print("Stop it with: floorsight down")


@app.command("demo-history")
def demo_history(
    weeks: Annotated[int, typer.Option(min=1, max=52, help="How many weeks back it begins.")] = 4,
    seed: Annotated[int, typer.Option(help="Another seed is another history.")] = 1,
    group: Annotated[
        bool, typer.Option(help="A group that nobody expected in the last hour, for the anomaly detection.")
    ] = True,
    port: Port = DEFAULT_PORT,
) -> None:
    """Fill the running cloud with weeks of made-up crossings, labelled as synthetic, through its real path.

    Example: floorsight demo-history --weeks 8
    """
    console = Console()
    with _errors_shown():
        deployment = Deployment.load(port)
        tell_history(deployment, HistoryOptions(weeks, seed, group), console)
        console.print(f"Look at site {SITE_ID}: {deployment.api_url}/", soft_wrap=True)


@app.command()
def status(port: Port = DEFAULT_PORT, as_json: AsJson = False) -> None:
    """Show what runs.

    Example: floorsight status --json
    """
    with _errors_shown():
        running = Session.load(port).running()
        page = f"{Deployment.load(port).api_url}/"
    if as_json:
        typer.echo(json.dumps({"page": page, "running": running}, indent=2))
    else:
        table = Table("process", "running")
        for name, alive in running.items():
            table.add_row(name, "[green]yes[/]" if alive else "[red]no[/]")
        Console().print(table)
        Console().print(f"Page: {page}", soft_wrap=True)
    raise typer.Exit(0 if all(running.values()) else 1)


@app.command()
def down(port: Port = DEFAULT_PORT) -> None:
    """Stop what `floorsight up` started.

    Example: floorsight down
    """
    with _errors_shown():
        Session.load(port).end()
    Console().print("Stopped.")


@app.command()
def logs(
    name: Annotated[str, typer.Argument(help="emulator, worker or publisher-CAMERA.")] = "worker",
    port: Port = DEFAULT_PORT,
    lines: Annotated[int, typer.Option("-n", min=1, help="How many lines.")] = 40,
    follow: Annotated[bool, typer.Option("-f", help="Go on as it grows, until Ctrl-C.")] = False,
) -> None:
    """Show the end of a process's log.

    Example: floorsight logs worker -f
    """
    file = log_file(name, port)
    if not file.is_file():
        ending = f"-{port}.log"
        known = ", ".join(sorted(found.name.removesuffix(ending) for found in STATE.glob(f"*{ending}")))
        known = known or "none yet"
        Console(stderr=True).print(f"[red]Error:[/] no log {escape(name)}; there are: {known}")
        raise typer.Exit(1)
    arguments = ["tail", "-n", str(lines), *(["-F"] if follow else []), str(file)]
    raise typer.Exit(subprocess.run(arguments, check=False).returncode)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    epilog="All other options are the publisher's own; see: python -m containers.edge_publisher --help",
)
def publish(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A video file, or the rtsp:// URL of a camera.")],
    site: Annotated[str, typer.Option(help="The site's id.")],
    camera: Annotated[str, typer.Option(help="The camera's id.")],
    fast: Annotated[bool, typer.Option(help="As fast as it goes, not at the video's speed.")] = False,
    times: Annotated[int, typer.Option(min=1, help="Play it so many times.")] = 1,
    port: Port = DEFAULT_PORT,
) -> None:
    """Publish a video file or a camera into the running cloud.

    Example: floorsight publish yard.mp4 --site plant-1 --camera yard-gate

    Example: floorsight publish rtsp://10.0.0.4/stream1 --site plant-1 --camera yard-gate --motion-gate
    """
    with _errors_shown():
        deployment = Deployment.load(port)
        sign_in = CameraCredentials.from_environment().to_environment()
    extra = [*(["--fast"] if fast else []), "--times", str(times), *context.args]
    arguments = [source, "--site", site, "--camera", camera, *extra]
    environment = sign_in | deployment.environment(deployment.publisher_settings())
    # Here and not in the repository: names of files are the user's.
    _become("containers.edge_publisher", arguments, environment, folder=Path.cwd())


@app.command()
def worker(
    port: Port = DEFAULT_PORT,
    detector: Annotated[str, typer.Option(help="A model of `floorsight models list`.")] = DEFAULT_DETECTOR,
    until_idle: Annotated[float | None, typer.Option(help="Stop after so many seconds of silence.")] = None,
    fleet: Annotated[bool, typer.Option(help="Share the shards with other workers; needs Java.")] = False,
) -> None:
    """Run a vision worker on the running cloud, in the foreground.

    Example: floorsight worker --until-idle 5
    """
    with _errors_shown():
        deployment = Deployment.load(port)
    idle = ["--until-idle", str(until_idle)] if until_idle is not None else []
    arguments = [*idle, *(["--fleet"] if fleet else [])]
    environment = deployment.environment(deployment.worker_settings(detector=detector))
    _become("containers.vision_worker", arguments, environment)


@app.command()
def analyse(
    video: Annotated[Path, typer.Argument(help="A video file.")],
    camera: Annotated[str, typer.Option(help="The camera's id: one of its own for recorded video.")],
    started_at: Annotated[
        str | None, typer.Option(help="Capture time of the first frame, such as 2026-03-01T08:00:00+01:00.")
    ] = None,
    job_id: Annotated[
        str | None,
        typer.Option(help="Of a job that was stopped, to go on with it; made from the video if absent."),
    ] = None,
    port: Port = DEFAULT_PORT,
    detector: Annotated[str, typer.Option(help="A model of `floorsight models list`.")] = DEFAULT_DETECTOR,
    as_json: AsJson = False,
) -> None:
    """Analyse a recorded video as fast as it goes, as AWS Batch would, and print the counts.

    Example: floorsight analyse yard.mp4 --camera yard-recorded
    """
    console = Console(stderr=as_json)
    with _errors_shown():
        deployment = Deployment.load(port)
        environment = deployment.environment(deployment.recorded_video_settings(detector=detector))
        job = analyse_video(
            deployment, AnalyseOptions(video, camera, started_at, job_id), environment, console
        )
    if as_json:
        typer.echo(json.dumps(job, indent=2))


def _become(
    module: str, arguments: list[str], environment: dict[str, str], *, folder: Path = REPOSITORY
) -> None:
    """Let this process go on as `python -m module`: its signals and exit code are then its own."""
    os.chdir(folder)
    os.execve(sys.executable, [sys.executable, "-m", module, *arguments], environment)  # noqa: S606
