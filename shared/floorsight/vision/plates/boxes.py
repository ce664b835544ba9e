"""Vehicles' boxes: which are of one vehicle, where its plate is looked for, and whose one is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

# Where a plate is in a vehicle's box. A lorry's is low down, a van's back door has it at half its height.
HIGHEST_PLATE = 0.35
WIDEST_PLATE = 0.6  # of the box, a motorcycle's from behind included
# Two vehicles that could both have it, one hardly nearer than the other: nobody's.
CLEAR_LEAD = 0.1
# Two boxes that cover one another by so much are one vehicle that was found as two classes.
SAME_VEHICLE = 0.6
# Vehicles that stand one above the other by so much of the narrower one's width are in one lane.
SAME_LANE = 0.3
BOX_MARGIN = 0.04  # boxes tremble
HALF_CHARACTER = 0.3  # of its height

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


def is_behind(mine: Box, others: Iterable[Box]) -> bool:
    """Whether another of a frame's vehicles stands before one: in its lane, and clearly farther down.

    A camera that looks along the lane sees both one above the other, however wide they are.
    """
    lead = CLEAR_LEAD * (mine[3] - mine[1])
    return any(box[3] - mine[3] >= lead and _is_in_lane(mine, box) for box in others)


def _is_in_lane(one: Box, other: Box) -> bool:
    common = min(one[2], other[2]) - max(one[0], other[0])
    return common >= SAME_LANE * min(one[2] - one[0], other[2] - other[0])


def drop_doubles(boxes: Mapping[int, Box]) -> dict[int, Box]:
    """The vehicles' boxes by track id, without those that show the same vehicle as an older track's."""
    kept: dict[int, Box] = {}
    for track_id in sorted(boxes):
        if all(overlap(boxes[track_id], box) < SAME_VEHICLE for box in kept.values()):
            kept[track_id] = boxes[track_id]
    return kept


def overlap(one: Box, other: Box) -> float:
    """What two boxes share, of what they cover together."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0.0 or height <= 0.0:
        return 0.0
    return width * height / (_area(one) + _area(other) - width * height)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def find_view(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Where to look for a vehicle's plate in a frame of that size, in whole pixels; may be empty."""
    left, top, right, bottom = box
    margin_x, margin_y = BOX_MARGIN * (right - left), BOX_MARGIN * (bottom - top)
    return (
        math.floor(min(max(left - margin_x, 0.0), width)),
        math.floor(min(max(top, 0.0), height)),
        math.ceil(min(max(right + margin_x, 0.0), width)),
        math.ceil(min(max(bottom + margin_y, 0.0), height)),
    )


def is_cut(plate: Box, height: float, view: tuple[float, float, float, float]) -> bool:
    """Whether a plate of that height may go on beyond a view: its text begins within half a character of it.

    What remains of it would be read as surely as any other text.
    """
    room = HALF_CHARACTER * height
    return (
        plate[0] - view[0] < room
        or plate[1] - view[1] < room
        or view[2] - plate[2] < room
        or view[3] - plate[3] < room
    )


def widen_view(
    plate: Box, view: tuple[int, int, int, int], width: int, height: int
) -> tuple[int, int, int, int]:
    """A view with room for as much again of a plate on each side, as far as a frame of that size has it."""
    more_x, more_y = math.ceil(plate[2] - plate[0]), math.ceil(plate[3] - plate[1])
    left, top, right, bottom = view
    return (
        max(left - more_x, 0),
        max(top - more_y, 0),
        min(right + more_x, width),
        min(bottom + more_y, height),
    )


def find_owner(plate: Box, boxes: Mapping[int, Box]) -> int | None:
    """Which of a frame's vehicles, by track id, a plate belongs to; None if that is not clear.

    Of those whose lower part holds it the one in front: its box reaches clearly farther down.
    """
    holding = [(box[3], track_id) for track_id, box in boxes.items() if _holds(box, plate)]
    holding.sort(key=lambda each: (-each[0], each[1]))
    if not holding:
        return None
    lowest, owner = holding[0]
    lead = CLEAR_LEAD * (boxes[owner][3] - boxes[owner][1])
    return owner if len(holding) == 1 or lowest - holding[1][0] >= lead else None


def _holds(box: Box, plate: Box) -> bool:
    left, top, right, bottom = box
    x, y = (plate[0] + plate[2]) / 2.0, (plate[1] + plate[3]) / 2.0
    is_low = top + HIGHEST_PLATE * (bottom - top) <= y <= bottom + BOX_MARGIN * (bottom - top)
    return left <= x <= right and is_low and plate[2] - plate[0] <= WIDEST_PLATE * (right - left)


def is_alone(part: Box, track_id: int, boxes: Mapping[int, Box]) -> bool:
    """Whether no other vehicle of a frame could have its plate in a part of it."""
    return all(overlap(part, box) == 0.0 for other, box in boxes.items() if other != track_id)
