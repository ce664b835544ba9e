"""`floorsight faces`: calibrating from which similarity on two faces are one person's.

Exit codes: 0 a report was made, 1 it could not be, 2 wrong usage.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from floorsight.platform.errors import FloorsightError
from infra.local.emulator import DEFAULT_PORT

if TYPE_CHECKING:
    from infra.local.faces.calibration import Report

DEFAULT_TARGET = 1e-4  # `identity.calibrating.TARGET`

faces_app = typer.Typer(help="Faces: how they are recognised.", no_args_is_help=True)


@faces_app.callback()
def _faces() -> None:
    """Faces: how they are recognised."""


@faces_app.command("calibrate")
def calibrate_faces(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="Has a subfolder for each person, with photographs and videos of that person alone. "
            "Without it: the photographs of the media catalogue, which the defaults come from.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    site: Annotated[
        str | None, typer.Option(help="A site: its enrolled faces instead of photographs.")
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(help="The site's registry table on AWS, by your credentials there; else the local one."),
    ] = None,
    target: Annotated[
        float, typer.Option(help="False accepts, of comparisons with another person.", min=1e-7, max=0.1)
    ] = DEFAULT_TARGET,
    plot: Annotated[
        Path | None, typer.Option(help="Write a drawing (SVG) of the similarities.", dir_okay=False)
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the emulator on 127.0.0.1.", min=1024)] = DEFAULT_PORT,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Find out how often faces are mistaken for others or not known, and which threshold and margin to take.

    Example: floorsight faces calibrate photographs --plot faces.svg

    Example: floorsight faces calibrate --site plant-1
    """
    if folder and site:
        raise typer.BadParameter("give a folder or a site, not both")
    if table and not site:
        raise typer.BadParameter("--table needs --site")
    # Here, as every other command would wait for what reads pictures.
    from infra.local.faces.running import of_photographs, of_site
    from infra.local.faces.showing import draw, to_json

    try:
        report = of_site(site, table, port, target) if site else of_photographs(folder, target)
    except FloorsightError as error:
        Console(stderr=True).print(f"[red]Error:[/] {escape(error.message)}", soft_wrap=True)
        raise typer.Exit(1) from error
    if plot:
        plot.write_text(draw(report))
    if as_json:
        typer.echo(json.dumps(to_json(report), indent=2))
    else:
        _show(report, Console())


def _show(report: Report, console: Console) -> None:
    from infra.local.faces.showing import tables

    advice = report.recommendation
    console.print(f"{report.people} people, {report.enrolled} faces enrolled, by {report.embedder}")
    for table in tables(report):
        console.print(table)
    console.print(
        f"Other people's faces: mean {advice.mean:.3f}, deviation {advice.deviation:.3f} "
        f"({advice.deviation_within:.3f} of it within two people), {advice.pairs_of_people} pairs of people",
        soft_wrap=True,
    )
    for note in report.notes:
        console.print(f"[yellow]Note:[/] {escape(note)}", soft_wrap=True)
    console.print(f"[bold]Take: threshold {advice.threshold:.2f}, margin {advice.margin:.2f}[/]")
