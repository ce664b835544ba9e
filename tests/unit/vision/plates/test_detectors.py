"""What the networks answer becomes plates and lines of text, in pixels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from floorsight.platform.errors import Malformed, NotFound
from floorsight.vision.detections import Floats
from floorsight.vision.plates.detector import PlateDetector, make_anchors, read_answers
from floorsight.vision.plates.finder import rank_texts, upright
from floorsight.vision.plates.text_detector import GROWTH, TextDetector, TextLines, read_map

ASIDE = np.array([150, 0], np.float32)
PLATE = np.array([[60, 40], [124, 44], [124, 62], [60, 58]], np.float32)


def answers_for(plates: list[tuple[Floats, float, int]], anchors: Floats) -> tuple[Floats, Floats]:
    """Scores and steps with which the network says these plates: corners, score, anchor."""
    scores, steps = np.full(len(anchors), 0.01, np.float32), np.zeros((len(anchors), 8), np.float32)
    for corners, score, place in plates:
        centre, side = anchors[place, :2], anchors[place, 2]
        networks_order = corners[[2, 3, 0, 1]]  # lower right first
        scores[place], steps[place] = score, ((networks_order - centre) / (0.1 * side)).reshape(-1)
    return scores, steps


def test_anchors_are_two_a_cell_of_three_grids() -> None:
    anchors = make_anchors(columns=2, rows=1)  # a picture of 64 x 32
    assert len(anchors) == 2 * (8 * 4 + 4 * 2 + 2 * 1)
    assert anchors[0].tolist() == [4, 4, 24]
    assert anchors[1].tolist() == [4, 4, 48]
    assert anchors[2].tolist() == [12, 4, 24]  # along the row first
    assert anchors[-1].tolist() == [48, 16, 768]


def test_a_plate_is_read_from_its_anchor() -> None:
    anchors = make_anchors(columns=5, rows=4)
    found = read_answers(*answers_for([(PLATE, 0.8, 130)], anchors), anchors)
    assert found.scores.tolist() == pytest.approx([0.8])
    assert found.corners[0] == pytest.approx(PLATE, abs=1e-3)


def test_answers_for_one_plate_are_weighed_by_their_scores() -> None:
    anchors = make_anchors(columns=5, rows=4)
    said = [(PLATE, 0.9, 130), (PLATE + 4, 0.3, 132)]
    found = read_answers(*answers_for(said, anchors), anchors)
    assert found.scores.tolist() == pytest.approx([0.9])
    assert found.corners[0] == pytest.approx(PLATE + 1, abs=1e-3)


def test_plates_apart_are_two_the_surer_first() -> None:
    anchors = make_anchors(columns=10, rows=4)
    said = [(PLATE, 0.4, 130), (PLATE + ASIDE, 0.7, 200)]
    found = read_answers(*answers_for(said, anchors), anchors)
    assert found.scores.tolist() == pytest.approx([0.7, 0.4])
    assert found.corners[0] == pytest.approx(PLATE + ASIDE, abs=1e-3)


def test_what_is_no_number_is_left_out() -> None:
    anchors = make_anchors(columns=5, rows=4)
    scores, steps = answers_for([(PLATE, 0.9, 130)], anchors)
    steps[130, 3] = np.inf
    assert len(read_answers(scores, steps, anchors)) == 0


def test_a_line_of_text_is_grown_by_what_the_network_leaves_out() -> None:
    shown = np.zeros((64, 128), np.float32)
    shown[20:31, 30:91] = 0.9
    found = read_map(shown)
    assert found.scores.tolist() == pytest.approx([0.9])
    grown = GROWTH * 60 * 10 / (2 * (60 + 10))
    assert found.corners[0].min(axis=0) == pytest.approx([30 - grown, 20 - grown], abs=0.1)
    assert found.corners[0].max(axis=0) == pytest.approx([90 + grown, 30 + grown], abs=0.1)


def test_specks_and_doubtful_lines_are_no_text() -> None:
    shown = np.zeros((64, 128), np.float32)
    shown[5:7, 5:30] = 0.9
    shown[30:45, 30:90] = 0.4
    assert len(read_map(shown)) == 0


@pytest.mark.parametrize("turned", [0, 15, -20, 40])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 3, 0, 1), (3, 0, 1, 2), (1, 0, 3, 2)])
def test_a_rectangle_is_put_upright(turned: int, order: tuple[int, ...]) -> None:
    corners = cv2.boxPoints(((100, 80), (60, 14), turned))
    found = upright(corners[list(order)])
    across = found[1] - found[0]
    assert np.linalg.norm(across) == pytest.approx(60, abs=0.01)
    assert np.degrees(np.arctan2(across[1], across[0])) == pytest.approx(turned, abs=0.1)
    assert found[0, 1] < found[3, 1]


def test_of_texts_as_sure_the_lower_one_is_likelier() -> None:
    high = cv2.boxPoints(((100, 40), (60, 14), 0))
    low = cv2.boxPoints(((100, 150), (60, 14), 0))
    ranked = rank_texts(TextLines(np.stack([high, low]), np.array([0.9, 0.9], np.float32)), 200)
    assert [corners[0, 1] for corners, _ in ranked] == pytest.approx([143, 33])


@pytest.mark.parametrize(("width", "height"), [(30, 4), (300, 14)])
def test_what_is_too_low_or_too_long_is_no_plate(width: int, height: int) -> None:
    text = cv2.boxPoints(((100, 40), (width, height), 0))
    assert rank_texts(TextLines(text[None], np.array([0.9], np.float32)), 200) == []


def test_a_missing_or_strange_model_is_named(tmp_path: Path) -> None:
    strange = tmp_path / "strange.onnx"
    strange.write_bytes(b"no model")
    for load in (lambda path: PlateDetector(path, side=320), TextDetector):
        with pytest.raises(NotFound, match="models pull"):
            load(tmp_path / "none.onnx")
        with pytest.raises(Malformed, match=r"strange\.onnx"):
            load(strange)
