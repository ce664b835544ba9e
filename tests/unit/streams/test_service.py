"""When cameras were live, and the paths of what they saw."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vision import StreamHealth, TrackEnded
from floorsight.platform.clock import to_sort_key
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Key
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Put, Table, Write
from floorsight.streams.rules import heartbeat_slot
from floorsight.streams.service import LONGEST_TRACK, StreamService
from floorsight.streams.store import TRAJECTORY_DAYS, HealthStore, TrajectoryStore
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.scene import CAMERA, SESSION, SITE, no_wait
from tests.fakes.table import FaultyTable, MemoryTable

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def health(at: datetime, **changes: Any) -> StreamHealth:
    fields: dict[str, Any] = {
        "event_id": f"health-{at.isoformat()}",
        "occurred_at": at,
        "site_id": SITE,
        "camera_id": CAMERA,
        "stream_session": SESSION,
        "cause": "chunk/1",
        "minute": at.replace(second=0, microsecond=0),
        "frames_analysed": 600,
        "frames_per_second": 10.0,
    }
    return StreamHealth(**fields | changes)


def ended(number: int, at: datetime, *, seconds: float = 5.0, **changes: Any) -> TrackEnded:
    fields: dict[str, Any] = {
        "event_id": f"track-{number}",
        "occurred_at": at,
        "site_id": SITE,
        "camera_id": CAMERA,
        "stream_session": SESSION,
        "cause": "chunk/1",
        "track_id": number,
        "object_class": "person",
        "started_at": at - timedelta(seconds=seconds),
        "observations": 50,
        "path": ((0, 0.1, 0.5), (int(seconds * 1000), 0.9, 1.0)),
    }
    return TrackEnded(**fields | changes)


def mark(site_id: str, camera_id: str, slot: datetime, token: str) -> Put:
    return Put({"PK": f"DIRTY#{site_id}", "SK": f"{to_sort_key(slot)}#{camera_id}", "token": token})


def service_on(presence: Table, trails: Table | None = None, attempts: int = 8) -> StreamService:
    return StreamService(
        HealthStore(presence),
        TrajectoryStore(trails or MemoryTable()),
        ManualClock(),
        Backoff(attempts=attempts, sleep=no_wait),
    )


class SpyTable(MemoryTable):
    """Remembers how much each transaction wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def transact(self, writes: Sequence[Write]) -> None:
        self.sizes.append(len(writes))
        super().transact(writes)


def test_a_camera_is_known_by_its_latest_frame() -> None:
    service = service_on(MemoryTable())
    assert service.health.find_seen(SITE, CAMERA) is None
    service.record_health(health(NOON + MINUTE, frames_per_second=9.5), mark)
    service.record_health(health(NOON), mark)
    seen = service.health.find_seen(SITE, CAMERA)
    assert seen is not None
    assert (seen.last_seen_at, seen.frames_per_second) == (NOON + MINUTE, 9.5)


def test_a_recording_is_remembered_and_nobody_misses_its_camera() -> None:
    service = service_on(MemoryTable())
    service.record_health(health(NOON, recorded=True), mark)
    assert service.health.find_seen(SITE, CAMERA) is None
    beats = service.health.list_heartbeats(CAMERA, NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    assert beats == [heartbeat_slot(NOON)]


def test_a_site_is_read_at_once() -> None:
    service = service_on(MemoryTable())
    for number in range(3):
        service.record_health(health(NOON + number * MINUTE, camera_id=f"door-{number}"), mark)
    service.record_health(health(NOON, site_id="elsewhere", camera_id="other"), mark)
    found = service.list_last_seen(SITE)
    assert {name: seen.last_seen_at for name, seen in found.items()} == {
        f"door-{number}": NOON + number * MINUTE for number in range(3)
    }


def test_five_minutes_have_one_heartbeat_and_one_mark() -> None:
    table = SpyTable()
    service = service_on(table)
    for minute in range(12):
        service.record_health(health(NOON + minute * MINUTE + 59 * SECOND), mark)
    slots = [NOON, NOON + 5 * MINUTE, NOON + 10 * MINUTE]
    assert service.health.list_heartbeats(CAMERA, NOON - SECOND, NOON + 60 * MINUTE) == slots
    assert table.sizes == [3, 1, 1, 1, 1, 3, 1, 1, 1, 1, 3, 1]
    marks = [key.sk for key in table.dump() if key.pk == f"DIRTY#{SITE}"]
    assert sorted(marks) == [f"{to_sort_key(slot)}#{CAMERA}" for slot in slots]


def test_heartbeats_are_asked_for_after_a_moment_until_another() -> None:
    service = service_on(MemoryTable())
    for minute in (0, 5, 10, 15):
        service.record_health(health(NOON + minute * MINUTE), mark)
    assert service.health.list_heartbeats(CAMERA, NOON, NOON + 10 * MINUTE) == [
        NOON + 5 * MINUTE,
        NOON + 10 * MINUTE,
    ]


def test_a_minute_delivered_again_writes_nothing() -> None:
    table = SpyTable()
    service = service_on(table)
    for _ in range(3):
        service.record_health(health(NOON), mark)
    assert table.sizes == [3]


def state(table: MemoryTable) -> dict[Key, Any]:
    """All that is stored; a mark may carry the id of any event of its slot."""
    return {k: None if k.pk.startswith("DIRTY") else item for k, item in table.dump().items()}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
    st.integers(0, 2**32),
)
def test_no_order_repetition_or_fault_changes_what_is_known(
    minutes: list[int], shuffling: random.Random, seed: int
) -> None:
    events = [health(NOON + minute * MINUTE, frames_per_second=float(minute)) for minute in set(minutes)]
    plain, faulty = MemoryTable(), MemoryTable()
    for event in events:
        service_on(plain).record_health(event, mark)
    deliveries = events + [shuffling.choice(events) for _ in range(5)]
    shuffling.shuffle(deliveries)
    faults = FaultyTable(faulty, random.Random(seed).random, 0.2, 0.1, 0.2)
    for event in deliveries:
        service_on(faults, attempts=100).record_health(event, mark)
    assert state(faulty) == state(plain)


