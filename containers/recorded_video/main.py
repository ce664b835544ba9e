"""Starting a job: what AWS Batch runs, and `floorsight analyse`."""

from __future__ import annotations

import argparse
import logging
import re
import threading
from datetime import datetime
from pathlib import Path

from containers.recorded_video.analysing import Interrupted
from containers.recorded_video.exits import (
    EXIT_BAD_INPUT,
    EXIT_FAULT,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_REFUSED,
    EXIT_UNREACHABLE,
    UNKNOWN_TIME,
)
from containers.recorded_video.job import RecordedVideoJob, Scratch
from containers.vision_worker.worker import connect, load_detector
from floorsight.platform.aws import client
from floorsight.platform.downloads import Downloads
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import FloorsightError, Forbidden, Unavailable
from floorsight.platform.ids import IDENTIFIER_PATTERN
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import RecordedVideoSettings, read_attempt_number
from floorsight.platform.stopping import stop_on_signals
from floorsight.recordings.model import Order
from floorsight.recordings.service import RecordingService
from floorsight.recordings.store import RecordingStore
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vision.chunk import MAX_YEAR, MIN_YEAR

log = logging.getLogger(__name__)

_EXIT_CODES = (
    (Unavailable, EXIT_UNREACHABLE),
    (Forbidden, EXIT_REFUSED),
    (Interrupted, EXIT_INTERRUPTED),
    (FloorsightError, EXIT_BAD_INPUT),
)


def main(arguments: list[str] | None = None) -> int:
    """Analyse one recorded video.

    Returns:
        0 when it was analysed, 1 for a fault of ours, 2 when the order, the video or a setting is bad,
        3 when something did not answer, 4 when AWS refuses, 5 when it was told to stop (SIGTERM).
    """
    order = read_order(arguments)
    configure_logging()
    stop = stop_on_signals()
    try:
        done = make_job(RecordedVideoSettings.from_environment(), stop).run(order)
    except FloorsightError as error:
        log.error("not analysed: %s", error.message, extra={"code": error.code, "job": order.job_id})
        return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))
    except Exception:
        log.exception("a fault of ours", extra={"job": order.job_id})
        return EXIT_FAULT
    log.info("analysed", extra={"job": done.job_id, **vars(done.progress)})
    return EXIT_OK


def make_job(settings: RecordedVideoSettings, stop: threading.Event) -> RecordedVideoJob:
    """The job, connected to AWS."""
    presence = DynamoTable(settings.presence_table, client("dynamodb"))
    sites = SiteService(SiteStore(DynamoTable(settings.registry_table, client("dynamodb"))))
    folder = settings.scratch_folder
    return RecordedVideoJob(
        recordings=RecordingService(RecordingStore(presence)),
        sites=sites,
        downloads=Downloads(client("s3")),
        scratch=Scratch(Path(folder) if folder else None, settings.scratch_gib),
        connect=lambda: connect(settings, load_detector(settings)),
        max_attempts=settings.max_attempts,
        attempt_number=read_attempt_number(),
        stop=stop,
    )


def read_order(arguments: list[str] | None) -> Order:
    options = _parser().parse_args(arguments)
    return Order(options.job_id, options.camera, options.video, options.started_at)


def _time_or_unknown(text: str) -> datetime | None:
    if text == UNKNOWN_TIME:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no offset; write it as 2026-03-01T08:00:00+01:00")
    if not MIN_YEAR < moment.year < MAX_YEAR:
        raise argparse.ArgumentTypeError(f"{text} is not between the years {MIN_YEAR} and {MAX_YEAR}")
    return moment


def _identifier(text: str) -> str:
    if not re.fullmatch(IDENTIFIER_PATTERN, text):
        raise argparse.ArgumentTypeError(f"{text!r} is no id: up to 63 of a-z, 0-9 and hyphens")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="recorded_video",
        description="Analyse a recorded video as what a camera saw.",
        epilog="example: recorded_video --video s3://media/recordings/yard.mp4 --camera yard --job-id y-1",
    )
    parser.add_argument("--video", required=True, metavar="s3://BUCKET/KEY")
    parser.add_argument("--camera", required=True, type=_identifier)
    parser.add_argument(
        "--job-id", required=True, type=_identifier, help="the same id goes on where the job was stopped"
    )
    parser.add_argument(
        "--started-at",
        type=_time_or_unknown,
        metavar="TIME",
        help=f"capture time of the first frame (ISO 8601); without it, or as {UNKNOWN_TIME!r}, "
        "the video counts as having just ended",
    )
    return parser
