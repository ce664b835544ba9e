"""Whose faces to look for in a frame, where, whose face it is that was found, and which ones to keep."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from floorsight.vision.faces.quality import LIMITS
from floorsight.vision.track_log import FaceLog

# Faces that a track is recognised by. Neighbouring frames are nearly one picture: their votes are one vote.
MIN_VOTES = 3
SPACING_MS = 200
# A track is looked at this often at most, whatever rate is analysed; the frames of 5 a second all count.
LOOK_EVERY_MS = 150
MOST_LOOKS_A_FRAME = 4
# How far apart a person's eyes can be at most, as a share of the width of their box: 6.3 cm of a body that is
# 30 cm wide, seen from its side. Where no more than a head is seen, the box is not much higher than wide.
EYES_OF_BODY, EYES_OF_HEAD = 0.21, 0.42
BODY_ASPECT = 1.5
LEAST_EYE_DISTANCE = LIMITS.eye_distance

# Where a face is in a person's box: a square of the box's width at its top, whether somebody stands (the box
# is thrice as high as wide) or sits close by (it is about as high as wide). With a margin, as boxes tremble.
HEAD_MARGIN = 0.15
# The middle of a face, in widths of the box from the middle of its top: that of somebody standing is at 0.2,
# of a head that fills the box at 0.5.
FACE_DEPTH = 0.3
FARTHEST_FACE = 0.6
# Two people whose boxes could both have the face, one hardly better than the other: nobody's.
CLEAR_LEAD = 0.1
# Somebody far behind the person, in the same direction.
SMALLEST_FACE = 0.1

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


@dataclass(frozen=True)
class Person:
    """A confirmed person in a frame, and what is known of the faces so far."""

    track_id: int
    box: Box
    faces: FaceLog


def choose_people(people: Iterable[Person], at_ms: int) -> list[Person]:
    """Whom to look at in a frame: who is still asked for, large enough, and was not looked at just now.

    No more than MOST_LOOKS_A_FRAME: first those with the fewest faces, and of them who waited longest.
    """
    due = [person for person in people if _is_due(person, at_ms)]
    due.sort(key=lambda person: (person.faces.kept, person.faces.looked_ms, person.track_id))
    return due[:MOST_LOOKS_A_FRAME]


def _is_due(person: Person, at_ms: int) -> bool:
    is_open = not person.faces.asked and at_ms - person.faces.looked_ms >= LOOK_EVERY_MS
    return is_open and _largest_eye_distance(person.box) >= LEAST_EYE_DISTANCE


def _largest_eye_distance(box: Box) -> float:
    """In pixels, of a face that might be in a person's box."""
    width, height = box[2] - box[0], box[3] - box[1]
    return width * (EYES_OF_BODY if height >= BODY_ASPECT * width else EYES_OF_HEAD)


def find_head(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    """Where to look for a person's face in a frame of that size, in whole pixels; may be empty."""
    left, top, right, bottom = box
    margin = HEAD_MARGIN * (right - left)
    lowest = min(top + (right - left), bottom) + margin
    return (
        math.floor(min(max(left - margin, 0.0), width)),
        math.floor(min(max(top - margin, 0.0), height)),
        math.ceil(min(max(right + margin, 0.0), width)),
        math.ceil(min(max(lowest, 0.0), height)),
    )


def find_owner(face: Box, boxes: Mapping[int, Box]) -> int | None:
    """Which of a frame's people, by track id, a face belongs to; None if that is not clear."""
    distances = ((_distance(face, box), track_id) for track_id, box in boxes.items())
    near = sorted(each for each in distances if each[0] <= FARTHEST_FACE)
    if not near or (len(near) > 1 and near[1][0] - near[0][0] < CLEAR_LEAD):
        return None
    return near[0][1]


def _distance(face: Box, box: Box) -> float:
    """From where a person's face should be to where a face is, in widths of the person's box."""
    width = box[2] - box[0]
    if width <= 0.0 or face[2] - face[0] < SMALLEST_FACE * width:
        return math.inf
    aside = (face[0] + face[2] - box[0] - box[2]) / 2.0 / width
    below = ((face[1] + face[3]) / 2.0 - box[1]) / width - FACE_DEPTH
    return math.hypot(aside, below)


def choose_faces(times_ms: Sequence[int], worths: Sequence[float], faces: FaceLog) -> list[int]:
    """Which good faces of a chunk a track keeps besides what it has: the best, apart in time.

    Returns:
        Their places in the sequences, in order of time.
    """
    room = MIN_VOTES - faces.kept
    earliest_ms = faces.last_ms + SPACING_MS if faces.kept else times_ms[0] if times_ms else 0
    chosen: list[int] = []
    for place in sorted(range(len(times_ms)), key=lambda place: (-worths[place], times_ms[place])):
        at_ms = times_ms[place]
        if len(chosen) == room:
            break
        if at_ms >= earliest_ms and all(abs(at_ms - times_ms[other]) >= SPACING_MS for other in chosen):
            chosen.append(place)
    return sorted(chosen, key=lambda place: times_ms[place])
