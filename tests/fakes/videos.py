"""Small videos of every kind, made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
import numpy as np
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

FPS = 20
CLOSED = "open-gop=0:scenecut=0"


Pixels: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]


def bar(number: int, size: tuple[int, int]) -> Pixels:
    """A bar that grows with each frame."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, : (number * 3) % size[0] + 1] = 200
    return pixels


def noise(number: int, size: tuple[int, int]) -> Pixels:
    """What takes many bytes to code, other in each frame."""
    return np.random.default_rng(number).integers(0, 256, (size[1], size[0], 3), np.uint8)


def make_video(
    path: Path,
    *,
    draw: Callable[[int, tuple[int, int]], Pixels] = bar,
    codec: str = "libx264",
    frames: int = 60,
    size: tuple[int, int] = (64, 48),
    group: int = FPS,
    x264: str = CLOSED,
    pts_of: Callable[[int], int] = lambda number: number,
) -> Path:
    """Encode frames into a file; every frame differs."""
    options = {"x264-params": x264} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = cast("VideoStream", container.add_stream(codec, rate=FPS, options=options))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.gop_size = group
        stream.max_b_frames = 3 if "bframes" in x264 else 0
        for number in range(frames):
            frame = VideoFrame.from_ndarray(draw(number, size), format="rgb24")
            frame.pts, frame.time_base = pts_of(number), Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def drop_packets(source: Path, target: Path, first: int) -> Path:
    """Copy a video without its first packets."""
    return _copy(source, target, lambda number: int(number >= first))


def repeat_packets(source: Path, target: Path) -> Path:
    """Copy a video with every packet twice."""
    return _copy(source, target, lambda _: 2)


def _copy(source: Path, target: Path, times_of: Callable[[int], int]) -> Path:
    """Copy each packet so many times, by its number."""
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        packets = [packet for packet in read.demux(video=0) if packet.size]
        for number, packet in enumerate(packets):
            data, pts, dts = bytes(packet), packet.pts, packet.dts
            for _ in range(times_of(number)):
                copy = Packet(data)
                copy.pts, copy.dts, copy.time_base = pts, dts, packet.time_base
                copy.is_keyframe, copy.stream = packet.is_keyframe, stream
                written.mux(copy)
    return target


def cut_video(source: Path, target: Path, *, first: int, frames: int, fps: int, group: int) -> Path:
    """Some frames of a video as H.264 in closed groups, so that a publisher need not encode them again."""
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        taken = list(islice(read.decode(video=0), first, first + frames))
        options = {"preset": "veryfast", "x264-params": CLOSED}
        stream = cast("VideoStream", written.add_stream("libx264", rate=fps, options=options))
        stream.width, stream.height, stream.pix_fmt = taken[0].width, taken[0].height, "yuv420p"
        stream.gop_size, stream.max_b_frames = group, 0
        for number, frame in enumerate(taken):
            whole = frame.reformat(format="yuv420p")
            whole.pts, whole.time_base, whole.pict_type = number, Fraction(1, fps), PictureType.NONE
            written.mux(stream.encode(whole))
        written.mux(stream.encode(None))
    return target
