"""Just enough of H.264 and H.265 byte streams to know where a decoder may begin.

Sources: ITU-T H.264 (7.3.1, table 7-1), ITU-T H.265 (7.3.1.2, table 7-1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from floorsight.vision.chunk import Codec

_START_CODE = re.compile(b"\x00\x00\x01")
_IDR = {Codec.H264: {5}, Codec.HEVC: {19, 20}}
_PARAMETER_SETS = {Codec.H264: {7, 8}, Codec.HEVC: {32, 33, 34}}


def unit_types(stream: bytes, codec: Codec) -> Iterator[int]:
    """The types of the NAL units in an Annex B byte stream."""
    for match in _START_CODE.finditer(stream):
        if match.end() < len(stream):
            header = stream[match.end()]
            yield header & 0x1F if codec is Codec.H264 else (header >> 1) & 0x3F


def begins_closed_group(stream: bytes, codec: Codec) -> bool:
    """Whether nothing from here on refers to earlier pictures (an IDR picture, not merely a key frame)."""
    return any(kind in _IDR[codec] for kind in unit_types(stream, codec))


def has_parameter_sets(stream: bytes, codec: Codec) -> bool:
    """Whether a decoder that starts here finds all parameter sets."""
    return _PARAMETER_SETS[codec] <= set(unit_types(stream, codec))
