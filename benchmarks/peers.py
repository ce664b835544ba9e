"""The environment of the peers: trackers to compare with, and the metrics (`make bench-peers`)."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from infra.paths import STATE

PYTHON = STATE / "benchmarks" / "bin" / "python"


def go_on_among_peers(module: str) -> None:
    """Start the module again on the peers' interpreter, unless it runs there already.

    The peers ask for other versions of OpenCV and NumPy than the product; here they get them.
    """
    if find_spec("trackeval"):
        return
    if not PYTHON.is_file():
        raise SystemExit(f"{module} compares with other trackers: run `make bench-peers` first")
    os.execv(PYTHON, [str(PYTHON), "-m", module, *sys.argv[1:]])
