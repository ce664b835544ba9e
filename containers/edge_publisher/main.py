"""Starting the edge publisher."""

from __future__ import annotations

import argparse
import logging
import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from containers.edge_publisher.delivery import Delivery, KinesisDelivery
from containers.edge_publisher.publishing import Progress, PublishSettings, publish_file
from containers.edge_publisher.spooling import add_spool_arguments, spooled
from floorsight.platform.aws import client
from floorsight.platform.errors import FloorsightError, Forbidden, Unavailable
from floorsight.platform.objects import S3Objects
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import EdgePublisherSettings

log = logging.getLogger(__name__)

EXIT_OK, EXIT_BAD_SOURCE, EXIT_UNREACHABLE, EXIT_REFUSED = 0, 2, 3, 4
_EXIT_CODES = ((Unavailable, EXIT_UNREACHABLE), (Forbidden, EXIT_REFUSED))


def main(arguments: list[str] | None = None) -> int:
    """Publish a file.

    Returns:
        0 when it was sent, 2 when it (or a setting) can't be read, 3 when the stream can't be reached,
        4 when AWS refuses the credentials.
    """
    options = _parser().parse_args(arguments)
    configure_logging()
    stop = threading.Event()

    def _ask_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, _ask_to_stop)
    signal.signal(signal.SIGINT, _ask_to_stop)
    try:
        _publish(options, stop)
    except FloorsightError as error:
        log.error("%s", error.message, extra={"code": error.code})
        return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), EXIT_BAD_SOURCE)
    return EXIT_OK


def _publish(options: argparse.Namespace, stop: threading.Event) -> None:
    settings = EdgePublisherSettings.from_environment()
    objects = S3Objects(settings.media_bucket, client("s3"))
    kinesis = KinesisDelivery(settings.chunk_stream, client("kinesis"), objects)
    wanted = PublishSettings(
        options.site, options.camera, paced=not options.fast, started_at=options.started_at
    )
    with _delivery(kinesis, options, stop) as delivery:
        for _ in range(options.times):
            done = publish_file(options.video, wanted, delivery, stop, _log_progress)
            log.info("published", extra={"chunks": done.chunks, "frames": done.frames, "bytes": done.bytes})
            if stop.is_set():
                return


@contextmanager
def _delivery(
    kinesis: KinesisDelivery, options: argparse.Namespace, stop: threading.Event
) -> Iterator[Delivery]:
    """Straight to the stream, or by way of a spool; then what is in it is waited for, unless told to stop."""
    if options.spool is None:
        yield kinesis
        return
    with spooled(kinesis, options.spool, options.camera, options.spool_bytes) as sending:
        yield sending
        sending.wait_until_sent(math.inf, stop.is_set)


def _log_progress(progress: Progress) -> None:
    if progress.chunks % 10 == 0:
        log.info("progress", extra={"chunks": progress.chunks, "video_seconds": round(progress.seconds, 1)})


def _aware_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no offset; write it as 2026-03-01T08:00:00+01:00")
    return moment


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="edge_publisher",
        description="Publish a video file as a camera's stream.",
        epilog="example: edge_publisher yard.mp4 --site plant-1 --camera yard-gate",
    )
    parser.add_argument("video", type=Path)
    parser.add_argument("--site", required=True)
    parser.add_argument("--camera", required=True)
    parser.add_argument("--fast", action="store_true", help="as fast as it goes, not at the video's speed")
    parser.add_argument(
        "--started-at", type=_aware_time, metavar="TIME", help="capture time of the first frame (ISO 8601)"
    )
    parser.add_argument("--times", type=int, default=1, help="play it so many times (default 1)")
    add_spool_arguments(parser)
    return parser
