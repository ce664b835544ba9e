"""Which pieces of text are a plate's: one line or two, without the small print above and below them.

Everything here is in a picture of the plate's surroundings as seen from straight ahead: lines are level.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Pieces stand in one line if they share this much of the lower one's height.
LEVEL = 0.5
# The other line of a plate is at least this high, by the higher one; small print is lower.
ALIKE = 0.6
# Two lines of a plate lie no further apart than this share of the higher one's height, and share this much
# of the narrower one's width.
NEAR, ABOVE_EACH_OTHER = 0.8, 0.5
# Pieces of a line are no further apart than this many of its heights.
WIDEST_GAP = 1.5


@dataclass(frozen=True)
class Box:
    """A level rectangle, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def has(self, point: tuple[float, float]) -> bool:
        x, y = point
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def joined(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def choose_lines(pieces: Sequence[Box], plate: Box) -> list[Box]:
    """The lines of the plate, upper first: its highest piece of text with what continues that to the sides,
    and its other line, if there is one. Empty if no text is on the plate."""
    on_plate = [piece for piece in pieces if plate.has(piece.centre)]
    if not on_plate:
        return []
    lines = join_pieces(pieces)
    main = max((line for line in lines if plate.has(line.centre)), key=_size, default=None)
    if main is None:
        main = max(on_plate, key=_size)
    others = [line for line in lines if line is not main and _are_one_plate(main, line)]
    return sorted([main, *sorted(others, key=_size)[-1:]], key=lambda line: line.top)


def join_pieces(pieces: Iterable[Box]) -> list[Box]:
    """Pieces of text → lines: what stands side by side is one."""
    lines: list[Box] = []
    for piece in sorted(pieces, key=lambda each: each.left):
        for index, line in enumerate(lines):
            if _continues(line, piece):
                lines[index] = line.joined(piece)
                break
        else:
            lines.append(piece)
    return lines


def _size(line: Box) -> float:
    return line.height * math.sqrt(line.width)  # high rather than long: small print may be long


def _continues(line: Box, piece: Box) -> bool:
    shared = min(line.bottom, piece.bottom) - max(line.top, piece.top)
    lower = min(line.height, piece.height)
    higher = max(line.height, piece.height)
    return (
        shared >= LEVEL * lower and lower >= ALIKE * higher and piece.left - line.right <= WIDEST_GAP * higher
    )


def _are_one_plate(main: Box, other: Box) -> bool:
    higher = max(main.height, other.height)
    gap = max(main.top, other.top) - min(main.bottom, other.bottom)
    shared = min(main.right, other.right) - max(main.left, other.left)
    return (
        min(main.height, other.height) >= ALIKE * higher
        and -0.5 * higher <= gap <= NEAR * higher
        and shared >= ABOVE_EACH_OTHER * min(main.width, other.width)
    )
