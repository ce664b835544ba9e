"""From what a text recogniser says at each step across a line to the text of a plate.

Such networks are trained with connectionist temporal classification (Graves and others, 2006): at each step
they give one class, a character or nothing; the same character at steps that follow each other is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np

from floorsight.vision.detections import Floats
from floorsight.vision.plates.reading import PlateText

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOTHING = 0  # the column of what is no letter of a plate
# Letters that recognisers take for one another. Between them the network is far surer than it is right, so
# what counts is the square root of its odds: on drawn plates that made unsure most wrong texts that had been
# sure, and one in six right ones (docs/adr/0060).
ALIKE = ("0OQDCGU", "1ITLJ7", "2Z", "8B36", "5S", "VYWMNHKX", "PRF")


def gather_letters(classes: Sequence[str]) -> Floats:
    """(m, 37): what a step's probabilities of a recogniser's classes are multiplied with to be of nothing and
    `LETTERS`. Classes are given by their characters; "" is the blank.

    Small letters are read as capitals; all else, such as the hyphen, is nothing: it parts letters as a
    blank does.
    """
    gathering = np.zeros((len(classes), len(LETTERS) + 1), np.float32)
    for row, character in zip(gathering, classes, strict=True):
        row[LETTERS.find(character.upper()) + 1 if len(character) == 1 else NOTHING] = 1.0
    return gathering


def decode(letters: Floats) -> PlateText:
    """(steps, 37) probabilities → the text whose characters are likeliest at each step.

    A character's confidence is its probability at its surest step, after `doubt_look_alikes`.
    """
    doubted = doubt_look_alikes(letters)
    read = []
    for place, run in groupby(enumerate(letters.argmax(axis=1).tolist()), key=itemgetter(1)):
        if place != NOTHING:
            read.append((LETTERS[place - 1], float(doubted[[step for step, _ in run], place].max())))
    return PlateText("".join(letter for letter, _ in read), tuple(sure for _, sure in read))


def doubt_look_alikes(letters: Floats) -> Floats:
    """(steps, 37) probabilities, with those of look-alikes nearer to each other; their sum stays."""
    doubted = letters.copy()
    for columns in _COLUMNS:
        together = letters[:, columns].sum(axis=1, keepdims=True)
        odds = np.sqrt(letters[:, columns])
        shares = np.divide(
            odds, odds.sum(axis=1, keepdims=True), out=np.zeros_like(odds), where=together > 0.0
        )
        doubted[:, columns] = together * shares
    return doubted


_COLUMNS = [[LETTERS.index(letter) + 1 for letter in group] for group in ALIKE]
