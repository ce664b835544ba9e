"""`floorsight faces`: calibrating from which similarity on two faces are one person's.

Exit codes: 0 a report was made, 1 it could not be, 2 wrong usage.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import boto3
import typer
from rich.console import Console
from rich.markup import escape

from floorsight.identity.calibrating import TARGET
from floorsight.identity.gallery.store import GalleryStore
from floorsight.models.faces import open_face_reader
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import FloorsightError, NotFound
from infra.local.deployment import Deployment
from infra.local.emulator import DEFAULT_PORT, REGION
from infra.local.faces.calibration import GALLERY, Report, calibrate, faces_of_gallery
from infra.local.faces.degrading import CONDITIONS
from infra.local.faces.photographs import list_files, read_faces, read_pictures
from infra.local.faces.showing import draw, tables, to_json
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER

FACE_DETECTOR, FACE_EMBEDDER = "yunet-2023mar", "sface-2021dec"
SAMPLES = ("portrait-", "face-video-")  # in the media catalogue: kind, person, number

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
    ] = TARGET,
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
    try:
        report = _of_site(site, table, port, target) if site else of_photographs(folder, target)
    except FloorsightError as error:
        Console(stderr=True).print(f"[red]Error:[/] {escape(error.message)}", soft_wrap=True)
        raise typer.Exit(1) from error
    if plot:
        plot.write_text(draw(report))
    if as_json:
        typer.echo(json.dumps(to_json(report), indent=2))
    else:
        _show(report, Console())


def of_photographs(folder: Path | None, target: float = TARGET) -> Report:
    """Calibrated on a folder's photographs, or on those of the media catalogue, and on poor copies of them.

    Raises:
        Malformed: there are too few people or photographs, or a file is no picture.
        NotFound: the face models, or the sample photographs, were not pulled.
    """
    reader = open_face_reader(FACE_DETECTOR, FACE_EMBEDDER, catalogue=MODELS_CATALOGUE, folder=MODELS_FOLDER)
    pictures = read_pictures(list_files(folder) if folder else sample_files())
    return calibrate(reader.embedder, read_faces(reader, pictures, CONDITIONS), target)


def sample_files() -> list[tuple[str, Path]]:
    """The media catalogue's faces with their people. Raises NotFound unless they were pulled."""
    files = [
        (file.stem.split("-")[-2], file)
        for file in sorted(MEDIA_FOLDER.glob("*"))
        if file.stem.startswith(SAMPLES)
    ]
    if not files:
        raise NotFound("the sample photographs are not here: run `floorsight media pull --all`")
    return files


def _of_site(site: str, table: str | None, port: int, target: float) -> Report:
    gallery = GalleryStore(_aws_table(table) if table else _local_table(port)).load_site(site)
    embedder, read = faces_of_gallery(gallery)
    return calibrate(embedder, {GALLERY: read}, target)


def _aws_table(name: str) -> DynamoTable:
    return DynamoTable(name, boto3.client("dynamodb"))


def _local_table(port: int) -> DynamoTable:
    deployment = Deployment.load(port)
    client = boto3.client(
        "dynamodb",
        endpoint_url=deployment.endpoint.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator asks for no real key
    )
    return DynamoTable(deployment.registry_table_name, client)


def _show(report: Report, console: Console) -> None:
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
