"""Starting and ending the process of one shard."""

from __future__ import annotations

import argparse
import logging
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack

from containers.vision_worker.fleet.beats import ShardBeat
from containers.vision_worker.fleet.processor import FleetShard
from containers.vision_worker.fleet.protocol import DaemonConnection, DaemonGone
from containers.vision_worker.fleet.streams import PipeLines, take_standard_streams
from containers.vision_worker.reader import Stuck
from containers.vision_worker.worker import Analyst, load_detector
from floorsight.platform.errors import FloorsightError, Malformed
from floorsight.platform.observability import configure_logging, emit_metrics
from floorsight.platform.settings import VisionWorkerSettings

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Serve the daemon until the lease of the shard ends.

    Returns:
        0 when the shard was given up or ended, 2 when the process could not start, 3 when it got stuck or
        did not understand the daemon. Any other end than 0 ends the daemon, with all its shards.
    """
    parser = argparse.ArgumentParser(prog="vision_worker.fleet", description=__doc__)
    parser.add_argument("--check", action="store_true", help="say whether it could start, and end")
    options = parser.parse_args(arguments)
    # Both go to the whole process group, from a terminal: the daemon asks each shard to settle.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    read_from, write_to = take_standard_streams()
    configure_logging()
    with ExitStack() as at_end:
        try:
            settings = VisionWorkerSettings.from_environment()
            beat = ShardBeat(settings.fleet_folder)
            at_end.callback(beat.end)
            beat.beat()  # from here on a hang is noticed, also one while the model is loaded
            detector = load_detector(settings)
        except FloorsightError as error:
            log.error("can't start: %s", error.message, extra={"code": error.code})
            return 2
        if options.check:
            return 0
        return _serve(Analyst(settings, detector), read_from, write_to, beat)


def _serve(analyst: Analyst, read_from: int, write_to: int, beat: ShardBeat) -> int:
    def on_step() -> None:
        beat.beat()
        analyst.health.report_if_due()

    began = time.monotonic()
    daemon = DaemonConnection(PipeLines(read_from, write_to, on_step))
    status = _served(FleetShard(daemon, analyst.make_processor, on_step).serve)
    analyst.health.finish(time.monotonic() - began)
    return status


def _served(serve: Callable[[], None]) -> int:
    try:
        serve()
    except DaemonGone as error:
        log.warning("ending: %s", error.message, extra={"code": error.code})
    except (Stuck, Malformed) as error:
        emit_metrics({"WorkerGaveUp": 1}, dimensions={})
        log.error("giving up: %s", error.message, extra={"code": error.code})
        return 3
    return 0
