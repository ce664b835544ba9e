"""Closed groups of pictures: what a decoder can read alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from containers.edge_publisher.nal_units import begins_closed_group, has_parameter_sets
from containers.edge_publisher.source import Coded
from floorsight.vision.chunk import Codec


@dataclass(frozen=True)
class Group:
    """Pictures from one IDR picture to the next, in decoding order. `times` are sorted, in seconds."""

    data: bytes
    times: tuple[Fraction, ...]


class GroupTooLong(Exception):
    """No group ended within the limit. `pictures` are those read of it so far."""

    def __init__(self, pictures: list[Coded]) -> None:
        super().__init__(f"{len(pictures)} pictures without a place to begin decoding")
        self.pictures = pictures


def split_groups(pictures: Iterable[Coded], codec: Codec, longest_seconds: float) -> Iterator[Group]:
    """Cut before every IDR picture that has its parameter sets with it.

    Pictures before the first such place can't be decoded by anybody and are left out.

    Raises:
        GroupTooLong: a group lasts longer than `longest_seconds`.
    """
    current: list[Coded] = []
    for picture in pictures:
        starts = (
            picture.is_key
            and begins_closed_group(picture.data, codec)
            and has_parameter_sets(picture.data, codec)
        )
        if starts and current:
            yield _group(current)
            current = []
        if starts or current:
            current.append(picture)
        if current and picture.at - current[0].at > longest_seconds:
            raise GroupTooLong(current)
    if current:
        yield _group(current)


def _group(pictures: list[Coded]) -> Group:
    return Group(b"".join(p.data for p in pictures), tuple(sorted(p.at for p in pictures)))
