"""A job's record, and its camera for it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from floorsight.platform.errors import Conflict, NotFound, Unavailable
from floorsight.platform.table import Refusal, TransactionRefused, Write
from floorsight.recordings.model import Damage, Order, Problem, Progress, Recording, RecordingStatus
from floorsight.recordings.rules import (
    LEASE_SECONDS,
    MAX_DAMAGES,
    RENEW_SECONDS,
    SILENT_SECONDS,
    with_damage,
)
from floorsight.recordings.service import Overtaken, RecordingService
from floorsight.recordings.store import RecordingStore
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.table import MemoryTable

FIRST, SECOND = (f"20260302T1{hour}0000.000000Z-0001" for hour in (1, 2))
ORDER = Order("job-1", "yard", "s3://media/recordings/yard.mp4", NOON)


class Room:
    """The room on a table in memory."""

    def __init__(self) -> None:
        self.clock, self.table = ManualClock(), MemoryTable()
        self.service = RecordingService(RecordingStore(self.table), self.clock)

    def begun(self, order: Order = ORDER, session: str = FIRST, current: str | None = None) -> Recording:
        submitted = self.service.submit(order)
        return self.service.begin(
            submitted, site_id="plant-1", stream_session=session, current_session=current
        )


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_job_is_queued_once(room: Room) -> None:
    queued = room.service.submit(ORDER)
    room.clock.advance(5)
    assert room.service.submit(ORDER) == queued == room.service.get("job-1")
    assert (queued.status, queued.attempts, queued.created_at) == (RecordingStatus.QUEUED, 0, NOON)


def test_a_job_of_which_only_the_word_was_lost_is_queued(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 repeats a conditional write to which it got no answer, and is refused by its own success."""
    write = room.table.write

    def write_twice(what: Write) -> None:
        write(what)
        write(what)

    monkeypatch.setattr(room.table, "write", write_twice)
    assert room.service.submit(ORDER) == room.service.get("job-1")


