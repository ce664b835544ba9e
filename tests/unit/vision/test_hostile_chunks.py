"""Chunks that ask for more than there is, and publishers whose clocks are wrong."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import av.error
import pytest

from floorsight.platform.errors import Malformed
from floorsight.vision import choosing, decoding, service
from floorsight.vision.chunk import Chunk, Claim, Codec
from floorsight.vision.decoding import MAX_FRAME_PIXELS, decode_frames, open_decoder
from tests.fakes.clock import NOON
from tests.fakes.hostile import CLAIMS, chunk_of, claiming_stream
from tests.fakes.streams import FIRST, HEIGHT, SECOND, THIRD, WIDTH, World, fields_of, walking_chunk

# Decodes in a process of its own, and says by how much its memory grew at most (KiB).
GROWTH = """
import sys
from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import decode_frames
from tests.fakes.hostile import chunk_of, claiming_stream
from tests.fakes.streams import walking_chunk

def peak():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1])

list(decode_frames(walking_chunk(0)))
before = peak()
chunk = chunk_of(claiming_stream(16384, 16384), frame_offsets_us=(0,))
try:
    list(decode_frames(chunk))
except Malformed:
    print(peak() - before)
"""


class TestSizes:
    def test_the_stream_of_a_hundred_bytes_is_one_that_a_decoder_takes(self) -> None:
        """Else the other tests would show nothing."""
        payload = claiming_stream(2048, 1024)
        assert len(payload) < 100
        chunk = chunk_of(payload, width=2048, height=1024, frame_offsets_us=(0,))
        (frame,) = decode_frames(chunk)
        assert (frame.width, frame.height) == (2048, 1024)

    def test_a_frame_larger_than_the_header_says_costs_no_memory(self) -> None:
        told = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, text=True, check=True)
        assert int(told.stdout) < 20_000  # the picture that it claims would take 400,000

    @pytest.mark.parametrize("size", [(2048, 1024), (WIDTH + 128, HEIGHT + 128), (16384, 16384)])
    def test_larger_frames_than_asked_for_are_refused(self, size: tuple[int, int]) -> None:
        decoder = open_decoder(Codec.H264, largest=(WIDTH, HEIGHT))
        payload = claiming_stream(*(side - side % 16 + 16 for side in size))
        packets = [*decoder.parse(payload), *decoder.parse(None)]
        with pytest.raises(av.error.InvalidDataError):
            [decoder.decode(packet) for packet in packets]

    def test_a_smaller_frame_than_the_header_says_is_refused(self) -> None:
        """Where things are is told by the header's size."""
        chunk = walking_chunk(0, width=2 * WIDTH, height=2 * HEIGHT)
        with pytest.raises(Malformed, match=f"{WIDTH}x{HEIGHT}"):
            list(decode_frames(chunk))

    @pytest.mark.parametrize(
        ("changes", "match"),
        [
            ({"width": 65_535, "height": 65_535}, "larger than"),
            ({"width": MAX_FRAME_PIXELS + 1, "height": 1}, "larger than"),
            (
                {"width": 8192, "height": 4352, "frame_offsets_us": tuple(range(241))},
                "too much for one chunk",
            ),
        ],
    )
    def test_what_would_take_too_long_is_refused_before_decoding(
        self, changes: dict[str, Any], match: str
    ) -> None:
        chunk = walking_chunk(0)
        header = chunk.header.model_copy(update=changes)
        with pytest.raises(Malformed, match=match) as caught:
            next(decode_frames(Chunk(header, chunk.payload)))
        assert caught.value.code == "too_much_video"

    def test_the_largest_cameras_are_taken(self) -> None:
        for width, height, frames in ((7680, 4320, 4 * 30), (3840, 2160, 8 * 30), (1920, 1080, 8 * 60)):
            offsets = tuple(range(frames))
            decoding.check_size(
                walking_chunk(0).header.model_copy(
                    update={"width": width, "height": height, "frame_offsets_us": offsets}
                )
            )

    def test_more_frames_than_listed_end_the_decoding(self) -> None:
        chunk = walking_chunk(0, frame_offsets_us=(0,))
        frames = decode_frames(chunk)
        next(frames)
        with pytest.raises(Malformed, match="more frames than"):
            next(frames)

    def test_frames_held_at_once_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(choosing, "MAX_HELD_PIXELS", 3 * WIDTH * HEIGHT)
        world = World().add(walking_chunk(0)).run()
        (rejected,) = [fields_of(m) for m in world.bus.messages]
        assert rejected["reason"] == "undecodable"
        assert "lower the camera's analyse_fps" in rejected["explanation"]

    def test_a_claim_is_read_no_further_than_it_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        chunk = walking_chunk(0)
        key = f"{CLAIMS}0.bin"
        claimed = Chunk(chunk.header.model_copy(update={"claim": Claim(key=key)}), b"")
        world = World().add(claimed)
        world.objects.stored[key] = chunk.payload + bytes(10_000)
        world.run()
        (kept,) = world.objects.keys("quarantine/")
        assert len(world.objects.stored[kept]) < len(chunk.payload) + 2_000
        monkeypatch.setattr(service, "MAX_CLAIM_BYTES", len(chunk.payload) - 1)
        refused = World().add(claimed).run()
        assert refused.rejections() == ["undecodable"]


