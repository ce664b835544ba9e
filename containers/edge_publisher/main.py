"""Starting the edge publisher."""

from __future__ import annotations

import argparse
import logging
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from containers.edge_publisher.delivery import Delivery, KinesisDelivery
from containers.edge_publisher.live import LivePublisher
from containers.edge_publisher.options import camera_address, file_settings, live_settings, read_arguments
from containers.edge_publisher.patient_delivery import PatientDelivery
from containers.edge_publisher.publishing import Progress, publish_file
from containers.edge_publisher.reporting import reporting
from containers.edge_publisher.spooling import default_spool, spooled
from floorsight.platform.aws import client
from floorsight.platform.errors import FloorsightError, Forbidden, Malformed, Unavailable
from floorsight.platform.objects import S3Objects
from floorsight.platform.observability import configure_logging
from floorsight.platform.settings import EdgePublisherSettings
from floorsight.platform.stopping import stop_on_signals
from floorsight.video.addresses import is_address

log = logging.getLogger(__name__)

EXIT_OK, EXIT_BAD_SOURCE, EXIT_UNREACHABLE, EXIT_REFUSED = 0, 2, 3, 4
EXIT_CAMERA_REFUSED, EXIT_CAMERA_GONE, EXIT_NO_CAMERA_STREAM = 5, 6, 7
_BY_CODE = {
    "camera_refused": EXIT_CAMERA_REFUSED,
    "camera_gone": EXIT_CAMERA_GONE,
    "no_camera_stream": EXIT_NO_CAMERA_STREAM,
    "not_a_camera": EXIT_NO_CAMERA_STREAM,
}
_BY_KIND = ((Unavailable, EXIT_UNREACHABLE), (Forbidden, EXIT_REFUSED))


def main(arguments: list[str] | None = None) -> int:
    """Publish a camera, until told to stop, or a file.

    Returns:
        An exit code; `--help` lists them.
    """
    options = read_arguments(arguments)
    configure_logging()
    stop = stop_on_signals()
    try:
        _publish(options, stop)
    except FloorsightError as error:
        log.error("%s", error.message, extra={"code": error.code})
        return _exit_code(error)
    return EXIT_OK


def _exit_code(error: FloorsightError) -> int:
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next((code for kind, code in _BY_KIND if isinstance(error, kind)), EXIT_BAD_SOURCE)


def _publish(options: argparse.Namespace, stop: threading.Event) -> None:
    settings = EdgePublisherSettings.from_environment()
    kinesis = _kinesis(settings)
    if is_address(options.source):
        _publish_camera(options, kinesis, settings.event_bus, stop)
    else:
        _publish_file(options, kinesis, stop)


def _kinesis(settings: EdgePublisherSettings) -> KinesisDelivery:
    from botocore.exceptions import BotoCoreError, NoRegionError

    try:
        objects = S3Objects(settings.media_bucket, client("s3"))
        return KinesisDelivery(settings.chunk_stream, client("kinesis"), objects)
    except BotoCoreError as error:
        advice = "; set AWS_DEFAULT_REGION" if isinstance(error, NoRegionError) else ""
        raise Malformed(f"AWS is not set up: {error}{advice}", code="bad_aws_settings") from error


def _publish_camera(
    options: argparse.Namespace, kinesis: KinesisDelivery, event_bus: str | None, stop: threading.Event
) -> None:
    address, settings = camera_address(options), live_settings(options)
    spool, offset = options.spool or default_spool(), kinesis.clock_offset
    with (
        spooled(kinesis, spool, options.camera, options.spool_bytes) as delivery,
        reporting(event_bus, options.site, options.camera, offset, delivery) as on_status,
    ):
        settings = replace(settings, after_session=delivery.last_session)
        LivePublisher(address, settings, delivery, stop, on_status).run()


def _publish_file(options: argparse.Namespace, kinesis: KinesisDelivery, stop: threading.Event) -> None:
    wanted = file_settings(options)
    with _delivery(kinesis, options, stop) as (delivery, last_session):
        for _ in range(options.times):
            wanted = replace(wanted, after_session=last_session)
            done = publish_file(Path(options.source), wanted, delivery, stop, _log_progress)
            last_session = done.stream_session
            log.info("published", extra={"chunks": done.chunks, "frames": done.frames, "bytes": done.bytes})
            if stop.is_set():
                return


@contextmanager
def _delivery(
    kinesis: KinesisDelivery, options: argparse.Namespace, stop: threading.Event
) -> Iterator[tuple[Delivery, str | None]]:
    """Straight to the stream, or by way of a spool; then what is in it is waited for, unless told to stop.

    With it the last stream session of an earlier run, which a spool knows.
    """
    if options.spool is None:
        yield kinesis, None
        return
    with spooled(kinesis, options.spool, options.camera, options.spool_bytes) as sending:
        yield PatientDelivery(sending, stop) if options.fast else sending, sending.last_session
        sending.wait_until_sent(math.inf, stop.is_set)


def _log_progress(progress: Progress) -> None:
    if progress.chunks % 10 == 0:
        log.info("progress", extra={"chunks": progress.chunks, "video_seconds": round(progress.seconds, 1)})
