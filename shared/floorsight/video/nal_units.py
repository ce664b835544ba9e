"""Just enough of H.264 and H.265 byte streams to know where a decoder may begin.

Sources: ITU-T H.264 (7.3.1, table 7-1), ITU-T H.265 (7.3.1.2, table 7-1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from floorsight.vision.chunk import Codec

_START_CODE = re.compile(b"\x00\x00\x01")
_START_CODE_BYTES = 3
_LONG_START_CODE = b"\x00\x00\x00\x01"
_IDR = {Codec.H264: {5}, Codec.HEVC: {19, 20}}
_PARAMETER_SETS = {Codec.H264: {7, 8}, Codec.HEVC: {32, 33, 34}}


def unit_types(stream: bytes, codec: Codec) -> Iterator[int]:
    """The types of the NAL units in an Annex B byte stream."""
    for begin, _ in _places(stream):
        yield _type_of(stream[begin], codec)


def begins_closed_group(stream: bytes, codec: Codec) -> bool:
    """Whether nothing from here on refers to earlier pictures (an IDR picture, not merely a key frame)."""
    return any(kind in _IDR[codec] for kind in unit_types(stream, codec))


def has_parameter_sets(stream: bytes, codec: Codec) -> bool:
    """Whether a decoder that starts here finds all parameter sets."""
    return _PARAMETER_SETS[codec] <= set(unit_types(stream, codec))


def parameter_sets(stream: bytes, codec: Codec) -> bytes:
    """The parameter sets in a byte stream, as a byte stream; empty when it has none (or is none)."""
    wanted = _PARAMETER_SETS[codec]
    return b"".join(
        _LONG_START_CODE + stream[begin:end].rstrip(b"\x00")
        for begin, end in _places(stream)
        if _type_of(stream[begin], codec) in wanted
    )


def _places(stream: bytes) -> Iterator[tuple[int, int]]:
    """From where to where each unit goes; zero bytes before the next start code are in it."""
    begins = [match.end() for match in _START_CODE.finditer(stream) if match.end() < len(stream)]
    ends = [following - _START_CODE_BYTES for following in begins[1:]] + [len(stream)]
    yield from zip(begins, ends, strict=False)


def _type_of(header: int, codec: Codec) -> int:
    return header & 0x1F if codec is Codec.H264 else (header >> 1) & 0x3F
