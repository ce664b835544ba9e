"""HOTA, MOTA, IDF1, speed and envelope of our tracker beside its peers, in one run on the same detections.

make bench-peers                                     # once: supervision, trackers, trackeval
python -m benchmarks.tracking --mot FOLDER           # MOTChallenge sequences: <name>/{det,gt}/*.txt
python -m benchmarks.tracking --mot FOLDER --write docs/benchmarks.md
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
    parser.add_argument("--repeats", type=int, default=3, help="timed runs; the fastest counts (3)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables into this document too")
    options = parser.parse_args()
    go_on_among_peers("benchmarks.tracking")
    from benchmarks.tracking.comparison import compare
    from benchmarks.tracking.envelope import envelope

    tables = [*compare(options.mot, options.repeats), envelope()]
    text = "\n\n".join(markdown_table(header, rows) for header, rows in tables)
    print(text)
    if options.write:
        write_section(options.write, "tracking", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
