"""Reports of a live source, if there is a bus to publish them on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from containers.edge_publisher.clock_offset import ClockOffset
from containers.edge_publisher.heartbeat import Heartbeat, Reporter
from containers.edge_publisher.spooled_delivery import SpooledDelivery
from containers.edge_publisher.status import OnStatus
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.retry import Backoff
from floorsight.vision.chunk import new_stream_session


@contextmanager
def reporting(
    event_bus: str | None, site_id: str, camera_id: str, offset: ClockOffset, delivery: SpooledDelivery
) -> Iterator[OnStatus]:
    """Report on a camera while the block lasts; gives what is to be told of its source."""
    if event_bus is None:
        yield lambda _: None
        return
    run = new_stream_session(utc_now(), secrets.randbits(16))
    bus = EventBridgeBus(event_bus, client("events"), Backoff(attempts=1))
    with Heartbeat(Reporter(site_id, camera_id, run, offset), bus, lambda: delivery.status) as heartbeat:
        yield heartbeat.note_source
