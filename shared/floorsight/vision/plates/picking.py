"""Which vehicles to look at in a frame, and which frames are read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from floorsight.vision.detections import ObjectClass
from floorsight.vision.plates.boxes import Box, overlap
from floorsight.vision.plates.telling import ENOUGH
from floorsight.vision.track_log import PlateLog

VEHICLES = frozenset({ObjectClass.CAR, ObjectClass.MOTORCYCLE, ObjectClass.BUS, ObjectClass.TRUCK})
# A track is looked at this often at most, whatever rate is analysed; the frames of 5 a second all count.
LOOK_EVERY_MS = 150
# Whoever stands and shows nothing that can be read in so many looks is hopeless until it moves: it may be
# parked there. It is looked at rarely, and twice as rarely after each look; of all such one a frame.
LOOKS_BEFORE_RARELY, RARELY_MS, RAREST_MS = 30, 1000, 60_000
MOST_LOOKS_A_FRAME = 3
# Nobody stands before a vehicle any more once so many looks, and so much time, have shown nobody.
CLEAR_LOOKS, CLEAR_MS = 3, 1500
# Two boxes that cover one another by so much are of a vehicle that has not moved.
SAME_PLACE = 0.7
# What may be a vehicle's plate in one look: lettering, stickers and the plate.
MOST_CANDIDATES = 3
# Frames apart in time that are read of a chunk, the sharpest. Neighbouring frames are nearly one picture.
READINGS_A_CHUNK = 3
SPACING_MS = 200

# Less sure, all in all, is what is made of a grille or a shadow. One character is no plate.
LEAST_CONFIDENCE, LEAST_CHARACTERS = 0.5, 2

# How wide a plate can be at most, as a share of its vehicle's box: 52 cm of a car that is 1.8 m wide, of a
# lorry or bus of 2.5 m; a motorcycle's of 30 cm where its rider is 80 cm wide.
PLATE_OF_BOX = {
    ObjectClass.CAR: 0.29,
    ObjectClass.MOTORCYCLE: 0.38,
    ObjectClass.BUS: 0.21,
    ObjectClass.TRUCK: 0.21,
}
# Pixels: narrower ones are not looked for. Of a vehicle whose plate would be so wide seen from straight ahead
# it should have been read; seen from its side it is half as wide, and it has been near all the same.
LEAST_PLATE_WIDTH, NEAR_PLATE_WIDTH = 50.0, 90.0
# Looks in which a vehicle was near, until it is missed that nothing could be read: fewer, and it is a
# fragment of a track, or somebody passing by.
NEAR_LOOKS = 3


@dataclass(frozen=True)
class Vehicle:
    """A confirmed vehicle in a frame, and what is known of its plate. `behind`: another is before it."""

    track_id: int
    box: Box
    kind: ObjectClass
    plates: PlateLog
    behind: bool = False

    @property
    def plate_width(self) -> float:
        """In pixels, that of a plate that might be on it."""
        return (self.box[2] - self.box[0]) * PLATE_OF_BOX[self.kind]

    @property
    def is_near(self) -> bool:
        return self.plate_width >= NEAR_PLATE_WIDTH

    @property
    def has_moved(self) -> bool:
        """Whether it is not where it stood; of what stood nowhere yet it is not known."""
        return self.plates.place is not None and overlap(self.box, self.plates.place) < SAME_PLACE

    @property
    def in_vain(self) -> int:
        """Looks that came to nothing since it was read or moved last."""
        return 0 if self.has_moved else self.plates.looks - self.plates.hope

    @property
    def is_hopeless(self) -> bool:
        return self.in_vain >= LOOKS_BEFORE_RARELY

    @property
    def pause_ms(self) -> int:
        """How long it is left alone after a look."""
        if self.is_hopeless:
            doublings = min(self.in_vain - LOOKS_BEFORE_RARELY, 10)
            return int(min(RARELY_MS * 2**doublings, RAREST_MS))
        is_known = len(self.plates.readings) >= ENOUGH  # as far as can be from there
        may_be_next = self.plates.behind and not self.behind
        return RARELY_MS if is_known and not self.has_moved and not may_be_next else LOOK_EVERY_MS


def choose_vehicles(vehicles: Iterable[Vehicle], at_ms: int) -> list[Vehicle]:
    """What to look at in a frame: what is not told yet, large enough, and was not looked at just now.

    No more than MOST_LOOKS_A_FRAME: first those that came or were read just now, and of them what waited
    longest; one hopeless one at most.
    """
    due = [vehicle for vehicle in vehicles if _is_due(vehicle, at_ms)]
    due.sort(key=lambda each: (each.in_vain, each.plates.looked_ms, each.track_id))
    hopeful = [vehicle for vehicle in due if not vehicle.is_hopeless]
    longest = sorted((each for each in due if each.is_hopeless), key=lambda each: each.plates.looked_ms)
    return [*hopeful, *longest[:1]][:MOST_LOOKS_A_FRAME]


def _is_due(vehicle: Vehicle, at_ms: int) -> bool:
    plates = vehicle.plates
    waited = at_ms - plates.looked_ms >= vehicle.pause_ms
    return not plates.told and waited and vehicle.plate_width >= LEAST_PLATE_WIDTH


def note_look(vehicle: Vehicle, at_ms: int) -> PlateLog:
    """What is known of a vehicle's plate after one more look."""
    plates = vehicle.plates
    noted = plates._replace(
        looked_ms=at_ms,
        looks=plates.looks + 1,
        near=plates.near + vehicle.is_near,
        kind=vehicle.kind,
    )
    noted = _note_behind(noted, vehicle.behind)
    if plates.place is not None and not vehicle.has_moved:
        return noted
    left, top, right, bottom = (round(side, 1) for side in vehicle.box)
    return noted._replace(place=(left, top, right, bottom), placed_ms=at_ms, hope=plates.looks)


def _note_behind(plates: PlateLog, seen_behind: bool) -> PlateLog:
    """Whether another vehicle stands before it: a frame in which that one is not found proves nothing."""
    if seen_behind:
        return plates._replace(behind=True, behind_ms=plates.looked_ms, clear=0)
    since_ms = plates.behind_ms if plates.clear else plates.looked_ms  # it may have been seen behind long ago
    clear = min(plates.clear + 1, CLEAR_LOOKS)
    is_clear = clear >= CLEAR_LOOKS and plates.looked_ms - since_ms >= CLEAR_MS
    return plates._replace(behind=plates.behind and not is_clear, behind_ms=since_ms, clear=clear)


def choose_readings(times_ms: Sequence[int], sharpness: Sequence[float], plates: PlateLog) -> list[int]:
    """Which of a chunk's plates of one track are read: the sharpest, apart in time.

    Returns:
        Their places in the sequences, in order of time.
    """
    taken = [reading.at_ms for reading in plates.readings]
    chosen: list[int] = []
    for place in sorted(range(len(times_ms)), key=lambda place: (-sharpness[place], times_ms[place])):
        if len(chosen) == READINGS_A_CHUNK:
            break
        if all(abs(times_ms[place] - other) >= SPACING_MS for other in taken):
            taken.append(times_ms[place])
            chosen.append(place)
    return sorted(chosen, key=lambda place: times_ms[place])


def is_legible(confidences: Sequence[float]) -> bool:
    """Whether something was read, by how sure its characters are."""
    if len(confidences) < LEAST_CHARACTERS:
        return False
    return math.fsum(confidences) / len(confidences) >= LEAST_CONFIDENCE
