"""What a recogniser says at each step becomes a text, each character as sure as it may be."""

from __future__ import annotations

import numpy as np
import pytest

from floorsight.vision.detections import Floats
from floorsight.vision.plates.ctc import ALIKE, LETTERS, NOTHING, decode, doubt_look_alikes, gather_letters


def steps(text: str, sure: float = 0.99) -> Floats:
    """Probabilities of a line: each sign at its step, `_` for nothing; the rest is nothing's, or A's."""
    rows = np.zeros((len(text), len(LETTERS) + 1), np.float32)
    for row, sign in zip(rows, text, strict=True):
        place = NOTHING if sign == "_" else LETTERS.index(sign) + 1
        row[place] = sure
        row[NOTHING if place != NOTHING else 11] += 1.0 - sure
    return rows


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("KA_01", "KA01"),
        ("AABB__", "AB"),  # a character at several steps is one
        ("A_A", "AA"),  # two, if nothing lies between them
        ("__1_1_1__", "111"),
        ("______", ""),
    ],
)
def test_repeated_steps_are_one_character(line: str, text: str) -> None:
    read = decode(steps(line))
    assert read.text == text
    assert len(read.confidences) == len(text)


def test_a_character_is_as_sure_as_its_surest_step() -> None:
    rows = steps("HHH")
    for row, sure in zip(rows, (0.6, 0.9, 0.7), strict=True):
        row[:] = 0.0
        row[LETTERS.index("H") + 1], row[NOTHING] = sure, 1 - sure
    assert decode(rows).confidences == pytest.approx((0.9,))


def test_nothing_at_all_is_no_text() -> None:
    assert decode(np.zeros((0, len(LETTERS) + 1), np.float32)).text == ""


def test_odds_between_look_alikes_are_taken_at_their_square_root() -> None:
    row = np.zeros((1, len(LETTERS) + 1), np.float32)
    row[0, LETTERS.index("0") + 1], row[0, LETTERS.index("O") + 1] = 0.9, 0.1  # nine to one: three to one
    assert decode(row).confidences == pytest.approx((0.75,))


def test_what_looks_like_nothing_else_is_as_sure_as_the_network() -> None:
    row = np.zeros((1, len(LETTERS) + 1), np.float32)
    row[0, LETTERS.index("0") + 1], row[0, LETTERS.index("W") + 1] = 0.9, 0.1
    assert decode(row).confidences == pytest.approx((0.9,))


def test_doubt_takes_nothing_away_and_changes_no_order() -> None:
    rows = np.random.default_rng(5).dirichlet(np.full(37, 0.1), 200).astype(np.float32)
    doubted = doubt_look_alikes(rows)
    assert doubted.sum(axis=1) == pytest.approx(rows.sum(axis=1), abs=1e-5)
    for group in ALIKE:
        columns = [LETTERS.index(letter) + 1 for letter in group]
        assert (doubted[:, columns].argmax(axis=1) == rows[:, columns].argmax(axis=1)).all()
        assert (doubted[:, columns].max(axis=1) <= rows[:, columns].max(axis=1) + 1e-6).all()


def test_no_letter_is_in_two_groups() -> None:
    together = "".join(ALIKE)
    assert len(set(together)) == len(together)


def test_small_letters_are_capitals_and_signs_are_nothing() -> None:
    gathering = gather_letters(["", "a", "A", "-", "7", "京", "ß"])  # ß has two capitals
    probabilities = np.array([[0.1, 0.2, 0.3, 0.05, 0.15, 0.1, 0.1]], np.float32)
    letters = probabilities @ gathering
    assert letters[0, LETTERS.index("A") + 1] == pytest.approx(0.5)
    assert letters[0, LETTERS.index("7") + 1] == pytest.approx(0.15)
    assert letters[0, NOTHING] == pytest.approx(0.35)
    assert letters.sum() == pytest.approx(1.0)
