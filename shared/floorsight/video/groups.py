"""Closed groups of pictures: what a decoder can read alone."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from floorsight.video.nal_units import begins_closed_group, has_parameter_sets
from floorsight.video.source import Coded
from floorsight.vision.chunk import Codec

log = logging.getLogger(__name__)

# What is held in memory at most, whatever a source's times say: a camera's may hardly rise. No group has as
# much that is usual: 4 s of 240 pictures a second, of 130 Mbit/s.
MOST_PICTURES = 1000
MOST_BYTES = 64 * 1024**2


@dataclass(frozen=True)
class Group:
    """Pictures from one IDR picture to the next, in decoding order. `times` are sorted, in seconds.

    The first `key_bytes` of `data` are the IDR picture with its parameter sets, which can be read alone.
    """

    data: bytes
    times: tuple[Fraction, ...]
    key_bytes: int

    @property
    def key(self) -> bytes:
        """Its first picture."""
        return self.data[: self.key_bytes]

    def without_rest(self) -> Group:
        """Its first picture alone."""
        return Group(self.key, self.times[:1], self.key_bytes)


class Extent:
    """How much a group, or a chunk of them, has become."""

    def __init__(self, begun_at: Fraction) -> None:
        self.begun_at = begun_at
        self._pictures = self._bytes = 0

    def add(self, pictures: int, size: int) -> None:
        """So many pictures more, of so many bytes together."""
        self._pictures += pictures
        self._bytes += size

    @property
    def is_full(self) -> bool:
        """Whether it should end before the next picture."""
        return self._pictures >= MOST_PICTURES or self._bytes >= MOST_BYTES // 2

    def is_too_long(self, until: Fraction, longest_seconds: float) -> bool:
        """Whether it is more than may be held, or lasts longer than that until `until`."""
        too_much = self._pictures > MOST_PICTURES or self._bytes > MOST_BYTES
        return too_much or until - self.begun_at > longest_seconds


class GroupTooLong(Exception):
    """No group ended within the limit. `pictures` are those read of it so far."""

    def __init__(self, pictures: list[Coded]) -> None:
        super().__init__(f"{len(pictures)} pictures without a place to begin decoding")
        self.pictures = pictures


class NoPlaceToBegin(GroupTooLong):
    """There is no picture at which a decoder may begin, not within the limit at least.

    `ended`: nor will one come.
    """

    def __init__(self, pictures: list[Coded], *, ended: bool = False) -> None:
        super().__init__(pictures)
        self.ended = ended


def split_groups(pictures: Iterable[Coded], codec: Codec, longest_seconds: float) -> Iterator[Group]:
    """Cut before every IDR picture that has its parameter sets with it.

    Pictures before the first such place belong to a group that began before the source did; nobody can
    decode them and they are left out.

    Raises:
        GroupTooLong: a group lasts longer than `longest_seconds`, or is more than may be held.
        NoPlaceToBegin: the first one is longer than that away, or never comes.
    """
    current: list[Coded] = []
    headless: list[Coded] = []
    extent: Extent | None = None
    for picture in pictures:
        starts = starts_group(picture, codec)
        if starts and current:
            yield _group(current)
            current = []
        (current if starts or current else headless).append(picture)
        if starts or extent is None:
            extent = Extent(picture.at)
        extent.add(1, len(picture.data))
        if extent.is_too_long(picture.at, longest_seconds):
            raise GroupTooLong(current) if current else NoPlaceToBegin(headless)
    if headless:
        if not current:
            raise NoPlaceToBegin(headless, ended=True)
        log.warning("%d pictures before the first whole group are left out", len(headless))
    if current:
        yield _group(current)


def starts_group(picture: Coded, codec: Codec) -> bool:
    """Whether a decoder may begin at this picture."""
    return (
        picture.is_key
        and begins_closed_group(picture.data, codec)
        and has_parameter_sets(picture.data, codec)
    )


def _group(pictures: list[Coded]) -> Group:
    return Group(
        b"".join(p.data for p in pictures), tuple(sorted(p.at for p in pictures)), len(pictures[0].data)
    )
