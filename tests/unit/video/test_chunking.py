"""From a file to chunks: nothing lost, nothing changed, every chunk decodable alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import pytest
from av.bitstream import BitStreamFilterContext

from floorsight.platform.errors import FloorsightError, Malformed
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import Coded, VideoFile, VideoPacket, VideoSource
from floorsight.video.stills import StillSettings
from floorsight.vision.chunk import Chunk, Codec
from floorsight.vision.decoding import decode_frames
from tests.fakes.clock import NOON
from tests.fakes.videos import CLOSED, drop_packets, make_video, repeat_packets

RUN = StreamRun("plant-1", "door-1", "20260302T110000.000000Z-0001", NOON)
B_FRAMES = f"{CLOSED}:bframes=3:b-adapt=0"
OPEN_GROUPS = "open-gop=1:scenecut=0:bframes=3:b-adapt=0"


def chunks_from(path: Path, **settings: Any) -> list[Chunk]:
    with VideoFile(path) as video:
        return list(chunks_of(video, RUN, ChunkingSettings(**settings)))


def source_seconds(path: Path) -> list[float]:
    """Times of the frames shown, from the first."""
    with av.open(str(path)) as container:
        times = [float(frame.time or 0.0) for frame in container.decode(video=0)]
    return [time - times[0] for time in times]


def sent_seconds(chunks: list[Chunk]) -> list[float]:
    return [(time - NOON).total_seconds() for chunk in chunks for time in chunk.header.frame_times()]


def pictures_of(chunks: list[Chunk]) -> list[bytes]:
    return [frame.rgb().tobytes() for chunk in chunks for frame in decode_frames(chunk)]


def nothing_is_lost(path: Path, chunks: list[Chunk]) -> None:
    """Every chunk decodes alone, and frames, times and sizes sum up to the source's."""
    assert [chunk.header.sequence for chunk in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        chunk.verify()
        frames = list(decode_frames(chunk))
        assert [frame.captured_at for frame in frames] == chunk.header.frame_times()
        assert {(f.width, f.height) for f in frames} == {(chunk.header.width, chunk.header.height)}
    assert sent_seconds(chunks) == pytest.approx(source_seconds(path), abs=2e-6)


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens an encoder fails."""

    def refuse(*arguments: Any, **_: Any) -> None:
        raise AssertionError("an encoder was opened")

    monkeypatch.setattr("floorsight.video.encoding._encoder", refuse)


@pytest.mark.usefixtures("no_encoder")
class TestPassingThrough:
    @pytest.mark.parametrize("x264", [CLOSED, B_FRAMES])
    @pytest.mark.parametrize("name", ["video.mp4", "video.mkv", "video.ts"])
    def test_h264_with_closed_groups(self, tmp_path: Path, name: str, x264: str) -> None:
        path = make_video(tmp_path / name, x264=x264)
        chunks = chunks_from(path)
        nothing_is_lost(path, chunks)
        assert len(chunks) == 3
        assert {chunk.header.codec for chunk in chunks} == {Codec.H264}

    def test_not_a_bit_is_changed(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4", x264=B_FRAMES)
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            to_annex_b = BitStreamFilterContext("h264_mp4toannexb", stream)
            expected = b"".join(
                bytes(out)
                for packet in container.demux(stream)
                if packet.size
                for out in to_annex_b.filter(packet)
            )
        assert b"".join(chunk.payload for chunk in chunks_from(path)) == expected

    def test_hevc_passes_too(self, tmp_path: Path) -> None:
        path = tmp_path / "video.mp4"
        with av.open(str(path), "w") as container:
            options = {"x265-params": "open-gop=0:scenecut=0:keyint=20:log-level=none"}
            stream = container.add_stream("libx265", rate=20, options=options)
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            for _ in range(60):
                container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
            container.mux(stream.encode(None))
        chunks = chunks_from(path)
        nothing_is_lost(path, chunks)
        assert {chunk.header.codec for chunk in chunks} == {Codec.HEVC}
        assert len(chunks) == 3

    @pytest.mark.parametrize(("seconds", "sizes"), [(0.1, [10] * 6), (1.0, [20] * 3), (1.2, [30, 30])])
    def test_chunks_are_whole_groups_of_at_least_the_seconds_asked(
        self, tmp_path: Path, seconds: float, sizes: list[int]
    ) -> None:
        path = make_video(tmp_path / "video.mp4", group=10)
        chunks = chunks_from(path, chunk_seconds=seconds)
        assert [len(chunk.header.frame_offsets_us) for chunk in chunks] == sizes

    def test_the_last_chunk_may_be_shorter(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4", frames=50)
        assert [len(chunk.header.frame_offsets_us) for chunk in chunks_from(path)] == [20, 20, 10]

    def test_a_group_of_exactly_the_limit(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4", frames=162, group=81)
        nothing_is_lost(path, chunks_from(path))

    def test_pictures_before_the_first_whole_group_are_left_out(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        whole = make_video(tmp_path / "whole.mkv")
        cut = drop_packets(whole, tmp_path / "cut.mkv", first=15)
        with caplog.at_level(logging.WARNING):
            chunks = chunks_from(cut)
        assert sum(len(chunk.header.frame_offsets_us) for chunk in chunks) == 40
        assert "5 pictures" in caplog.text

    def test_a_size_that_changes_in_mid_stream(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4")
        larger = make_video(tmp_path / "larger.mp4", size=(128, 96))

        class Changing(VideoFile):
            def coded_pictures(self) -> Iterator[Coded]:
                yield from super().coded_pictures()
                with VideoFile(larger) as second:
                    for picture in second.coded_pictures():
                        yield replace(picture, at=picture.at + 3)

        with Changing(path) as video:
            chunks = list(chunks_of(video, RUN, ChunkingSettings()))
        sizes = [(chunk.header.width, chunk.header.height) for chunk in chunks]
        assert sizes == [(64, 48)] * 3 + [(128, 96)] * 3
        assert all(
            (f.width, f.height) == size
            for c, size in zip(chunks, sizes, strict=True)
            for f in decode_frames(c)
        )

    def test_frames_at_the_same_time_are_a_microsecond_apart(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4", frames=4)

        class Hurried(VideoFile):
            def coded_pictures(self) -> Iterator[Coded]:
                for picture in super().coded_pictures():
                    yield replace(picture, at=Fraction(0))

        with Hurried(path) as video:
            (chunk,) = chunks_of(video, RUN, ChunkingSettings())
        assert chunk.header.frame_offsets_us == (0, 1, 2, 3)


class TestEncoding:
    """What can't be passed through is encoded, once, and nothing is lost."""

    @pytest.mark.parametrize("x264", [CLOSED, B_FRAMES])
    def test_groups_that_are_too_long(
        self, tmp_path: Path, x264: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = make_video(tmp_path / "video.mp4", frames=130, group=1000, x264=x264)
        with caplog.at_level(logging.WARNING):
            chunks = chunks_from(path)
        nothing_is_lost(path, chunks)
        assert caplog.text.count("key frame interval") == 1
        assert [len(chunk.header.frame_offsets_us) for chunk in chunks] == [20] * 6 + [10]

    def test_groups_that_become_too_long(self, tmp_path: Path) -> None:
        # Groups of 2 s, then a pause of 5 s in the middle of one.
        path = make_video(
            tmp_path / "video.mp4",
            frames=100,
            group=40,
            x264=B_FRAMES,
            pts_of=lambda number: number if number < 50 else number + 100,
        )
        chunks = chunks_from(path)
        nothing_is_lost(path, chunks)
        with VideoFile(path) as video:
            first_group = [picture.data for picture in video.coded_pictures()][:40]
        assert chunks[0].payload == b"".join(first_group)

    def test_what_was_too_long_once_passes_again(self, tmp_path: Path) -> None:
        # Groups of 1 s, a pause of 5 s in the third, and groups of 1 s again.
        path = make_video(
            tmp_path / "video.mp4",
            frames=200,
            x264=B_FRAMES,
            pts_of=lambda number: number if number < 50 else number + 100,
        )
        chunks = chunks_from(path)
        nothing_is_lost(path, chunks)
        with VideoFile(path) as video:
            groups = [picture.data for picture in video.coded_pictures()]
        passed = [b"".join(groups[first : first + 20]) for first in range(0, 200, 20)]
        assert [chunk.payload in passed for chunk in chunks[:2]] == [True, True]
        assert passed[2] not in [chunk.payload for chunk in chunks]
        assert [chunk.payload for chunk in chunks[-4:]] == passed[-4:]
        assert chunks[-5].payload.endswith(passed[-5])

    def test_open_groups_are_no_place_to_cut(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4", frames=130, x264=OPEN_GROUPS)
        with VideoFile(path) as video:
            assert sum(picture.is_key for picture in video.coded_pictures()) > 5
        nothing_is_lost(path, chunks_from(path))

    def test_a_video_that_never_begins_a_closed_group(self, tmp_path: Path) -> None:
        whole = make_video(tmp_path / "whole.mkv", frames=130, x264=OPEN_GROUPS)
        path = drop_packets(whole, tmp_path / "cut.mkv", first=26)
        nothing_is_lost(path, chunks_from(path))

    def test_a_short_video_that_never_begins_a_closed_group(self, tmp_path: Path) -> None:
        whole = make_video(tmp_path / "whole.mkv", frames=60, x264=OPEN_GROUPS)
        path = drop_packets(whole, tmp_path / "cut.mkv", first=26)
        nothing_is_lost(path, chunks_from(path))

    @pytest.mark.parametrize("name", ["video.avi", "video.mp4", "video.mkv"])
    def test_another_codec(self, tmp_path: Path, name: str) -> None:
        path = make_video(tmp_path / name, codec="mpeg4")
        nothing_is_lost(path, chunks_from(path))

    @pytest.mark.parametrize("size", [(65, 49), (65, 48), (64, 49)])
    def test_odd_sizes_lose_a_pixel(self, tmp_path: Path, size: tuple[int, int]) -> None:
        path = make_video(tmp_path / "video.avi", codec="mpeg4", size=size)
        chunks = chunks_from(path)
        nothing_is_lost(path, chunks)
        assert (chunks[0].header.width, chunks[0].header.height) == (64, 48)

    def test_frames_at_uneven_times(self, tmp_path: Path) -> None:
        path = make_video(
            tmp_path / "video.mkv", codec="mpeg4", frames=20, pts_of=lambda number: number * number
        )
        nothing_is_lost(path, chunks_from(path))

    def test_one_frame(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4", frames=1)
        nothing_is_lost(path, chunks_from(path))

    @pytest.mark.parametrize("stills", [None, StillSettings(20.0)])
    def test_frames_that_change_their_size(self, tmp_path: Path, stills: StillSettings | None) -> None:
        path = make_video(tmp_path / "video.ts")
        larger = make_video(tmp_path / "larger.ts", size=(128, 96))

        class Changing(VideoFile):
            codec = None

            def packets(self) -> Iterator[VideoPacket]:
                yield from super().packets()
                with VideoFile(larger) as second:
                    for packet in second.packets():
                        packet.pts = (packet.pts or 0) + 3 * 90_000
                        yield packet

        with Changing(path) as video:
            chunks = list(chunks_of(video, RUN, ChunkingSettings(stills=stills)))
        sizes = [(chunk.header.width, chunk.header.height) for chunk in chunks]
        assert sizes == [(64, 48)] * 3 + [(128, 96)] * 3
        shown = [(f.width, f.height) for chunk in chunks for f in decode_frames(chunk)]
        assert shown == [(64, 48)] * 60 + [(128, 96)] * 60

    def test_encoding_shows_the_same_pictures(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.avi", codec="mpeg4", frames=5)
        with av.open(str(path)) as container:
            expected = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        (chunk,) = chunks_from(path)
        for frame, pixels in zip(decode_frames(chunk), expected, strict=True):
            assert abs(frame.rgb().astype(int) - pixels.astype(int)).mean() < 12


class TestTimesThatHardlyRise:
    """A camera's stamps may; what is held in memory has a bound all the same, and nothing is lost."""

    class Slow(VideoFile):
        """A tenth of a millisecond from picture to picture."""

        is_live = True

        def packets(self) -> Iterator[VideoPacket]:
            for number, packet in enumerate(super().packets()):
                packet.pts = packet.dts = number
                yield packet

        packets_again = VideoSource.packets_again

    def chunks_from(self, path: Path) -> list[Chunk]:
        with self.Slow(path) as video:
            chunks = list(chunks_of(video, RUN, ChunkingSettings()))
        for chunk in chunks:
            assert len(list(decode_frames(chunk))) == len(chunk.header.frame_offsets_us)
        return chunks

    @pytest.mark.usefixtures("no_encoder")
    def test_a_chunk_ends(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4", frames=2100)
        assert [len(chunk.header.frame_offsets_us) for chunk in self.chunks_from(path)] == [1000, 1000, 100]

    @pytest.mark.usefixtures("no_encoder")
    def test_a_chunk_that_is_large_ends(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = make_video(tmp_path / "video.mp4", frames=200)
        monkeypatch.setattr("floorsight.video.groups.MOST_BYTES", path.stat().st_size // 2)
        chunks = self.chunks_from(path)
        assert len(chunks) == pytest.approx(4, abs=1)
        assert sum(len(chunk.header.frame_offsets_us) for chunk in chunks) == 200

    def test_a_group_ends(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "video.mp4", frames=2100, group=5000)
        assert [len(chunk.header.frame_offsets_us) for chunk in self.chunks_from(path)] == [1000, 1000, 100]

    def test_a_group_that_is_large_ends(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = make_video(tmp_path / "video.mp4", frames=200, group=5000)
        monkeypatch.setattr("floorsight.video.groups.MOST_BYTES", path.stat().st_size // 2)
        chunks = self.chunks_from(path)
        assert len(chunks) >= 3
        assert sum(len(chunk.header.frame_offsets_us) for chunk in chunks) == 200

    def test_a_place_to_begin_is_waited_for_so_long(self, tmp_path: Path) -> None:
        whole = make_video(tmp_path / "whole.mkv", frames=2000, x264=OPEN_GROUPS)
        path = drop_packets(whole, tmp_path / "cut.mkv", first=26)
        lengths = [len(chunk.header.frame_offsets_us) for chunk in self.chunks_from(path)]
        assert max(lengths) <= 1000
        assert sum(lengths) > 1900


@pytest.mark.parametrize("longest_group_seconds", [4.0, 0.5])  # passes through; is encoded again
def test_a_picture_that_comes_twice_is_one(tmp_path: Path, longest_group_seconds: float) -> None:
    """As a recorder keeps it of a camera that repeats pictures."""
    path = make_video(tmp_path / "video.mkv")
    twice = repeat_packets(path, tmp_path / "twice.mkv")
    chunks = chunks_from(twice, longest_group_seconds=longest_group_seconds)
    nothing_is_lost(path, chunks)
    assert len(pictures_of(chunks)) == 60


def test_times_are_those_of_the_source(tmp_path: Path) -> None:
    path = make_video(tmp_path / "video.mkv", pts_of=lambda number: number + 200)
    chunks = chunks_from(path)
    assert chunks[0].header.captured_at == NOON
    assert chunks[1].header.captured_at == NOON + timedelta(seconds=1)


@pytest.mark.parametrize("name", ["notes.txt", "notes.mp4"])
def test_text_is_no_video(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("Dear diary\n")
    with pytest.raises(Malformed) as error:
        VideoFile(path)
    assert error.value.code == "not_a_video"


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
    with pytest.raises(Malformed) as error:
        VideoFile(path)
    assert error.value.code == "no_video_stream"


def test_a_codec_that_nobody_knows(tmp_path: Path) -> None:
    path = make_video(tmp_path / "video.avi", codec="mpeg4", frames=3)
    path.write_bytes(path.read_bytes().replace(b"FMP4", b"Q#9Z"))
    with pytest.raises(Malformed) as error:
        VideoFile(path)
    assert error.value.code == "unsupported_codec"


@pytest.mark.parametrize("where", [".", "missing.mp4"])
def test_no_such_file(tmp_path: Path, where: str) -> None:
    with pytest.raises(FloorsightError) as error:
        VideoFile(tmp_path / where)
    assert error.value.code == "no_such_file"


def test_a_damaged_video_is_malformed(tmp_path: Path) -> None:
    path = make_video(tmp_path / "video.mp4")
    body = bytearray(path.read_bytes())
    place = body.index(b"mdat") + 400
    body[place : place + 500] = bytes(500)
    path.write_bytes(body)
    with pytest.raises(Malformed) as error:
        chunks_from(path)
    assert error.value.code == "undecodable_source"


def test_a_stream_without_times_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as error:
        chunks_from(make_video(tmp_path / "video.h264"))
    assert error.value.code == "no_timestamps"


def test_a_connection_that_breaks_before_its_first_key_frame(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = make_video(tmp_path / "whole.mkv")

    class Broken(VideoFile):
        is_live = True

        def packets(self) -> Iterator[VideoPacket]:
            yield from islice(super().packets(), 5, 15)

    with Broken(whole) as video, caplog.at_level(logging.WARNING):
        assert list(chunks_of(video, RUN, ChunkingSettings())) == []
    assert "10 pictures" in caplog.text
    assert "key frame interval" not in caplog.text
