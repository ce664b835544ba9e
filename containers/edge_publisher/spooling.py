"""How a publisher is told about its spool, and comes by one."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from containers.edge_publisher.delivery import KinesisDelivery
from containers.edge_publisher.spool import DEFAULT_SPOOL_BYTES, Spool
from containers.edge_publisher.spool_folder import SpoolFolder
from containers.edge_publisher.spooled_delivery import SpooledDelivery
from floorsight.platform.errors import Malformed
from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.platform.retry import Backoff
from floorsight.platform.settings import read_state_folder


def add_spool_arguments(parser: argparse.ArgumentParser) -> None:
    """`--spool` (None unless given) and `--spool-bytes`."""
    parser.add_argument(
        "--spool",
        type=Path,
        metavar="DIR",
        help="keep what can't be sent there (default for live sources: floorsight/spool under "
        "$XDG_STATE_HOME, which is ~/.local/state unless set); files are sent without one unless it is given",
    )
    parser.add_argument(
        "--spool-bytes",
        type=int,
        default=DEFAULT_SPOOL_BYTES,
        metavar="N",
        help="bound of the spool; beyond it the oldest is dropped (default 2 GiB)",
    )


def default_spool() -> Path:
    """Where live sources keep their spools unless told."""
    return read_state_folder() / "spool"


@contextmanager
def spooled(
    delivery: KinesisDelivery, folder: Path, camera_id: str, max_bytes: int
) -> Iterator[SpooledDelivery]:
    """`delivery` by way of the camera's spool in `folder`, which does the waiting between tries.

    Raises:
        Conflict: `spool_in_use`. Malformed: `bad_spool`.
    """
    if not re.fullmatch(IDENTIFIER_PATTERN, camera_id):  # it names a folder
        raise Malformed(f"{camera_id!r} is no camera id: {IDENTIFIER_PATTERN}", code="bad_spool")
    spool = Spool(SpoolFolder(folder / camera_id), camera_id, max_bytes=max_bytes)
    with SpooledDelivery(spool, replace(delivery, backoff=Backoff(attempts=1))) as sending:
        yield sending
