"""What the worker makes of a gated stream: the same people, though capture times leap over pauses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

import pytest
from av.video.frame import VideoFrame

from floorsight.video.chunking import Cut, Stamped, numbered
from floorsight.video.coding import Coding
from floorsight.video.encoding import encode_frames
from floorsight.video.gate import GateSettings, MotionGate
from floorsight.video.groups import split_groups
from floorsight.vision.chunk import Codec
from tests.fakes.clock import NOON
from tests.fakes.streams import (
    CAMERA,
    FIRST,
    FPS,
    HEIGHT,
    SITE,
    STEP,
    WIDTH,
    World,
    fields_of,
    picture,
)

ACROSS = list(range(0, WIDTH - 12, STEP))


def chunks_of(lefts: list[int | None]) -> list[Stamped]:
    """A second each of a room in which somebody's left edge is told picture by picture."""

    def frames() -> Iterator[VideoFrame]:
        for number, left in enumerate(lefts):
            frame = VideoFrame.from_ndarray(picture(left), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            yield frame

    coded = encode_frames(frames(), rate=Fraction(FPS), group_seconds=1.0)
    coding = Coding(Codec.H264, WIDTH, HEIGHT)
    return [
        Stamped(Cut(coding, (group,)), FIRST, NOON + timedelta(seconds=float(group.times[0])))
        for group in split_groups(coded, Codec.H264, 10.0)
    ]


def facts_of(stamped: list[Stamped]) -> tuple[list[tuple[str, str, str]], World]:
    world = World().add(*numbered(stamped, SITE, CAMERA)).run()
    told = []
    for message in world.bus.messages:
        fields = fields_of(message)
        if message.detail_type in ("LineCrossed.v1", "ZoneEntered.v1", "ZoneLeft.v1"):
            told.append((message.detail_type, fields["occurred_at"], fields.get("direction", "")))
    return told, world


@pytest.mark.parametrize("pause_seconds", [12, 45, 130])
def test_people_are_counted_alike_with_and_without_the_gate(pause_seconds: int) -> None:
    nobody: list[int | None] = [None] * (pause_seconds * FPS)
    lefts: list[int | None] = [*nobody, *ACROSS, *nobody, *reversed(ACROSS), *nobody]
    whole = chunks_of(lefts)
    gate = MotionGate(GateSettings())
    gated = list(gate.pass_on(whole))
    assert gate.skipped >= 5
    expected, _ = facts_of(whole)
    found, world = facts_of(gated)
    assert found == expected
    assert [kind for kind, _, _ in found].count("LineCrossed.v1") == 2
    assert world.rejections() == []
    kinds = world.kinds()
    assert "ChunksMissed.v1" not in kinds  # what is left out leaves no gap
    assert kinds.count("TrackEnded.v1") == 2  # each walk's, soon after it and not with the next


def test_with_a_frame_a_second_whoever_stands_still_keeps_the_track() -> None:
    half = len(ACROSS) // 2
    standing = [ACROSS[half]] * (170 * FPS)
    lefts: list[int | None] = [None] * 5 * FPS + ACROSS[:half] + standing + ACROSS[half:] + [None] * 20 * FPS
    whole = chunks_of(lefts)
    gate = MotionGate(GateSettings(still_seconds=1.0))
    gated = list(gate.pass_on(whole))
    assert gate.skipped > 40
    expected, _ = facts_of(whole)
    found, world = facts_of(gated)
    assert [kind for kind, _, _ in found] == [kind for kind, _, _ in expected]
    assert world.kinds().count("TrackEnded.v1") == 1


def test_every_minute_of_a_pause_is_reported_as_live() -> None:
    stamped = chunks_of([None] * (200 * FPS))
    _, world = facts_of(list(MotionGate(GateSettings()).pass_on(stamped)))
    assert world.kinds().count("StreamHealth.v1") == 3