def test_a_table_that_stays_busy_is_unavailable() -> None:
    service = service_on(FaultyTable(MemoryTable(), lambda: 0.5, contention=1.0), attempts=3)
    with pytest.raises(Unavailable, match="the health of camera door-1 could not be kept"):
        service.record_health(health(NOON), mark)


def test_tracks_are_found_by_camera_and_time() -> None:
    service = service_on(MemoryTable())
    for number in range(10):
        service.record_track(ended(number, NOON + number * MINUTE))
    service.record_track(ended(99, NOON + 3 * MINUTE, camera_id="other"))
    found = service.list_tracks(CAMERA, NOON + 3 * MINUTE, NOON + 6 * MINUTE)
    # The one that ended at the very beginning was not there any more; the last was there before the end.
    assert [track.track_id for track in found] == [4, 5, 6]
    assert found[0].path == ((0, 0.1, 0.5), (5000, 0.9, 1.0))
    assert all(isinstance(x, float) for track in found for point in track.path for x in point[1:])


def test_a_track_that_began_in_the_period_and_ended_after_it_is_found() -> None:
    service = service_on(MemoryTable())
    service.record_track(ended(1, NOON + 50 * MINUTE, seconds=3000))
    service.record_track(ended(2, NOON + 50 * MINUTE, seconds=60))
    assert [t.track_id for t in service.list_tracks(CAMERA, NOON, NOON + MINUTE)] == [1]
    too_long = ended(3, NOON + MINUTE + LONGEST_TRACK + SECOND, seconds=7200)
    service.record_track(too_long)
    assert [t.track_id for t in service.list_tracks(CAMERA, NOON, NOON + MINUTE)] == [1]


def test_a_track_is_one_write_however_often_it_is_delivered() -> None:
    trails = MemoryTable()
    service = service_on(MemoryTable(), trails)
    for _ in range(3):
        service.record_track(ended(1, NOON))
    assert len(trails.dump()) == 1


def test_a_track_is_gone_after_97_days_whether_or_not_it_is_deleted() -> None:
    service = service_on(MemoryTable())
    now = service.clock()
    for number, age in enumerate([TRAJECTORY_DAYS - 1, TRAJECTORY_DAYS + 1]):
        service.record_track(ended(number, now - timedelta(days=age)))
    found = service.list_tracks(CAMERA, now - timedelta(days=365), now)
    assert [track.track_id for track in found] == [0]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_slot_contains_its_moments(moment: datetime) -> None:
    slot = heartbeat_slot(moment)
    assert slot <= moment < slot + 5 * MINUTE
    assert (slot.minute % 5, slot.second, slot.microsecond) == (0, 0, 0)


def test_a_clock_that_was_ahead_hides_no_silence() -> None:
    clock = ManualClock()
    table = MemoryTable()
    service = StreamService(HealthStore(table), TrajectoryStore(MemoryTable()), clock)

    def alive_at() -> datetime:
        return HealthStore(table).list_last_seen(SITE)[CAMERA]

    service.record_health(health(NOON + timedelta(hours=1)), mark)
    assert alive_at() == NOON, "it was alive when we heard of it"
    clock.advance(60)
    service.record_health(health(NOON + MINUTE), mark)  # its clock was set
    assert alive_at() == NOON + MINUTE
    seen = service.health.find_seen(SITE, CAMERA)
    assert seen
    assert seen.last_seen_at == NOON + timedelta(hours=1), "that only rises"
    clock.advance(600)
    service.record_health(health(NOON + timedelta(hours=1)), mark)  # delivered once more
    assert alive_at() == NOON + MINUTE