class TestWrongClocks:
    """A capture time is what the publisher says. Nothing stops for it, and the chunks after it count."""

    AGES = (
        datetime(1971, 1, 1, tzinfo=UTC),
        datetime(8999, 1, 1, tzinfo=UTC),
        NOON - timedelta(days=365),
        NOON + timedelta(hours=1),
    )

    @pytest.mark.parametrize("began_at", AGES)
    def test_a_session_of_another_age_counts_at_its_own_times(self, began_at: datetime) -> None:
        here = World().add(*(walking_chunk(number) for number in range(6))).run()
        there = World()
        for number in range(6):
            chunk = walking_chunk(number)
            at = began_at + (chunk.header.captured_at - NOON)
            there.add(walking_chunk(number, captured_at=at))
        there.run()
        assert there.kinds() == here.kinds()
        times = {fields_of(m)["occurred_at"][:4] for m in there.bus.messages}
        assert times == {f"{began_at.year}"}
        assert there.rejections() == []

    def test_sessions_go_by_their_ids_whatever_their_times(self) -> None:
        """The second session's pictures are older than the first's: a clock that was set back."""
        world = World()
        for session, days in ((FIRST, 0), (SECOND, -3), (THIRD, 400)):
            for number in range(6):
                at = walking_chunk(number).header.captured_at + timedelta(days=days)
                world.add(walking_chunk(number, session, captured_at=at))
        world.run()
        crossings = [fields_of(m) for m in world.bus.messages if m.detail_type == "LineCrossed.v1"]
        by_session = {s: [c for c in crossings if c["stream_session"] == s] for s in (FIRST, SECOND, THIRD)}
        assert [len(found) for found in by_session.values()] == [len(by_session[FIRST])] * 3
        assert by_session[FIRST]
        assert world.rejections() == []

    @pytest.mark.parametrize("jump_seconds", [-3600.0, -1.0, 3600.0, 86_400.0 * 365])
    def test_a_jump_within_a_session_stops_nothing(self, jump_seconds: float) -> None:
        world = World()
        for number in range(16):
            chunk = walking_chunk(number)
            at = chunk.header.captured_at + timedelta(seconds=jump_seconds if number >= 6 else 0.0)
            world.add(walking_chunk(number, captured_at=at))
        world.run()
        assert world.rejections() == []
        state = world.store().load("door-1").state
        assert state is not None
        assert state.sequence == 15
        after = NOON + timedelta(seconds=jump_seconds + 6 * 0.8)
        causes = {f"chunk/{number}" for number in range(6, 16)}
        crossings = [fields_of(m) for m in world.bus.messages if m.detail_type == "LineCrossed.v1"]
        late = [crossing for crossing in crossings if crossing["cause"] in causes]
        # Set back by more than the chunks last, no frame of theirs is due: a publisher that notices begins
        # a new session.
        assert bool(late) == (jump_seconds > -3600.0)
        assert all(datetime.fromisoformat(c["occurred_at"]) >= after for c in late)
