"""What YuNet's grids say, and models that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from floorsight.platform.errors import Malformed, NotFound
from floorsight.vision.faces.detector import MINIMUM_SCORE, FaceDetector, Faces, read_grid, suppress
from floorsight.vision.faces.embedder import FaceEmbedder

STRIDE, COLUMNS, CELLS = 16, 4, 12


def grid(cell: int, **values: object) -> Faces:
    """Answers that say nothing but in one cell."""
    answers = {"cls": np.zeros((CELLS, 1)), "obj": np.zeros((CELLS, 1))}
    answers |= {"bbox": np.zeros((CELLS, 4)), "kps": np.zeros((CELLS, 10))}
    for name, value in ({"cls": 0.9, "obj": 0.9} | values).items():
        answers[name][cell] = value
    return read_grid(
        STRIDE, COLUMNS, *(answers[name].astype(np.float32) for name in ("cls", "obj", "bbox", "kps"))
    )


def test_a_cell_says_where_box_and_landmarks_lie() -> None:
    found = grid(6, bbox=[0.5, -0.25, np.log(3.0), 0.0], kps=np.arange(10) / 10.0)
    column, row = 6 % COLUMNS, 6 // COLUMNS
    centre = (column + 0.5) * STRIDE, (row - 0.25) * STRIDE
    np.testing.assert_allclose(
        found.boxes,
        [[centre[0] - 24.0, centre[1] - 8.0, centre[0] + 24.0, centre[1] + 8.0]],
        rtol=1e-5,
    )
    np.testing.assert_allclose(found.landmarks[0, 0], [column * STRIDE, (row + 0.1) * STRIDE], rtol=1e-5)
    np.testing.assert_allclose(
        found.landmarks[0, 4], [(column + 0.8) * STRIDE, (row + 0.9) * STRIDE], rtol=1e-5
    )
    np.testing.assert_allclose(found.scores, [0.9], rtol=1e-5)


def test_the_score_is_the_mean_of_both_and_never_beyond_one() -> None:
    assert grid(0, cls=1.5, obj=0.64, kps=np.arange(10)).scores[0] == pytest.approx(0.8)


@pytest.mark.parametrize(
    "values",
    [
        {"cls": MINIMUM_SCORE - 0.01, "obj": MINIMUM_SCORE - 0.01},
        {"cls": 1.0, "obj": -1.0},
        {"bbox": [np.nan, 0.0, 0.0, 0.0]},
        {"bbox": [0.0, 0.0, 1000.0, 0.0]},
        {"kps": [np.inf] * 10},
        {"kps": [0.0] * 10},  # five landmarks in one place
    ],
)
def test_what_is_no_face_is_left_out(values: dict[str, object]) -> None:
    assert len(grid(3, **{"kps": np.arange(10), **values})) == 0


def test_of_overlapping_faces_the_surest_stays_and_the_largest_comes_first() -> None:
    boxes = np.array([[0, 0, 40, 40], [2, 2, 42, 42], [100, 0, 180, 80]], np.float32)
    landmarks = np.arange(30, dtype=np.float32).reshape(3, 5, 2)
    kept = suppress(Faces(boxes, landmarks, np.array([0.7, 0.9, 0.6], np.float32))).largest_first()
    np.testing.assert_array_equal(kept.boxes, boxes[[2, 1]])
    np.testing.assert_array_equal(kept.landmarks, landmarks[[2, 1]])
    assert len(suppress(Faces.none())) == 0


def identity(path: Path, shape: list[object]) -> Path:
    """A model that gives back what it takes."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", values[:1], values[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_other_models_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no YuNet"):
        FaceDetector(identity(tmp_path / "a.onnx", ["n", 3, "h", "w"]), threads=1)
    with pytest.raises(Malformed, match="takes"):
        FaceEmbedder(identity(tmp_path / "b.onnx", ["n", 3, 64, 64]), name="mine", threads=1)
    with pytest.raises(Malformed, match="gives"):
        FaceEmbedder(identity(tmp_path / "c.onnx", ["n", 3, 112, 112]), name="mine", threads=1)


def test_a_missing_model_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="floorsight models pull"):
        FaceDetector(tmp_path / "none.onnx")
