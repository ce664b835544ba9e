"""A calibration for people (tables, a drawing) and for programs (JSON)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.table import Table

from floorsight.identity.calibrating import Floats, Rate, Rates
from infra.local.faces.calibration import Condition, Report

RATE_COLUMNS = ("threshold", "margin", "false accepts", "strangers named", "false rejects", "mistaken")
CONDITION_COLUMNS = (
    "faces",
    "number",
    "refused",
    "least alike of one person",
    "most alike of two",
    "strangers named",
    "false rejects",
)
WIDTH, HEIGHT, BASE, BINS = 720, 240, 200, 70
LOWEST, HIGHEST = -0.4, 1.0
SAME_COLOUR, DIFFERENT_COLOUR = "#2a78d6", "#c2410c"


def share_text(rate: Rate) -> str:
    """Such as `0 of 492 (0 to 0.77 %)`: what was counted, and between which shares the true one lies."""
    if not rate.of:
        return "none to count"
    low, high = rate.interval
    return f"{rate.count} of {rate.of} ({_percent(low)} to {_percent(high)} %)"


def rate_row(rates: Rates) -> list[str]:
    """The cells of RATE_COLUMNS."""
    counted = (rates.false_accepts, rates.strangers, rates.false_rejects, rates.mistaken)
    return [f"{rates.threshold:.2f}", f"{rates.margin:.2f}", *map(share_text, counted)]


def condition_row(condition: Condition) -> list[str]:
    """The cells of CONDITION_COLUMNS."""
    return [
        condition.name,
        str(condition.faces),
        ", ".join(f"{count} {why}" for why, count in condition.refused.items()) or "0",
        _similarity(condition.lowest_same),
        _similarity(condition.highest_different),
        share_text(condition.rates.strangers),
        share_text(condition.rates.false_rejects),
    ]


def tables(report: Report) -> Iterator[Table]:
    """By threshold, by margin, by condition; what is recommended stands out."""
    advice = report.recommendation
    for title, rows in (("By threshold", report.by_threshold), ("By margin", report.by_margin)):
        table = _table(title, RATE_COLUMNS)
        for rates in rows:
            taken = (rates.threshold, rates.margin) == (advice.threshold, advice.margin)
            table.add_row(*rate_row(rates), style="bold green" if taken else None)
        yield table
    table = _table("By condition, at the recommended values", CONDITION_COLUMNS)
    for condition in report.conditions:
        table.add_row(*condition_row(condition))
    yield table


def to_json(report: Report) -> dict[str, Any]:
    """The report without the comparisons themselves."""
    return {
        "embedder": report.embedder,
        "people": report.people,
        "enrolled_faces": report.enrolled,
        "recommendation": asdict(report.recommendation),
        "by_threshold": [_rates_json(rates) for rates in report.by_threshold],
        "by_margin": [_rates_json(rates) for rates in report.by_margin],
        "conditions": [
            {
                "name": each.name,
                "faces": each.faces,
                "refused": dict(each.refused),
                "lowest_same": each.lowest_same,
                "highest_different": each.highest_different,
                "rates": _rates_json(each.rates),
            }
            for each in report.conditions
        ],
        "notes": list(report.notes),
    }


def draw(report: Report) -> str:
    """An SVG: how near faces are to their own person and to others, and where the threshold lies."""
    same, different = report.comparisons.same, report.comparisons.different
    threshold = report.recommendation.threshold
    ticks = [round(LOWEST + 0.2 * step, 1) for step in range(1, 7)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _bars(different, DIFFERENT_COLOUR),
        _bars(same, SAME_COLOUR),
        f'<line x1="{_x(threshold):.1f}" x2="{_x(threshold):.1f}" y1="16" y2="{BASE}" stroke="black"/>',
        f'<text x="{_x(threshold) + 4:.1f}" y="26">threshold {threshold:.2f}</text>',
        f'<text x="8" y="26" fill="{DIFFERENT_COLOUR}">two people ({different.size} times)</text>',
        f'<text x="{_x(0.75)}" y="26" fill="{SAME_COLOUR}">one person ({same.size} times)</text>',
        *(f'<text x="{_x(at):.1f}" y="{BASE + 18}" text-anchor="middle">{at:.1f}</text>' for at in ticks),
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle">cosine similarity</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bars(values: Floats, colour: str) -> str:
    """A histogram, its highest bar as high as the drawing."""
    counts, edges = np.histogram(values, BINS, (LOWEST, HIGHEST))
    width = (WIDTH - 1) / BINS
    tallest = max(int(counts.max()), 1)
    heights = [
        (float(edge), BASE * 0.8 * count / tallest) for edge, count in zip(edges, counts, strict=False)
    ]
    return "\n".join(
        f'<rect x="{_x(edge):.1f}" y="{BASE - height:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{colour}" fill-opacity="0.7"/>'
        for edge, height in heights
        if height
    )


def _x(similarity: float) -> float:
    return (similarity - LOWEST) / (HIGHEST - LOWEST) * WIDTH


def _table(title: str, columns: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    return table


def _rates_json(rates: Rates) -> dict[str, Any]:
    counted = {name: value for name, value in vars(rates).items() if isinstance(value, Rate)}
    return {
        "threshold": rates.threshold,
        "margin": rates.margin,
        **{
            name: {"count": rate.count, "of": rate.of, "interval_95": list(rate.interval)}
            for name, rate in counted.items()
        },
    }


def _percent(share: float) -> str:
    """Two digits that count."""
    percent = 100 * share
    digits = 0 if percent >= 10 or percent == 0 else 1 - math.floor(math.log10(percent))
    return f"{percent:.{digits}f}"


def _similarity(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"
