"""Starting the vision worker: alone on a stream, or in a fleet."""

from __future__ import annotations

import argparse
import logging
import threading

from floorsight.platform.errors import FloorsightError
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import VisionWorkerSettings
from floorsight.platform.stopping import stop_on_signals

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT.

    Returns:
        0 when it stopped cleanly, 2 when it could not start, 3 when it got stuck.
    """
    options = _parse(arguments)
    configure_logging()
    stop = stop_on_signals()
    try:
        settings = VisionWorkerSettings.from_environment()
        if options.fleet or settings.reader == "kcl":
            return _run_fleet(settings, stop)
        return _run_single(settings, stop, options.until_idle)
    except FloorsightError as error:
        log.error("can't start: %s", error.message, extra={"code": error.code})
        return 2


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vision_worker", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--fleet", action="store_true", help="share the shards with other workers, by leases")
    how.add_argument(
        "--until-idle", type=float, metavar="SECONDS", help="stop when no chunk has come for so long"
    )
    return parser.parse_args(arguments)


# Imported when needed: the parent of a fleet has no use for what analyses video, and its memory.


def _run_fleet(settings: VisionWorkerSettings, stop: threading.Event) -> int:
    from containers.vision_worker.fleet.supervisor import run_fleet

    return run_fleet(settings, stop)


def _run_single(settings: VisionWorkerSettings, stop: threading.Event, until_idle: float | None) -> int:
    from containers.vision_worker.single import run_single

    return run_single(settings, stop, until_idle)
