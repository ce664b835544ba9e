"""`floorsight cost`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from floorsight.diagnostics.prices import PRICES
from infra.cost.bill import BillLine, Part, monthly_bill, per_camera
from infra.cost.measured import load_measured
from infra.cost.plant import Plant

DEFAULT = Plant()


def cost(
    cameras: Annotated[int, typer.Option(min=1, help="How many cameras.")] = DEFAULT.cameras,
    fps: Annotated[float, typer.Option(min=0.1, help="Frames analysed a second.")] = DEFAULT.analyse_fps,
    hours: Annotated[
        float, typer.Option(min=0.1, max=24, help="Hours of video a day.")
    ] = DEFAULT.hours_a_day,
    kbit: Annotated[
        float, typer.Option(min=1, help="Of a camera's stream a second.")
    ] = DEFAULT.kbit_per_second,
    crossings: Annotated[float, typer.Option(min=0, help="A camera and day.")] = DEFAULT.crossings_a_day,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Reckon a month's bill on AWS from measured requests and list prices.

    Example: floorsight cost --cameras 40 --fps 5
    """
    plant = Plant(cameras, hours, kbit, fps, crossings_a_day=crossings)
    lines = monthly_bill(plant, load_measured())
    if as_json:
        bill = [asdict(line) | {"usd": round(line.usd, 2)} for line in lines]
        typer.echo(json.dumps({"plant": asdict(plant), "lines": bill}, indent=2))
        return
    _print_lines(lines, plant)


def _print_lines(lines: list[BillLine], plant: Plant) -> None:
    grid = Table(title=f"A month of {plant.cameras} cameras, us-east-1 list prices, US dollars")
    for column in ("for", "charge", "amount", "price", "a camera"):
        grid.add_column(column, justify="left" if column in {"for", "charge"} else "right")
    parts = per_camera(lines, plant)
    for part in Part:
        for line in (each for each in lines if each.part is part and each.amount):
            price = PRICES[line.charge]
            amount, unit = f"{line.amount:,.1f}", f"{price.usd:g} / {price.per:,.0f}"
            grid.add_row("", line.charge.value, amount, unit, f"{line.usd / plant.cameras:.2f}")
        grid.add_row(f"[bold]{part.value}[/]", "", "", "", f"[bold]{parts[part]:.2f}[/]", end_section=True)
    grid.add_row("[bold]together[/]", "", "", "", f"[bold]{sum(parts.values()):.2f}[/]")
    Console().print(grid)
