"""The chunk: one record of the chunk stream (docs/formats/chunk.md).

    bytes 0..3   magic `FSC1`
    bytes 4..7   length of the header, unsigned, big endian
    header       JSON, UTF-8
    payload      the coded frames; empty when the header has a `claim`

A chunk can be decoded alone: it is whole closed groups of pictures, each beginning with a key frame and
its parameter sets.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from floorsight.platform.errors import Malformed
from floorsight.platform.ids import IDENTIFIER_PATTERN

MAGIC = b"FSC1"
PREAMBLE = struct.Struct(">4sI")
MAX_HEADER_BYTES = 64 * 1024
# Kinesis takes 1 MiB a record by default, partition key included.
MAX_RECORD_BYTES = 1024 * 1024 - 512

Identifier = Annotated[str, Field(pattern=IDENTIFIER_PATTERN)]
SESSION_PATTERN = r"^[0-9]{8}T[0-9]{6}\.[0-9]{6}Z-[0-9a-f]{4}$"


class Codec(StrEnum):
    """How the payload is coded."""

    H264 = "h264"  # Annex B
    HEVC = "hevc"  # Annex B
    MJPEG = "mjpeg"  # JPEG images one after the other


class Claim(BaseModel):
    """Where the payload of a chunk too large for a record lies (the claim-check pattern)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str


class ChunkHeader(BaseModel):
    """What a chunk says of itself. Unknown fields are ignored, so that a newer publisher can add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    site_id: Identifier
    camera_id: Identifier
    stream_session: str = Field(pattern=SESSION_PATTERN)
    sequence: int = Field(ge=0)
    captured_at: AwareDatetime = Field(description="Capture time of the first frame shown.")
    frame_offsets_us: tuple[int, ...] = Field(
        min_length=1, description="Microseconds from `captured_at` to each frame, in the order shown."
    )
    codec: Codec
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    payload_bytes: int = Field(gt=0)
    payload_crc32: int = Field(ge=0, le=0xFFFFFFFF)
    claim: Claim | None = None

    @model_validator(mode="after")
    def _offsets_rise(self) -> Self:
        offsets = self.frame_offsets_us
        if offsets[0] != 0 or any(later <= earlier for earlier, later in pairwise(offsets)):
            raise ValueError("frame_offsets_us must begin at 0 and rise")
        return self

    def frame_times(self) -> list[datetime]:
        """Capture time of every frame, in the order shown."""
        return [self.captured_at + timedelta(microseconds=offset) for offset in self.frame_offsets_us]


@dataclass(frozen=True)
class Chunk:
    """A header and, unless it is claimed from elsewhere, its payload."""

    header: ChunkHeader
    payload: bytes

    def verify(self) -> None:
        """Raises Malformed when the payload is not what the header says."""
        if len(self.payload) != self.header.payload_bytes:
            raise Malformed(
                f"the payload has {len(self.payload)} bytes, the header says {self.header.payload_bytes}",
                code="chunk_truncated",
            )
        if zlib.crc32(self.payload) != self.header.payload_crc32:
            raise Malformed("the payload's checksum is wrong", code="chunk_corrupt")


def encode_chunk(header: ChunkHeader, payload: bytes) -> bytes:
    """One record: preamble, header, payload. The payload is left out when the header has a claim."""
    text = header.model_dump_json(exclude_none=True).encode()
    return PREAMBLE.pack(MAGIC, len(text)) + text + (b"" if header.claim else payload)


def decode_chunk(record: bytes) -> Chunk:
    """Read a record; the payload is verified by `Chunk.verify`, once it is at hand.

    Raises:
        Malformed: not a chunk, or its header is wrong.
    """
    if len(record) < PREAMBLE.size:
        raise Malformed(f"a chunk has at least {PREAMBLE.size} bytes, not {len(record)}", code="not_a_chunk")
    magic, length = PREAMBLE.unpack_from(record)
    if magic != MAGIC:
        raise Malformed(f"a chunk begins with {MAGIC!r}, not {magic!r}", code="not_a_chunk")
    if length > MAX_HEADER_BYTES or PREAMBLE.size + length > len(record):
        raise Malformed(f"the header claims {length} bytes", code="not_a_chunk")
    text = record[PREAMBLE.size : PREAMBLE.size + length]
    try:
        header = ChunkHeader.model_validate(json.loads(text))
    except (ValidationError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Malformed(f"the chunk's header is wrong: {error}", code="not_a_chunk") from error
    return Chunk(header, record[PREAMBLE.size + length :])


def payload_fields(payload: bytes) -> dict[str, int]:
    """The header fields that follow from the payload."""
    return {"payload_bytes": len(payload), "payload_crc32": zlib.crc32(payload)}


def new_stream_session(started_at: datetime, salt: int) -> str:
    """An id for one run of a stream; ids sort by `started_at`. `salt` (16 bits) tells restarts apart."""
    stamp = started_at.strftime("%Y%m%dT%H%M%S.%fZ")
    return f"{stamp}-{salt & 0xFFFF:04x}"
