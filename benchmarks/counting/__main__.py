"""Crossings counted from tracks against the annotation's, beside supervision's LineZone.

    make bench-peers                                     # once
    python -m benchmarks.counting --mot FOLDER           # MOTChallenge sequences: <name>/{det,gt}/*.txt
    python -m benchmarks.counting --mot FOLDER --write docs/benchmarks.md

`python -m benchmarks.counting.run` is the other one: whole videos, from pixels to the API.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.peers import go_on_among_peers
from benchmarks.report import markdown_table, write_section


def main() -> int:
    """Print the tables; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mot", type=Path, metavar="FOLDER", required=True, help="folder of sequences")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into this document too")
    options = parser.parse_args()
    go_on_among_peers("benchmarks.counting")
    from benchmarks.counting.comparison import compare_crossings, compare_standing

    tables = [compare_crossings(options.mot), compare_standing()]
    text = "\n\n".join(markdown_table(header, rows) for header, rows in tables)
    print(text)
    if options.write:
        write_section(options.write, "counting", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
