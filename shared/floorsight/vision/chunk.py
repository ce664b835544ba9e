"""The chunk: one record of the chunk stream (docs/formats/chunk.md).

    bytes 0..3   magic `FSC1`
    bytes 4..7   length of the header, unsigned, big endian
    header       JSON, UTF-8
    payload      the coded frames; empty when the header has a `claim`

A chunk can be decoded alone: it is whole closed groups of pictures, each beginning with a key frame and
its parameter sets.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from floorsight.platform.errors import Malformed
from floorsight.platform.ids import IDENTIFIER_PATTERN

MAGIC = b"FSC1"
PREAMBLE = struct.Struct(">4sI")
MAX_HEADER_BYTES = 64 * 1024
# Object keys write a sequence with ten digits. A chunk a second reaches this in 317 years.
MAX_SEQUENCE = 9_999_999_999
MAX_SIDE_PIXELS = 65_535
MAX_OFFSET_US = 3_600_000_000
# Far enough from the ends of the calendar that no sum of times falls off it.
MIN_YEAR, MAX_YEAR = 1970, 9000
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
    sequence: int = Field(ge=0, le=MAX_SEQUENCE)
    captured_at: AwareDatetime = Field(description="Capture time of the first frame shown.")
    frame_offsets_us: tuple[Annotated[int, Field(ge=0, le=MAX_OFFSET_US)], ...] = Field(
        min_length=1, description="Microseconds from `captured_at` to each frame, in the order shown."
    )
    codec: Codec
    width: int = Field(gt=0, le=MAX_SIDE_PIXELS)
    height: int = Field(gt=0, le=MAX_SIDE_PIXELS)
    payload_bytes: int = Field(gt=0, le=0x7FFFFFFF)
    payload_crc32: int = Field(ge=0, le=0xFFFFFFFF)
    claim: Claim | None = None

    @field_validator("captured_at")
    @classmethod
    def _in_utc(cls, moment: datetime) -> datetime:
        if not MIN_YEAR <= moment.year <= MAX_YEAR:
            raise ValueError(f"captured_at must lie in the years {MIN_YEAR} to {MAX_YEAR}")
        return moment.astimezone(UTC)

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
        # Pydantic's own reader: Python's gives up on deep nesting and long numbers with other errors.
        header = ChunkHeader.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise Malformed(f"the chunk's header is wrong: {error}", code="not_a_chunk") from error
    payload = record[PREAMBLE.size + length :]
    if header.claim is not None and payload:
        raise Malformed("a chunk with a claim has no payload of its own", code="not_a_chunk")
    return Chunk(header, payload)


def payload_fields(payload: bytes) -> dict[str, int]:
    """The header fields that follow from the payload."""
    return {"payload_bytes": len(payload), "payload_crc32": zlib.crc32(payload)}


def new_stream_session(started_at: datetime, salt: int) -> str:
    """An id for one run of a stream; ids sort by `started_at`. `salt` (16 bits) tells restarts apart."""
    stamp = started_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return f"{stamp}-{salt & 0xFFFF:04x}"


def later_stream_session(than: str | None, started_at: datetime, salt: int) -> str:
    """An id for a run that begins now, and sorts after the one `than` even if clocks disagree."""
    if than is not None:
        known = datetime.strptime(than.rpartition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        started_at = max(started_at, known + timedelta(microseconds=1))
    return new_stream_session(started_at, salt)
