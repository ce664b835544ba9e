"""What processing took: added up once, by camera and hour, and what it is worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from floorsight.diagnostics.model import ProcessingHour
from floorsight.diagnostics.rules import estimate_cost
from floorsight.diagnostics.service import ProcessingService
from floorsight.diagnostics.store import KEPT, ProcessingStore
from floorsight.events.diagnostics import ProcessingMeasured
from floorsight.platform.errors import Malformed, Unavailable
from floorsight.platform.retry import Backoff
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.scene import CAMERA, SESSION, SITE, no_wait
from tests.fakes.table import FaultyTable, MemoryTable


def measured(number: int = 0, **changes: Any) -> ProcessingMeasured:
    """Five minutes from NOON on."""
    fields: dict[str, Any] = {
        "event_id": f"event-{number}",
        "occurred_at": NOON + timedelta(minutes=5 * number + 5),
        "started_at": NOON + timedelta(minutes=5 * number),
        "site_id": SITE,
        "camera_id": CAMERA,
        "stream_session": SESSION,
        "cause": "w",
        "worker": "w",
        "chunks": 300,
        "frames": 1500,
        "bytes": 1_000_000,
        "stage_ms": {"decode": 1000.5, "infer": 20_000.0},
        "aws_calls": {"dynamodb:PutItem": 30, "dynamodb:WriteUnits": 120, "s3:PutObject": 2},
        "plan_hits": 270,
        "plan_misses": 30,
        "lag_seconds": 1.5,
    }
    return ProcessingMeasured(**fields | changes)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON + timedelta(hours=3))


@pytest.fixture
def service(clock: ManualClock) -> ProcessingService:
    return ProcessingService(ProcessingStore(MemoryTable()), clock)


def hours(service: ProcessingService, **how: Any) -> list[ProcessingHour]:
    return service.list_hours(CAMERA, **how).items


def test_an_hour_is_the_sum_of_its_measurements_each_once(service: ProcessingService) -> None:
    for number in (0, 1, 0, 13, 1):
        service.record(measured(number))
    first, second = hours(service)
    assert (first.hour, second.hour) == (NOON, NOON + timedelta(hours=1))
    assert first == ProcessingHour(
        camera_id=CAMERA,
        hour=NOON,
        chunks=600,
        frames=3000,
        bytes=2_000_000,
        plan_hits=540,
        plan_misses=60,
        lag_ms=3000,
        lag_samples=2,
        stage_us={"decode": 2_001_000, "infer": 40_000_000},
        aws_calls={"dynamodb:PutItem": 60, "dynamodb:WriteUnits": 240, "s3:PutObject": 4},
    )
    assert first.lag_seconds == 1.5
    assert second.chunks == 300


def test_any_order_gives_the_same(clock: ManualClock) -> None:
    found = []
    for order in ([0, 1, 2, 13], [13, 2, 0, 1, 1]):
        service = ProcessingService(ProcessingStore(MemoryTable()), clock)
        for number in order:
            service.record(measured(number))
        found.append(hours(service))
    assert found[0] == found[1]


def test_hours_come_in_pages_of_the_time_asked_for(service: ProcessingService) -> None:
    for number in range(0, 36, 6):  # two an hour
        service.record(measured(number))
    page = service.list_hours(CAMERA, limit=2)
    rest = service.list_hours(CAMERA, limit=2, start_key=page.next_key)
    assert [hour.hour for hour in (*page.items, *rest.items)] == [NOON + timedelta(hours=n) for n in range(3)]
    later = hours(service, start=NOON + timedelta(minutes=70), end=NOON + timedelta(hours=2))
    assert [hour.hour for hour in later] == [NOON + timedelta(hours=1)]
    with pytest.raises(Malformed):
        service.list_hours(CAMERA, start_key={"PK": "elsewhere", "SK": "x"})


def test_what_is_too_old_is_gone_whether_dynamodb_has_deleted_it_or_not(
    service: ProcessingService, clock: ManualClock
) -> None:
    service.record(measured())
    clock.now = NOON + KEPT + timedelta(hours=2)
    assert hours(service, start=NOON) == []
    assert service.find_latest(CAMERA) is None


def test_the_latest_hour_says_something_of_now_for_a_day(
    service: ProcessingService, clock: ManualClock
) -> None:
    service.record(measured(0))
    service.record(measured(13))
    latest = service.find_latest(CAMERA)
    assert latest is not None
    assert latest.hour == NOON + timedelta(hours=1)
    clock.advance(30 * 3600)
    assert service.find_latest(CAMERA) is None


def test_a_busy_table_delays_and_doubles_nothing(clock: ManualClock) -> None:
    table = MemoryTable()
    faulty = FaultyTable(table, contention=0.3, unavailable=0.2, answer_lost=0.2)
    service = ProcessingService(ProcessingStore(faulty), clock, Backoff(attempts=30, sleep=no_wait))
    for number in range(12):
        service.record(measured(number))
    (hour,) = ProcessingService(ProcessingStore(table), clock).list_hours(CAMERA).items
    assert hour.chunks == 12 * 300
    broken = ProcessingStore(FaultyTable(table, unavailable=1.0))
    service = ProcessingService(broken, clock, Backoff(attempts=2, sleep=no_wait))
    with pytest.raises(Unavailable, match=CAMERA):
        service.record(measured(20))


def test_the_estimate_is_calls_and_busy_time_at_list_prices() -> None:
    hour = ProcessingHour(CAMERA, NOON)
    assert estimate_cost(hour).calls_usd == estimate_cost(hour).compute_usd == 0
    calls = {"dynamodb:WriteUnits": 1_000_000, "s3:PutObject": 1000, "kinesis:GetRecords": 10**9}
    assert estimate_cost(replace(hour, aws_calls=calls)).calls_usd == pytest.approx(0.625 + 0.005)
    busy = replace(hour, stage_us={"infer": 3_600_000_000})
    assert estimate_cost(busy).compute_usd == pytest.approx(2 * 0.04048 + 4 * 0.004445)
