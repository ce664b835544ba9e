"""What the motion gate costs and saves: `python -m benchmarks.motion_gate [--size 1920x1080 --fps 15]`.

A textured room with a sensor's noise, in which somebody walks for a few seconds of every minute; and the
sample video, where somebody moves all the time. Processor seconds of one thread.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame

from floorsight.video.chunking import ChunkingSettings, Cut, Stamped, StreamRun, cuts_of, stamped
from floorsight.video.coding import Coding
from floorsight.video.encoding import encode_frames
from floorsight.video.gate import MotionGate
from floorsight.video.groups import split_groups
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import Codec

BEGAN_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RUN = StreamRun("plant-1", "door-1", "20260302T110000.000000Z-0001", BEGAN_AT)
SAMPLE = Path(".floorsight/media/vtest.avi")
SECONDS, WALK_SECONDS, NOISE = 60, 6, 1.0


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", action="append", help="of the room, e.g. 1920x1080")
    parser.add_argument("--fps", type=int, default=15)
    options = parser.parse_args()
    print("| video | Mbit/s | gate, ms a second of video | chunks sent whole | frames sent | bytes sent |")
    print("|---|---|---|---|---|---|")
    if SAMPLE.is_file():
        with VideoFile(SAMPLE) as video:
            report(
                "sample, 768 x 576, 10 fps, never still",
                list(stamped(cuts_of(video, ChunkingSettings()), RUN)),
            )
    for size in options.size or ["1280x720", "1920x1080"]:
        width, height = map(int, size.split("x"))
        name = f"room, {width} x {height}, {options.fps} fps, {WALK_SECONDS} of {SECONDS} s with somebody"
        report(name, film(room(width, height, options.fps), width, height, options.fps))


def report(name: str, chunks: list[Stamped]) -> None:
    began = time.process_time()
    sent = list(MotionGate().pass_on(chunks))
    taken = time.process_time() - began
    seconds = (chunks[-1].ended_at - chunks[0].captured_at).total_seconds()
    whole = sum(len(each.cut.times) > 1 for each in sent)
    megabits = sum(len(each.cut.payload) for each in chunks) * 8e-6 / seconds
    print(
        f"| {name} | {megabits:.1f} | {taken / seconds * 1000:.1f} | {whole} of {len(chunks)} "
        f"| {share(sent, chunks, lambda cut: len(cut.times))} "
        f"| {share(sent, chunks, lambda cut: len(cut.payload))} |",
        flush=True,
    )


def share(part: list[Stamped], whole: list[Stamped], size_of) -> str:  # type: ignore[no-untyped-def]
    return f"{sum(size_of(each.cut) for each in part) / sum(size_of(each.cut) for each in whole):.0%}"


def room(width: int, height: int, fps: int) -> Iterator[np.ndarray]:  # type: ignore[type-arg]
    random = np.random.default_rng(1)
    coarse = random.uniform(40, 200, (height // 40 + 1, width // 40 + 1)).astype(np.float32)
    walls = coarse.repeat(40, axis=0).repeat(40, axis=1)[:height, :width]
    person = width // 40, height // 8
    for number in range(SECONDS * fps):
        pixels = walls + random.normal(0.0, NOISE, walls.shape).astype(np.float32)
        walked = number / fps - SECONDS / 2
        if 0 <= walked < WALK_SECONDS:
            left, top = int((width - person[0]) * walked / WALK_SECONDS), height // 2
            pixels[top : top + person[1], left : left + person[0]] = 20
        yield pixels


def film(pictures: Iterable[np.ndarray], width: int, height: int, fps: int) -> list[Stamped]:  # type: ignore[type-arg]
    def frames() -> Iterator[VideoFrame]:
        for number, pixels in enumerate(pictures):
            frame = VideoFrame.from_ndarray(np.clip(pixels, 0, 255).astype(np.uint8), format="gray")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            yield frame

    coded = encode_frames(frames(), rate=Fraction(fps), group_seconds=1.0)
    coding = Coding(Codec.H264, width, height)
    return [
        Stamped(Cut(coding, (group,)), RUN.stream_session, BEGAN_AT + timedelta(seconds=number))
        for number, group in enumerate(split_groups(coded, Codec.H264, 10.0))
    ]


if __name__ == "__main__":
    main()
