"""What publishers say of themselves: only the newest is kept, whatever the order, whatever their clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from floorsight.events.publishing import PublisherReported
from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Put, Write
from floorsight.streams.model import PublisherReport
from floorsight.streams.service import PublisherService
from floorsight.streams.store import PUBLISHER, PublisherStore, report_body
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.scene import CAMERA, SESSION, SITE, no_wait
from tests.fakes.table import MemoryTable

RUN, NEXT_RUN = "20260302T115900.000000Z-0001", "20260302T120500.000000Z-0002"
MINUTE = timedelta(minutes=1)


def reported(number: int, at: datetime | None = None, **changes: Any) -> PublisherReported:
    """A report that all is well, a minute after the one before."""
    fields: dict[str, Any] = {
        "event_id": f"{changes.get('publisher', RUN)}-{number}",
        "occurred_at": at or NOON + (number - 1) * MINUTE,
        "site_id": SITE,
        "camera_id": CAMERA,
        "stream_session": SESSION,
        "cause": f"publisher/{RUN}",
        "publisher": RUN,
        "number": number,
        "publisher_version": "0.1.0",
        "connected": True,
        "frames_per_second": 10.0,
        "bits_per_second": 1_800_000.0,
        "reconnects": 0,
        "camera_error": None,
        "link_up": True,
        "link_error": None,
        "queue_chunks": 0,
        "queue_bytes": 0,
        "queue_seconds": 0.0,
        "chunks_dropped": 0,
        "chunks_damaged": 0,
        "disk_error": None,
        "clock_ahead_seconds": 0.0,
    }
    return PublisherReported(**fields | changes)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON + timedelta(hours=2))


@pytest.fixture
def service(clock: ManualClock) -> PublisherService:
    return PublisherService(PublisherStore(MemoryTable()), clock, Backoff(sleep=no_wait))


def last(service: PublisherService) -> PublisherReported:
    report = service.find_report(SITE, CAMERA)
    assert report
    return report.event


EVENTS = (
    reported(1),
    reported(2),
    reported(3),
    reported(1, NOON + 5 * MINUTE, publisher=NEXT_RUN),
    reported(2, NOON + 6 * MINUTE, publisher=NEXT_RUN),
)


@pytest.mark.parametrize("order", list(permutations(EVENTS)), ids=lambda _: "")
def test_the_newest_stays_in_whatever_order_they_come(
    order: tuple[PublisherReported, ...], clock: ManualClock
) -> None:
    service = PublisherService(PublisherStore(MemoryTable()), clock)
    for event in (*order, *order):
        service.record_report(event)
    assert last(service) == EVENTS[-1]


def test_a_report_from_the_future_holds_until_the_next(service: PublisherService, clock: ManualClock) -> None:
    clock.now = NOON
    service.record_report(reported(1, NOON + timedelta(hours=5)))
    report = service.find_report(SITE, CAMERA)
    assert report
    assert report.reported_at == NOON
    clock.advance(60)
    service.record_report(reported(1, NOON + MINUTE, publisher=NEXT_RUN))
    assert last(service).publisher == NEXT_RUN


def test_what_is_a_week_old_is_no_report(service: PublisherService, clock: ManualClock) -> None:
    service.record_report(reported(1, clock.now))
    clock.advance(timedelta(days=7).total_seconds())
    assert service.find_report(SITE, CAMERA) is None
    assert service.list_reports(SITE) == {}
    service.record_report(reported(2, clock.now))
    assert last(service).number == 2


def test_a_site_is_read_at_once(service: PublisherService) -> None:
    service.record_report(reported(1))
    service.record_report(reported(1, camera_id="door-2"))
    service.record_report(reported(1, site_id="plant-2"))
    assert list(service.list_reports(SITE)) == ["door-1", "door-2"]


class RacedTable(MemoryTable):
    """Somebody else writes another report just before us, as often as told."""

    def __init__(self, races: int) -> None:
        super().__init__()
        self.races = races

    def write(self, write: Write) -> None:
        if self.races:
            self.races -= 1
            run = f"20260302T110000.{self.races:06d}Z-0000"
            other = PublisherReport(reported(1, publisher=run), NOON - timedelta(hours=1))
            body = PUBLISHER.item(report_body(other), site_id=SITE, camera_id=CAMERA)
            super().write(Put(body))
        super().write(write)


@pytest.mark.parametrize("races", [1, 2])
def test_who_is_overtaken_looks_again(clock: ManualClock, races: int) -> None:
    table = RacedTable(races=races)
    service = PublisherService(PublisherStore(table), clock, Backoff(attempts=3, sleep=no_wait))
    service.record_report(reported(5))
    assert last(service).number == 5


def test_who_is_overtaken_again_and_again_gives_up(clock: ManualClock) -> None:
    service = PublisherService(PublisherStore(RacedTable(races=9)), clock, Backoff(attempts=3, sleep=no_wait))
    with pytest.raises(Unavailable, match="could not be kept"):
        service.record_report(reported(5))
