"""Chunks that no honest publisher sends, and those that an unlucky one does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from floorsight.vision.chunk import (
    MAGIC,
    PREAMBLE,
    Chunk,
    ChunkHeader,
    Claim,
    encode_chunk,
    payload_fields,
)
from tests.fakes.streams import CAMERA, SITE, header_of

CLAIMS = f"claims/{SITE}/{CAMERA}/"


class _Bits:
    """Bits as H.264 writes them (ITU-T H.264, 7.2 and 9.1)."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, value: int, width: int) -> _Bits:
        self._text += format(value, f"0{width}b")
        return self

    def exp_golomb(self, *values: int) -> _Bits:
        for value in values:
            binary = format(value + 1, "b")
            self._text += "0" * (len(binary) - 1) + binary
        return self

    def to_bytes(self) -> bytes:
        """With the stop bit, and bytes that keep a start code from appearing."""
        text = self._text + "1"
        text += "0" * (-len(text) % 8)
        data = int(text, 2).to_bytes(len(text) // 8, "big")
        out = bytearray()
        for byte in data:
            if byte <= 3 and out[-2:] == b"\x00\x00":
                out.append(3)
            out.append(byte)
        return bytes(out)


def claiming_stream(width: int, height: int) -> bytes:
    """A hundred bytes of H.264 that claim one picture of this size (multiples of 16)."""
    sps = _Bits().add(66, 8).add(0, 8).add(62, 8).exp_golomb(0, 0, 2, 1).add(0, 1)
    sps.exp_golomb(width // 16 - 1, height // 16 - 1).add(1, 1).add(1, 1).add(0, 1).add(0, 1)
    pps = _Bits().exp_golomb(0, 0).add(0, 2).exp_golomb(0, 0, 0).add(0, 3).exp_golomb(0, 0, 0).add(0, 3)
    # An IDR slice of an I picture, and nothing of its macroblocks: the decoder conceals them.
    idr = _Bits().exp_golomb(0, 7, 0).add(0, 4).exp_golomb(0).add(0, 2).exp_golomb(0).add(0xFFFF, 16)
    units = ((0x67, sps), (0x68, pps), (0x65, idr))
    return b"".join(b"\x00\x00\x00\x01" + bytes([kind]) + bits.to_bytes() for kind, bits in units)


@dataclass(frozen=True)
class Damaged:
    """What arrives instead of a chunk: records, objects in the bucket, and whether the chunk is lost."""

    records: tuple[bytes, ...]
    objects: dict[str, bytes] = field(default_factory=dict)
    rejected: int = 1


Damage = Callable[[Chunk, int], Damaged]


def _record(chunk: Chunk) -> bytes:
    return encode_chunk(chunk.header, chunk.payload)


def _with_header(chunk: Chunk, **changes: object) -> Damaged:
    return Damaged((_record(Chunk(chunk.header.model_copy(update=changes), chunk.payload)),))


def truncated(chunk: Chunk, seed: int) -> Damaged:
    """The end is missing, anywhere: in the payload, in the header, in the preamble."""
    record = _record(chunk)
    return Damaged((record[: 1 + seed % (len(record) - 1)],))


def flipped(chunk: Chunk, seed: int) -> Damaged:
    """A bit of the payload is another one."""
    payload = bytearray(chunk.payload)
    payload[seed % len(payload)] ^= 1 << seed % 8
    return Damaged((_record(Chunk(chunk.header, bytes(payload))),))


def noise(chunk: Chunk, seed: int) -> Damaged:
    """Random bytes under a checksum that is right."""
    import random

    payload = random.Random(seed).randbytes(200)
    return Damaged((_record(Chunk(_fitting(chunk.header, payload), payload)),))


def other_picture(chunk: Chunk, seed: int) -> Damaged:
    """A stream of some bytes that claims a picture for which there may be no memory."""
    payload = claiming_stream(16 * (64 + seed % 960), 16384)
    return Damaged((_record(Chunk(_fitting(chunk.header, payload), payload)),))


def vast_header(chunk: Chunk, seed: int) -> Damaged:
    return _with_header(chunk, width=65_535 - seed % 100, height=65_535)


def other_size(chunk: Chunk, seed: int) -> Damaged:
    return _with_header(chunk, width=chunk.header.width + 16 + seed % 64)


def too_many_frames(chunk: Chunk, seed: int) -> Damaged:
    return _with_header(chunk, frame_offsets_us=tuple(range(5 + seed % 200)))


def too_few_frames(chunk: Chunk, seed: int) -> Damaged:
    return _with_header(chunk, frame_offsets_us=tuple(range(1 + seed % 3)))


def claim_missing(chunk: Chunk, seed: int) -> Damaged:
    return _claimed(chunk, f"{CLAIMS}{seed}.bin")


def claim_of_another_camera(chunk: Chunk, seed: int) -> Damaged:
    key = f"claims/{SITE}/door-2/{seed}.bin"
    return replace(_claimed(chunk, key), objects={key: chunk.payload})


def claim_too_large(chunk: Chunk, seed: int) -> Damaged:
    """The object goes on after what the header says."""
    key = f"{CLAIMS}{chunk.header.sequence}-{seed}.bin"
    return replace(_claimed(chunk, key), objects={key: chunk.payload + bytes(1 + seed % 1000)})


def claim_of_gigabytes(chunk: Chunk, seed: int) -> Damaged:
    return _claimed(chunk, f"{CLAIMS}{seed}.bin", payload_bytes=0x7FFFFFFF - seed % 1000)


def no_chunk(chunk: Chunk, seed: int) -> Damaged:
    """Valid magic, and then a header that is none."""
    headers = (
        b"[" * 60_000,
        b'{"site_id":' * 5_000,
        b'{"sequence":' + b"9" * 50_000 + b"}",
        b"\xff" * 100,
        b"null",
        b"{}",
        _header_text(chunk).replace(b'"payload_bytes":', b'"payload_bytes":1000000000'),
        _header_text(chunk).replace(b'"h264"', b'"prores"'),
        _header_text(chunk).replace(b'"sequence":', b'"sequence":-1'),
        _header_text(chunk).replace(b'"captured_at":"2026', b'"captured_at":"0001'),
    )
    text = headers[seed % len(headers)]
    return Damaged((PREAMBLE.pack(MAGIC, len(text)) + text + chunk.payload,))


def length_that_leads_nowhere(chunk: Chunk, seed: int) -> Damaged:
    return Damaged((PREAMBLE.pack(MAGIC, 0xFFFFFFFF - seed % 100) + _record(chunk)[PREAMBLE.size :],))


def arrives_twice(chunk: Chunk, seed: int) -> Damaged:
    return Damaged((_record(chunk),) * (2 + seed % 2), rejected=0)


LOSSES: tuple[Damage, ...] = (
    truncated,
    flipped,
    noise,
    other_picture,
    vast_header,
    other_size,
    too_many_frames,
    too_few_frames,
    claim_missing,
    claim_of_another_camera,
    claim_too_large,
    claim_of_gigabytes,
    no_chunk,
    length_that_leads_nowhere,
)


def _fitting(header: ChunkHeader, payload: bytes) -> ChunkHeader:
    return header.model_copy(update=payload_fields(payload))


def _claimed(chunk: Chunk, key: str, **changes: object) -> Damaged:
    header = chunk.header.model_copy(update={"claim": Claim(key=key), **changes})
    return Damaged((encode_chunk(header, b""),))


def _header_text(chunk: Chunk) -> bytes:
    record = _record(chunk)
    _, length = PREAMBLE.unpack_from(record)
    return record[PREAMBLE.size : PREAMBLE.size + length]


def chunk_of(payload: bytes, **changes: object) -> Chunk:
    """A payload under a header that fits it."""
    return Chunk(header_of(payload, **changes), payload)
