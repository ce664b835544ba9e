"""What a track's readings of its plate come to (docs/adr/0062).

Each place of the text is as sure as the readings that have this character there are on average, and less so
the more other readings weigh against it. No text is surer than the surest reading that says just that. So
readings that agree take doubt away and never make a text surer than the reader was: the frames of a standing
car are nearly one picture, and what is misread in one is misread in all of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from floorsight.vision.track_log import PlateLog, ReadPlate

SURE = 0.85
# What a text is at most that no reading says as a whole, or that has no digit, as a lorry's lettering has
# none: below what any site may take for sure.
DOUBTFUL = 0.49
# Pixels of the frame, from which on a plate is as good as any. What is read of smaller ones, from farther
# away, weighs less: by their area, down to half.
PLAIN_HEIGHT, LEAST_WEIGHT = 24, 0.5
NOTHING = 1e-6  # less is no confidence, and its square may be 0


@dataclass(frozen=True)
class Consensus:
    """A text with a confidence for each character; None and nothing where there are no readings.

    `agreeing` of the `reads` are the text itself.
    """

    text: str | None
    confidences: tuple[float, ...]
    agreeing: int
    reads: int

    @property
    def confidence(self) -> float:
        """That of the least sure character; 0 without a text."""
        return min(self.confidences, default=0.0)


def combine(readings: Iterable[ReadPlate]) -> Consensus:
    """The consensus of readings, in whichever order they come.

    Where some have digits, those that have none are of something else, and have no vote.
    """
    read = sorted(readings)
    if not read:
        return Consensus(None, (), 0, 0)
    ordered = [each for each in read if has_digit(each.text)] or read
    text = _vote_on_text(ordered)
    weights = [weigh(reading) for reading in ordered]
    aligned = [align(reading, text) for reading in ordered]
    exact = [reading.confidence for reading in ordered if reading.text == text]
    most = max(exact) if exact and has_digit(text) else min([DOUBTFUL, *exact])
    confidences = tuple(
        _confidence_at(character, [places[place] for places in aligned], weights)
        for place, character in enumerate(text)
    )
    if min(confidences) > most:
        confidences = (most,) * len(text)
    return Consensus(text, confidences, len(exact), len(read))


def has_digit(text: str) -> bool:
    return not text.isalpha()


def weigh(reading: ReadPlate) -> float:
    """How much a reading counts by how large its plate was: LEAST_WEIGHT to 1."""
    return min(max((reading.height / PLAIN_HEIGHT) ** 2, LEAST_WEIGHT), 1.0)


def plate_so_far(plates: PlateLog) -> tuple[str | None, float]:
    """What was told of a plate, or else what its readings come to until now, and how sure that is."""
    if plates.told:
        return plates.text, plates.confidence
    found = combine(plates.readings)
    return found.text, found.confidence


def _vote_on_text(readings: Sequence[ReadPlate]) -> str:
    """First on the length, then character by character among the readings of that length.

    A reading's vote on the length is its mean confidence, and on a character that character's, times its
    weight. Between equal votes the text decides, so that the answer never depends on the order.
    """
    lengths: dict[int, list[float]] = defaultdict(list)
    for reading in readings:
        lengths[len(reading.text)].append(_mean(reading) * weigh(reading))
    length = max(lengths, key=lambda each: (math.fsum(lengths[each]), each))
    voting = [reading for reading in readings if len(reading.text) == length]
    return "".join(_vote_at(place, voting) for place in range(length))


def _vote_at(place: int, readings: Sequence[ReadPlate]) -> str:
    votes: dict[str, list[float]] = defaultdict(list)
    for reading in readings:
        votes[reading.text[place]].append(reading.confidences[place] * weigh(reading))
    return max(votes, key=lambda each: (math.fsum(votes[each]), each))


def _confidence_at(
    character: str, said: Sequence[tuple[str | None, float]], weights: Sequence[float]
) -> float:
    """How sure a character is, of what each reading says in its place and how surely.

    By squares, as one against five is a slip, and two against three is a doubt.
    """
    both = list(zip(said, weights, strict=True))
    in_favour = math.fsum(sure * weight for (other, sure), weight in both if other == character)
    against = math.fsum(sure * weight for (other, sure), weight in both if other != character)
    if in_favour < NOTHING:
        return 0.0
    mean = in_favour / math.fsum(weight for (other, _), weight in both if other == character)
    return round(mean * in_favour**2 / (in_favour**2 + against**2), 4)


def align(reading: ReadPlate, text: str) -> list[tuple[str | None, float]]:
    """What a reading says at each place of a text, and how surely; None: nothing, or something more.

    By the fewest changes between both (Levenshtein, 1965). What the reading has besides the text speaks
    against the character before it, or the first.
    """
    if len(reading.text) == len(text):
        return list(zip(reading.text, reading.confidences, strict=True))
    said: list[tuple[str | None, float]] = [(None, _mean(reading))] * len(text)
    besides: list[tuple[int, float]] = []
    last = 0
    for mine, its in _fewest_changes(text, reading.text):
        if mine is None and its is not None:
            besides.append((last, reading.confidences[its]))
        elif mine is not None:
            last = mine
            if its is not None:
                said[mine] = (reading.text[its], reading.confidences[its])
    for place, confidence in besides:
        said[place] = (None, confidence)
    return said


def _fewest_changes(text: str, other: str) -> list[tuple[int | None, int | None]]:
    """Pairs of places in both, None where one has nothing; of equally few changes always the same."""
    costs = [list(range(len(other) + 1))]
    for row, mine in enumerate(text, start=1):
        line = [row]
        for column, its in enumerate(other, start=1):
            changed = costs[row - 1][column - 1] + (mine != its)
            line.append(min(changed, costs[row - 1][column] + 1, line[column - 1] + 1))
        costs.append(line)
    pairs: list[tuple[int | None, int | None]] = []
    row, column = len(text), len(other)
    while row or column:
        here = costs[row][column]
        if row and column and here == costs[row - 1][column - 1] + (text[row - 1] != other[column - 1]):
            row, column = row - 1, column - 1
            pairs.append((row, column))
        elif row and here == costs[row - 1][column] + 1:
            row -= 1
            pairs.append((row, None))
        else:
            column -= 1
            pairs.append((None, column))
    return pairs[::-1]


def _mean(reading: ReadPlate) -> float:
    return math.fsum(reading.confidences) / len(reading.confidences)
