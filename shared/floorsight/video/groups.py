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
        GroupTooLong: a group lasts longer than `longest_seconds`.
        NoPlaceToBegin: the first one is longer than that away, or never comes.
    """
    current: list[Coded] = []
    headless: list[Coded] = []
    for picture in pictures:
        starts = starts_group(picture, codec)
        if starts and current:
            yield _group(current)
            current = []
        held = current if starts or current else headless
        held.append(picture)
        if picture.at - held[0].at > longest_seconds:
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
