"""Frame mode: JPEG images at a chosen rate, in chunks like any other."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from floorsight.platform.errors import Malformed
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.video.stills import StillSettings
from floorsight.vision.chunk import Chunk, Codec
from floorsight.vision.decoding import decode_frames
from tests.fakes.clock import NOON
from tests.fakes.videos import make_video

RUN = StreamRun("plant-1", "door-1", "20260302T110000.000000Z-0001", NOON)


def stills_of(path: Path, frames_per_second: float, quality: int = 80) -> list[Chunk]:
    settings = ChunkingSettings(stills=StillSettings(frames_per_second, quality))
    with VideoFile(path) as video:
        return list(chunks_of(video, RUN, settings))


def seconds_of(chunks: list[Chunk]) -> list[float]:
    return [(time - NOON).total_seconds() for chunk in chunks for time in chunk.header.frame_times()]


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [
        (2.0, [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]),
        (0.5, [0.0, 2.0]),
        (20.0, [number / 20 for number in range(60)]),
        (60.0, [number / 20 for number in range(60)]),  # a video has no more than it has
    ],
)
def test_frames_are_taken_at_the_rate(tmp_path: Path, rate: float, seconds: list[float]) -> None:
    chunks = stills_of(make_video(tmp_path / "video.mp4"), rate)
    assert seconds_of(chunks) == pytest.approx(seconds, abs=1e-5)


def test_a_rate_that_does_not_divide_is_kept_on_average(tmp_path: Path) -> None:
    seconds = seconds_of(stills_of(make_video(tmp_path / "video.mp4", frames=200), 3.0))
    assert len(seconds) == 30
    assert np.diff(seconds).min() >= 0.25


def test_after_a_pause_no_frames_are_made_up_for(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "video.mp4", frames=40, pts_of=lambda number: number if number < 20 else number + 61
    )
    seconds = seconds_of(stills_of(path, 2.0))
    assert 4.05 in [round(second, 3) for second in seconds]
    assert np.diff(seconds).min() >= 0.4
    assert len(seconds) == 6


def test_a_chunk_is_a_second_of_images_that_decode_to_the_frames(tmp_path: Path) -> None:
    path = make_video(tmp_path / "video.mp4")
    chunks = stills_of(path, 4.0, quality=100)
    assert [len(chunk.header.frame_offsets_us) for chunk in chunks] == [4, 4, 4]
    assert {(chunk.header.codec, chunk.header.width) for chunk in chunks} == {(Codec.MJPEG, 64)}
    with av.open(str(path)) as container:
        source = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][::5]
    frames = [frame for chunk in chunks for frame in decode_frames(chunk)]
    for frame, pixels in zip(frames, source, strict=True):
        assert abs(frame.rgb().astype(int) - pixels.astype(int)).mean() < 3


def test_quality_is_bytes(tmp_path: Path) -> None:
    path = make_video(tmp_path / "video.mp4", size=(320, 240))
    sizes = [sum(len(chunk.payload) for chunk in stills_of(path, 4.0, quality)) for quality in (1, 80, 100)]
    assert sizes == sorted(set(sizes))


def test_any_codec_and_odd_sizes(tmp_path: Path) -> None:
    chunks = stills_of(make_video(tmp_path / "video.avi", codec="mpeg4", size=(65, 49)), 2.0)
    assert [(f.width, f.height) for chunk in chunks for f in decode_frames(chunk)] == [(64, 48)] * 6


@pytest.mark.parametrize(("rate", "quality"), [(0.0, 80), (-1.0, 80), (61.0, 80), (2.0, 0), (2.0, 101)])
def test_settings_that_make_no_sense(rate: float, quality: int) -> None:
    with pytest.raises(Malformed):
        StillSettings(rate, quality)