def test_of_two_orders_at_the_same_moment_the_second_is_told(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, other = room.table.write, RecordingService(RecordingStore(MemoryTable()), room.clock)
    taken = other.submit(replace(ORDER, video="s3://media/recordings/other.mp4"))

    def overtaken(what: Write) -> None:
        write(room.service.store.recording_put(taken, attempts_before=None))
        write(what)

    monkeypatch.setattr(room.table, "write", overtaken)
    with pytest.raises(Conflict) as caught:
        room.service.submit(ORDER)
    assert caught.value.code == "other_job"


def test_an_unknown_job(room: Room) -> None:
    with pytest.raises(NotFound, match="job-9"):
        room.service.get("job-9")


def test_what_is_kept_is_read_back(room: Room) -> None:
    begun = room.begun()
    full = replace(
        begun,
        video_bytes=10,
        video_tag='"tag"',
        seconds_total=12.0,
        progress=Progress(10, 2, 2.0, 20, 1, 1, 30.0),
        damages=(Damage(1.0, "gone", 1), Damage(2.0, "cut off")),
    )
    saved = room.service.save(full)
    assert room.service.get("job-1") == saved
    failed = room.service.close(full, RecordingStatus.FAILED, Problem("code", "message"))
    assert room.service.get("job-1") == failed
    assert failed.finished_at == NOON


def test_the_session_is_that_of_the_first_attempt(room: Room) -> None:
    first = room.begun()
    again = room.begun(session=SECOND, current=FIRST)
    assert (again.stream_session, again.attempts) == (FIRST, first.attempts + 1)


def test_an_attempt_that_was_overtaken_writes_nothing_more(room: Room) -> None:
    first = room.begun()
    second = room.begun(current=FIRST)
    for write in (room.service.save, lambda r: room.service.close(r, RecordingStatus.SUCCEEDED)):
        with pytest.raises(Overtaken):
            write(first)
    assert room.service.get("job-1") == second


class TestTheCamera:
    OTHER = replace(ORDER, job_id="job-2")

    def test_is_one_jobs_alone(self, room: Room) -> None:
        room.begun()
        with pytest.raises(Conflict, match="job-1") as caught:
            room.begun(self.OTHER)
        assert caught.value.code == "camera_busy"
        assert room.service.get("job-2").status is RecordingStatus.QUEUED

    @pytest.mark.parametrize("status", [RecordingStatus.SUCCEEDED, RecordingStatus.FAILED])
    def test_is_free_when_the_job_is_over(self, room: Room, status: RecordingStatus) -> None:
        room.service.close(room.begun(), status)
        assert room.begun(self.OTHER, SECOND, FIRST).status is RecordingStatus.RUNNING

    def test_is_kept_for_a_job_that_was_interrupted(self, room: Room) -> None:
        room.service.close(room.begun(), RecordingStatus.INTERRUPTED, Problem("interrupted", "told to"))
        with pytest.raises(Conflict, match="job-1"):
            room.begun(self.OTHER)
        room.clock.advance(LEASE_SECONDS)
        assert room.begun(self.OTHER).status is RecordingStatus.RUNNING

    def test_is_kept_as_long_as_the_job_says_that_it_lives(self, room: Room) -> None:
        running = room.begun()
        for _ in range(3):
            room.clock.advance(LEASE_SECONDS - 1)
            running = room.service.save(running)
        with pytest.raises(Conflict, match="job-1"):
            room.begun(self.OTHER)

    def test_that_another_job_has_taken_ends_this_one(self, room: Room) -> None:
        running = room.begun()
        room.clock.advance(LEASE_SECONDS)
        room.begun(self.OTHER)
        with pytest.raises(Overtaken):
            room.service.save(running)

    def test_with_a_live_stream_is_refused(self, room: Room) -> None:
        with pytest.raises(Conflict, match="camera of its own") as caught:
            room.begun(current=FIRST)
        assert caught.value.code == "camera_is_live"

    def test_whose_stream_is_that_of_an_earlier_job_is_taken(self, room: Room) -> None:
        """Also when a job in between came to nothing."""
        room.service.close(room.begun(), RecordingStatus.SUCCEEDED)
        room.service.close(room.begun(self.OTHER, SECOND, FIRST), RecordingStatus.FAILED)
        assert room.begun(replace(ORDER, job_id="job-3"), SECOND, FIRST).status is RecordingStatus.RUNNING

    def test_that_is_taken_at_the_same_moment_is_refused(self, room: Room) -> None:
        submitted = room.service.submit(ORDER)
        room.begun()
        with pytest.raises(Conflict, match="this very moment"):
            room.service.begin(submitted, site_id="p", stream_session=FIRST, current_session=None)


def test_the_lease_is_written_rarely(room: Room) -> None:
    running = room.begun()
    room.clock.advance(RENEW_SECONDS - 1)
    saved = room.service.save(running)
    assert saved.lease_until == running.lease_until
    room.clock.advance(1)
    renewed = room.service.save(saved).lease_until
    assert renewed is not None
    assert (renewed - NOON).total_seconds() == LEASE_SECONDS + RENEW_SECONDS


def test_a_busy_table_is_no_other_attempt(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    running = room.begun()
    room.clock.advance(RENEW_SECONDS)

    def busy(writes: object) -> None:
        raise TransactionRefused([Refusal.CONTENTION, Refusal.NONE])

    monkeypatch.setattr(room.table, "transact", busy)
    for call in (lambda: room.service.save(running), lambda: room.begun(current=FIRST)):
        with pytest.raises(Unavailable):
            call()


def test_who_says_nothing_for_long_is_seen_as_interrupted(room: Room) -> None:
    room.begun()
    room.clock.advance(SILENT_SECONDS)
    assert room.service.get("job-1").status is RecordingStatus.RUNNING
    room.clock.advance(1)
    assert room.service.get("job-1").status is RecordingStatus.INTERRUPTED


def test_damages_are_told_once_and_not_without_end(room: Room) -> None:
    recording = room.begun()
    for number in (*range(MAX_DAMAGES + 5), 0, 1):
        recording = with_damage(recording, Damage(float(number), "gone", number))
    assert [damage.sequence for damage in recording.damages] == list(range(MAX_DAMAGES))
