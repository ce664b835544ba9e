"""Thresholds on the media catalogue's photographs, into docs/identity.md.

python -m benchmarks.identity.calibration --write docs/identity.md
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.report import markdown_table, write_section
from infra.local.faces.calibration import Report
from infra.local.faces.running import of_photographs
from infra.local.faces.showing import CONDITION_COLUMNS, RATE_COLUMNS, condition_row, rate_row

SECTION = "calibration"


def text_of(report: Report) -> str:
    """The tables in Markdown, and what they come to."""
    advice = report.recommendation
    return "\n\n".join(
        [
            f"{report.people} people, {report.enrolled} of their faces enrolled, by `{report.embedder}`.",
            markdown_table(RATE_COLUMNS, map(rate_row, report.by_threshold)),
            "At these values, by how faces were seen:",
            markdown_table(CONDITION_COLUMNS, map(condition_row, report.conditions)),
            f"Other people's faces: mean {advice.mean:.3f}, deviation {advice.deviation:.3f}, of which "
            f"{advice.deviation_within:.3f} within two people; {advice.pairs_of_people} pairs of people.",
            *report.notes,
            f"**Recommended: threshold {advice.threshold:.2f}, margin {advice.margin:.2f}.**",
        ]
    )


def main() -> None:
    """Print the report, or write it between a document's markers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    text = text_of(of_photographs(None))
    if arguments.write:
        write_section(arguments.write, SECTION, text)
    else:
        print(text)


if __name__ == "__main__":
    main()
