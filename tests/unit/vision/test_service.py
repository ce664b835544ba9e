"""One camera's stream: what is put aside and why, commits, the outbox, and who looks on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.table import Delete
from floorsight.vision.chunk import Chunk, Claim, decode_chunk
from floorsight.vision.detections import Detections
from floorsight.vision.pipeline import Analysis
from floorsight.vision.plan import CountingPlan
from floorsight.vision.service import CameraStream
from floorsight.vision.store import STREAM_STATE
from floorsight.vision.stream_state import MAX_EARLIER, MAX_GAPS, Tally
from tests.fakes.clock import NOON
from tests.fakes.streams import (
    CAMERA,
    FIRST,
    FRAMES_A_CHUNK,
    SECOND,
    SITE,
    THIRD,
    Faults,
    FaultyPorts,
    World,
    encoded,
    fields_of,
    header_of,
    plan_of,
    walking_chunk,
)

CLAIMS = f"claims/{SITE}/{CAMERA}/"


def claimed(chunk: Chunk, key: str) -> Chunk:
    return Chunk(chunk.header.model_copy(update={"claim": Claim(key=key)}), b"")


def last_sequence(world: World, camera_id: str = CAMERA) -> int | None:
    state = world.store().load(camera_id).state
    return state.sequence if state else None


def standing(sequence: int, left: int, seconds: float) -> Chunk:
    """A chunk in which somebody stands at this place, captured so long after NOON."""
    payload = encoded((left,) * FRAMES_A_CHUNK)
    captured_at = NOON + timedelta(seconds=seconds)
    return Chunk(header_of(payload, sequence=sequence, captured_at=captured_at), payload)


class TestPuttingAside:
    """The reason is right, the chunk is kept whole, and the stream goes on."""

    @pytest.mark.parametrize(
        ("chunk", "reason"),
        [
            (walking_chunk(1, camera_id="stranger"), "unknown_camera"),
            (walking_chunk(1, site_id="plant-2"), "unknown_camera"),
            (Chunk(walking_chunk(1).header, walking_chunk(1).payload[:-1]), "undecodable"),
            (Chunk(walking_chunk(1).header, walking_chunk(2).payload[:100]), "undecodable"),
            (Chunk(header_of(b"no video", sequence=1), b"no video"), "undecodable"),
            (walking_chunk(1, frame_offsets_us=(0, 200_000)), "undecodable"),
            (claimed(walking_chunk(1), f"{CLAIMS}gone.bin"), "claim_missing"),
            (claimed(walking_chunk(1), f"claims/{SITE}/door-2/x.bin"), "undecodable"),
            (claimed(walking_chunk(1), "snapshots/x.bin"), "undecodable"),
        ],
    )
    def test_is_reported_with_its_reason(self, chunk: Chunk, reason: str) -> None:
        world = World().add(walking_chunk(0), chunk, walking_chunk(2)).run()
        assert world.rejections() == [reason]
        rejected = next(fields_of(m) for m in world.bus.messages if m.detail_type == "ChunkRejected.v1")
        kept = decode_chunk(world.objects.stored[rejected["quarantine_key"]])
        assert kept.header.sequence == rejected["sequence"] == 1
        assert kept.payload == chunk.payload
        assert rejected["quarantine_key"].startswith("quarantine/")
        assert last_sequence(world) == 2
        assert world.checkpoint.saved == "3"

    def test_a_chunk_that_was_refused_leaves_no_gap(self) -> None:
        broken = Chunk(walking_chunk(1).header, b"")
        world = World().add(walking_chunk(0), broken, walking_chunk(2)).run()
        assert "ChunksMissed.v1" not in world.kinds()

    def test_a_chunk_of_an_older_session(self) -> None:
        world = World().add(walking_chunk(0, SECOND), walking_chunk(0, FIRST)).run()
        assert world.rejections() == ["stale_session"]

    def test_a_late_chunk_of_a_session_that_is_over(self) -> None:
        world = World().add(walking_chunk(0), walking_chunk(0, SECOND), walking_chunk(1)).run()
        assert world.rejections() == ["stale_session"]

    def test_a_chunk_that_comes_after_a_later_one(self) -> None:
        world = World().add(walking_chunk(0), walking_chunk(2), walking_chunk(1)).run()
        assert world.rejections() == ["out_of_order"]
        assert "ChunksMissed.v1" in world.kinds()

    def test_a_fault_of_ours_is_kept_too(self) -> None:
        class Broken:
            def detect(self, frames: Any, stopwatch: Any) -> list[Detections]:
                raise ZeroDivisionError("ours")

        world = World().add(walking_chunk(0)).run(detector=Broken())
        assert world.rejections() == ["analysis_failed"]
        assert last_sequence(world) == 0

    def test_a_claimed_payload_is_kept_with_it_because_claims_live_for_a_day(self) -> None:
        payload = b"no video"
        key = f"{CLAIMS}1.bin"
        chunk = Chunk(header_of(payload, claim=Claim(key=key)), b"")
        world = World().add(chunk)
        world.objects.stored[key] = payload
        world.run()
        assert world.rejections() == ["undecodable"]
        (kept,) = world.objects.keys("quarantine/")
        assert decode_chunk(world.objects.stored[kept]).payload == payload


class TestKnownAgain:
    """A record that is read again is known, whatever came after it."""

    @pytest.mark.parametrize("again", [walking_chunk(0), walking_chunk(1)])
    def test_a_duplicate_is_skipped(self, again: Chunk) -> None:
        once = World().add(walking_chunk(0), walking_chunk(1)).run()
        world = World().add(walking_chunk(0), walking_chunk(1), again).run()
        assert world.facts() == once.facts()
        assert world.rejections() == []

    @pytest.mark.parametrize("later", [SECOND, THIRD])
    def test_a_chunk_of_an_earlier_session_that_was_taken(self, later: str) -> None:
        world = World().add(walking_chunk(0), walking_chunk(0, SECOND))
        world.add(walking_chunk(0, later), walking_chunk(0), walking_chunk(0, SECOND)).run()
        assert world.rejections() == []

    def test_a_missed_chunk_of_an_earlier_session(self) -> None:
        world = World().add(walking_chunk(0), walking_chunk(2), walking_chunk(0, SECOND), walking_chunk(1))
        assert world.run().rejections() == ["out_of_order"]

    def test_memory_is_bounded(self) -> None:
        world = World()
        payload = encoded((None,) * 4)
        sessions = [f"20260302T11{minute:02d}00.000000Z-0001" for minute in range(MAX_EARLIER + 3)]
        for session in sessions:
            world.add(Chunk(header_of(payload, stream_session=session), payload))
        for sequence in range(2, 2 * MAX_GAPS + 8, 2):
            world.add(Chunk(header_of(payload, stream_session=sessions[-1], sequence=sequence), payload))
        world.run()
        state = world.store().load(CAMERA).state
        assert state is not None
        assert len(state.earlier) == MAX_EARLIER
        assert len(state.gaps) == MAX_GAPS


class TestClaims:
    def test_a_claimed_payload_is_fetched(self) -> None:
        chunk = walking_chunk(0)
        key = f"{CLAIMS}{FIRST}/0000000000.bin"
        world = World().add(claimed(chunk, key))
        world.objects.stored[key] = chunk.payload
        world.run()
        assert world.rejections() == []
        assert last_sequence(world) == 0

    @pytest.mark.parametrize(
        "fault", [Unavailable("S3 refused: AccessDenied"), RuntimeError("a bug of ours")]
    )
    def test_a_bucket_that_fails_says_nothing_about_the_chunk(self, fault: Exception) -> None:
        chunk = walking_chunk(0)
        key = f"{CLAIMS}{FIRST}/0000000000.bin"
        world = World().add(claimed(chunk, key))
        world.objects.stored[key] = chunk.payload

        def fail(asked: str) -> None:
            if asked == key:
                raise fault

        world.objects.before = fail
        with pytest.raises(type(fault)):
            world.run()
        assert world.rejections() == []
        assert world.checkpoint.saved is None
        world.objects.before = lambda _: None
        assert last_sequence(world.run()) == 0

    def test_a_claimed_payload_is_verified(self) -> None:
        key = f"{CLAIMS}0.bin"
        world = World().add(claimed(walking_chunk(0), key))
        world.objects.stored[key] = b"something else"
        assert world.run().rejections() == ["undecodable"]


class TestCommitting:
    def test_events_are_committed_at_once_and_quiet_chunks_every_ten_seconds(self) -> None:
        quiet = encoded((None,) * 4)
        world = World().add(*(Chunk(header_of(quiet, sequence=n), quiet) for n in range(40)))
        worker = world.worker()
        commits = []
        for record in world.records:
            worker.process_records([record])
            commits.append(world.store().load(CAMERA).version)
            world.clock.advance(1.0)
        assert commits == [number // 10 for number in range(40)]

    def test_an_event_has_its_picture_before_it_is_published(self) -> None:
        world = World().add(*(walking_chunk(n) for n in range(6))).run()
        crossings = [fields_of(m) for m in world.bus.messages if m.detail_type == "LineCrossed.v1"]
        assert [crossing["direction"] for crossing in crossings] == ["in", "out"]
        for crossing in crossings:
            assert world.objects.stored[crossing["snapshot_key"]].startswith(b"\xff\xd8")

    def test_a_lost_answer_to_a_commit_changes_nothing(self) -> None:
        world = World().add(*(walking_chunk(n) for n in range(6)))
        undisturbed = World(records=world.records).run().facts()
        lost: list[int] = []

        def strike(number: int, name: str) -> None:
            if name == "after table.write" and not lost:
                lost.append(number)
                raise Unavailable("the answer was lost")

        worker = world.worker(strike)
        for record in world.records:
            while True:
                try:
                    worker.process_records([record])
                except Unavailable:
                    continue
                break
        worker.shutdown()
        assert lost
        assert world.facts() == undisturbed

    def test_a_session_that_is_over_ends_its_tracks(self) -> None:
        world = World().add(walking_chunk(0), walking_chunk(0, SECOND)).run()
        (ended,) = [fields_of(m) for m in world.bus.messages if m.detail_type == "TrackEnded.v1"]
        assert ended["stream_session"] == FIRST
        assert ended["observations"] == 4

    @pytest.mark.parametrize("refused", [False, True])
    def test_who_is_there_after_a_long_gap_is_not_who_was_there_before(self, refused: bool) -> None:
        """Left of the line, an hour without pictures, right of it: nobody has crossed."""
        lost = Chunk(standing(2, 46, 3000).header, b"")
        later = [standing(3 if refused else 4000, 46, 4000), standing(4 if refused else 4001, 46, 4000.8)]
        before = [standing(0, 38, 0), standing(1, 38, 0.8)]
        world = World().add(*before, *([lost] if refused else []), *later).run()
        assert "LineCrossed.v1" not in world.kinds()
        ended = [fields_of(m) for m in world.bus.messages if m.detail_type == "TrackEnded.v1"]
        assert [(each["track_id"], each["occurred_at"]) for each in ended] == [
            (1, "2026-03-02T12:00:01.400000Z")
        ]

    def test_a_short_gap_ends_nobody(self) -> None:
        world = World().add(standing(0, 38, 0), standing(2, 38, 1.6)).run()
        assert "ChunksMissed.v1" in world.kinds()
        assert "TrackEnded.v1" not in world.kinds()

    def test_a_new_session_that_begins_late_says_what_is_missing(self) -> None:
        world = World().add(walking_chunk(3)).run()
        missed = fields_of(world.bus.messages[0])
        assert (missed["first_sequence"], missed["last_sequence"]) == (0, 2)

    def test_who_was_overtaken_starts_over(self) -> None:
        world = World().add(*(walking_chunk(n) for n in range(6)))
        slow, fast = world.worker(), world.worker()
        slow.process_records(world.records[:2])
        fast.process_records(world.records)
        fast.shutdown()
        slow.process_records(world.records[2:])
        slow.shutdown()
        assert world.facts() == World(records=world.records).run().facts()

    def test_a_commit_on_a_version_that_is_gone_is_refused(self) -> None:
        world = World().add(walking_chunk(0)).run()
        stored = world.store().load(CAMERA)
        with pytest.raises(Conflict):
            world.store().commit(CAMERA, stored, NOON)

    def test_what_a_silent_camera_saw_is_not_kept_for_ever(self) -> None:
        world = World().add(walking_chunk(0)).run()
        item = world.table.get(STREAM_STATE.key(camera_id=CAMERA))
        assert item is not None
        assert item["expires_at"] == int((world.clock.now + timedelta(days=97)).timestamp())

    def test_whose_state_was_deleted_meanwhile_goes_on_as_if_it_had_just_begun(self) -> None:
        world = World().add(*(walking_chunk(n) for n in range(4)))
        worker = world.worker()
        worker.process_records(world.records[:2])
        world.table.write(Delete(STREAM_STATE.key(camera_id=CAMERA)))
        worker.process_records(world.records[2:])
        worker.shutdown()
        assert last_sequence(world) == 3
        missed = next(fields_of(m) for m in world.bus.messages if m.detail_type == "ChunksMissed.v1")
        assert (missed["first_sequence"], missed["last_sequence"]) == (0, 1)


class TestTheAudience:
    """Live pictures are a courtesy: counting never waits for them."""

    @pytest.mark.parametrize("fault", [Unavailable("the table is busy"), RuntimeError("ours")])
    def test_a_broken_view_stops_nothing(self, fault: Exception) -> None:
        class Broken:
            def show(self, plan: CountingPlan, analysis: Analysis, sequence: int) -> None:
                raise fault

        world = World().add(*(walking_chunk(n) for n in range(4)))
        undisturbed = World(records=world.records).run().facts()
        assert world.run(audience=Broken()).facts() == undisturbed

    def test_is_shown_every_analysed_chunk(self) -> None:
        shown: list[tuple[int, int]] = []

        class Watching:
            def show(self, plan: CountingPlan, analysis: Analysis, sequence: int) -> None:
                shown.append((sequence, analysis.frames_analysed))

        World().add(walking_chunk(0), walking_chunk(0), walking_chunk(1)).run(audience=Watching())
        assert shown == [(0, 4), (1, 4)]


def test_a_stream_knows_how_far_it_is_behind() -> None:
    world = World()
    world.clock.advance(3.0)
    stream = CameraStream(CAMERA, world.ports(FaultyPorts(world, Faults())))
    stream.take(walking_chunk(0))
    assert stream.lag_seconds == 3.0
    assert stream.frames_analysed == 4
    assert not stream.settled
    stream.flush()
    assert stream.settled


def test_the_plan_is_asked_for_every_chunk() -> None:
    asked: list[str] = []

    def plan(camera_id: str) -> CountingPlan:
        asked.append(camera_id)
        return plan_of(camera_id)

    World().add(walking_chunk(0), walking_chunk(1)).run(plan_of=plan)
    assert asked == [CAMERA, CAMERA]


class TestTheEndOfASession:
    """A recording has no later session that would end its tracks."""

    def finished(self, *chunks: Chunk) -> World:
        world = World()
        stream = CameraStream(CAMERA, world.ports(FaultyPorts(world, Faults())))
        for chunk in chunks:
            stream.take(chunk)
        stream.end_session(FIRST)
        assert stream.settled
        return world

    def test_tells_what_the_next_session_would_tell(self) -> None:
        chunks = [walking_chunk(number) for number in range(3)]
        by_the_next = World().add(*chunks, walking_chunk(0, SECOND)).run().facts()
        ended = self.finished(*chunks).facts()
        assert {"TrackEnded.v1", "StreamHealth.v1"} <= {kind for kind, _ in ended.values()}
        assert ended.items() <= by_the_next.items()

    def test_again_tells_the_same(self) -> None:
        world = self.finished(walking_chunk(0), walking_chunk(1))
        facts, version = world.facts(), world.store().load(CAMERA).version
        again = CameraStream(CAMERA, world.ports(FaultyPorts(world, Faults())))
        again.take(walking_chunk(1))
        again.end_session(FIRST)
        assert (world.facts(), world.store().load(CAMERA).version) == (facts, version)
        next_session = World(table=world.table).add(walking_chunk(0, SECOND)).run()
        assert next_session.facts().items() <= facts.items()  # the outbox of the last commit, published again

    def test_of_another_session_changes_nothing(self) -> None:
        world = self.finished(walking_chunk(0, SECOND))
        assert world.kinds() == []

    def test_of_a_camera_that_nothing_came_from_is_no_fault(self) -> None:
        assert self.finished().kinds() == []


def test_the_state_tells_what_its_session_came_to() -> None:
    broken = Chunk(walking_chunk(2).header, b"")
    world = World().add(walking_chunk(0), walking_chunk(1), broken, *(walking_chunk(n) for n in range(3, 6)))
    state = world.run().store().load(CAMERA).state
    assert state is not None
    assert state.tally == Tally(frames=20, crossings=world.kinds().count("LineCrossed.v1"), refused=1)
    assert state.tally.crossings
    world.add(walking_chunk(0, SECOND)).run()
    after = world.store().load(CAMERA).state
    assert after is not None
    assert after.tally == Tally(frames=4)
