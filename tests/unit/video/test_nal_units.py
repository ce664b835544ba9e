"""Where a decoder may begin, from hand-made byte streams."""

from __future__ import annotations

import pytest

from floorsight.video.nal_units import (
    begins_closed_group,
    has_parameter_sets,
    parameter_sets,
    unit_types,
)
from floorsight.vision.chunk import Codec

START = b"\x00\x00\x00\x01"
SHORT = b"\x00\x00\x01"


@pytest.mark.parametrize(
    ("stream", "codec", "types"),
    [
        (b"", Codec.H264, []),
        (b"no start code", Codec.H264, []),
        (START, Codec.H264, []),
        (START + b"\x67\x42" + START + b"\x68\xce" + SHORT + b"\x65\x88", Codec.H264, [7, 8, 5]),
        (SHORT + b"\x41\x9a", Codec.H264, [1]),
        (START + b"\x40\x01" + START + b"\x42\x01" + START + b"\x44\x01" + SHORT + b"\x26\x01", Codec.HEVC,
         [32, 33, 34, 19]),
        (SHORT + b"\x2a\x01", Codec.HEVC, [21]),
    ],
)  # fmt: skip
def test_unit_types(stream: bytes, codec: Codec, types: list[int]) -> None:
    assert list(unit_types(stream, codec)) == types


@pytest.mark.parametrize(
    ("stream", "codec", "closed", "complete"),
    [
        (SHORT + b"\x67" + SHORT + b"\x68" + SHORT + b"\x65", Codec.H264, True, True),
        (SHORT + b"\x67" + SHORT + b"\x68" + SHORT + b"\x06" + SHORT + b"\x41", Codec.H264, False, True),
        (SHORT + b"\x67" + SHORT + b"\x65", Codec.H264, True, False),
        (SHORT + b"\x65", Codec.H264, True, False),
        (SHORT + b"\x40" + SHORT + b"\x42" + SHORT + b"\x44" + SHORT + b"\x28", Codec.HEVC, True, True),
        (SHORT + b"\x40" + SHORT + b"\x42" + SHORT + b"\x44" + SHORT + b"\x2a", Codec.HEVC, False, True),
    ],
)
def test_where_a_group_begins(stream: bytes, codec: Codec, closed: bool, complete: bool) -> None:
    assert begins_closed_group(stream, codec) is closed
    assert has_parameter_sets(stream, codec) is complete


@pytest.mark.parametrize(
    ("stream", "codec", "sets"),
    [
        (b"", Codec.H264, b""),
        (b"\x01\x64\x00\x0a\xff", Codec.H264, b""),  # the head of an MP4 file's track is no byte stream
        (SHORT + b"\x09\xf0" + START + b"\x67\x42\x00" + START + b"\x68\xce" + SHORT + b"\x65\x88",
         Codec.H264, START + b"\x67\x42" + START + b"\x68\xce"),
        (START + b"\x68\xce", Codec.H264, START + b"\x68\xce"),
        (SHORT + b"\x40\x01" + SHORT + b"\x42\x01" + SHORT + b"\x44\x01" + SHORT + b"\x26\x01", Codec.HEVC,
         START + b"\x40\x01" + START + b"\x42\x01" + START + b"\x44\x01"),
    ],
)  # fmt: skip
def test_parameter_sets(stream: bytes, codec: Codec, sets: bytes) -> None:
    assert parameter_sets(stream, codec) == sets
