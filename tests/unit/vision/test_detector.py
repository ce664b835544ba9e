"""Reading model outputs, and the detector on tiny models made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from floorsight.platform.errors import Malformed, NotFound
from floorsight.vision.detections import Floats, ObjectClass
from floorsight.vision.detector import (
    Contract,
    Detector,
    DetectorSettings,
    read_end_to_end,
    read_yolo,
)
from floorsight.vision.timing import Stage, Stopwatch
from tests.unit.vision.test_letterbox import frame_of

SETTINGS = DetectorSettings(minimum_score=0.25, nms_overlap=0.5)
COCO = {"person": 0, "bicycle": 1, "car": 2, "motorcycle": 3, "airplane": 4, "bus": 5, "train": 6, "truck": 7}

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
Box = tuple[float, float, float, float]  # left, top, right, bottom
A: Box = (10.0, 20.0, 30.0, 60.0)
NEAR_A: Box = (11.0, 20.0, 31.0, 60.0)
FAR: Box = (60.0, 20.0, 90.0, 60.0)


def yolo_rows(*found: tuple[Box, str, float]) -> Floats:
    """(84, m) with one score a column."""
    rows = np.zeros((84, len(found)), np.float32)
    for column, ((left, top, right, bottom), name, score) in enumerate(found):
        rows[:4, column] = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
        rows[4 + COCO[name], column] = score
    return rows


def end_to_end_rows(*found: tuple[Box, str, float]) -> Floats:
    """(300, 6), padded with zeros as the exports are."""
    rows = np.zeros((300, 6), np.float32)
    for row, (box, name, score) in enumerate(found):
        rows[row] = (*box, score, COCO[name])
    return rows


class TestYolo:
    @pytest.mark.parametrize("name", ["person", "bicycle", "car", "motorcycle", "bus", "truck"])
    def test_classes_become_ours(self, name: str) -> None:
        found = read_yolo(yolo_rows((A, name, 0.9)), SETTINGS)
        assert [ObjectClass(int(c)).label for c in found.classes] == [name]
        np.testing.assert_allclose(found.boxes, [A])
        np.testing.assert_allclose(found.scores, [0.9])

    @pytest.mark.parametrize("name", ["airplane", "train"])
    def test_other_classes_are_nothing(self, name: str) -> None:
        assert len(read_yolo(yolo_rows((A, name, 0.9)), SETTINGS)) == 0

    def test_the_likeliest_of_our_classes_counts(self) -> None:
        rows = yolo_rows((A, "car", 0.5))
        rows[4 + COCO["truck"], 0] = 0.6
        rows[4 + COCO["train"], 0] = 0.9
        found = read_yolo(rows, SETTINGS)
        assert [ObjectClass(int(c)) for c in found.classes] == [ObjectClass.TRUCK]

    @pytest.mark.parametrize(("score", "kept"), [(0.24, 0), (0.26, 1)])
    def test_minimum_score(self, score: float, kept: int) -> None:
        assert len(read_yolo(yolo_rows((A, "person", score)), SETTINGS)) == kept

    def test_of_boxes_that_overlap_the_surest_is_kept(self) -> None:
        rows = yolo_rows((NEAR_A, "person", 0.6), (A, "person", 0.9), (FAR, "person", 0.5))
        found = read_yolo(rows, SETTINGS)
        np.testing.assert_allclose(found.boxes, [A, FAR])

    def test_but_only_within_a_class(self) -> None:
        rows = yolo_rows((A, "person", 0.9), (NEAR_A, "bicycle", 0.8))
        assert len(read_yolo(rows, SETTINGS)) == 2

    def test_at_most_so_many(self) -> None:
        rows = yolo_rows(
            *[((n * 50.0, 0.0, n * 50.0 + 40.0, 40.0), "person", 0.3 + n / 100) for n in range(20)]
        )
        found = read_yolo(rows, DetectorSettings(minimum_score=0.25, most_detections=5))
        assert len(found) == 5
        np.testing.assert_allclose(sorted(found.scores), [0.45, 0.46, 0.47, 0.48, 0.49], rtol=1e-6)

    def test_nothing(self) -> None:
        found = read_yolo(np.zeros((84, 0), np.float32), SETTINGS)
        assert (found.boxes.shape, len(found)) == ((0, 4), 0)

    def test_a_box_that_is_no_number_is_left_out(self) -> None:
        rows = yolo_rows((A, "person", 0.9), (FAR, "person", 0.8))
        rows[2, 0] = np.nan
        np.testing.assert_allclose(read_yolo(rows, SETTINGS).boxes, [FAR])


class TestEndToEnd:
    def test_rows_become_detections(self) -> None:
        rows = end_to_end_rows((A, "truck", 0.9), (FAR, "person", 0.5), (A, "train", 0.9), (A, "car", 0.2))
        found = read_end_to_end(rows, SETTINGS)
        np.testing.assert_allclose(found.boxes, [A, FAR])
        assert found.classes.tolist() == [ObjectClass.TRUCK, ObjectClass.PERSON]
        assert found.boxes.dtype == np.dtype(np.float32)
        assert found.classes.dtype == np.dtype(np.int64)

    def test_nothing(self) -> None:
        assert len(read_end_to_end(end_to_end_rows(), SETTINGS)) == 0

    def test_a_box_that_is_no_number_is_left_out(self) -> None:
        rows = end_to_end_rows((A, "person", 0.9), (FAR, "person", 0.8))
        rows[0, 0] = np.inf
        np.testing.assert_allclose(read_end_to_end(rows, SETTINGS).boxes, [FAR])


def save_model(
    path: Path, rows: Floats, *, batch: int | str = "n", side: int | str = "s", channels: int = 3
) -> Path:
    """A model that says `rows` of every picture, the scores scaled by the picture's mean brightness.

    (84, m) and (300, 6) alike: what is a score is told by a mask.
    """
    mask = np.zeros_like(rows)
    if rows.shape[0] == 84:
        mask[4:] = 1.0
    else:
        mask[:, 4] = 1.0
    shape = list(rows.shape)
    constants = {"rows": rows[None], "mask": mask[None], "keep": (1.0 - mask)[None]}
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Squeeze", ["mean", "last"], ["scale"]),
        helper.make_node("Mul", ["mask", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "keep"], ["factor"]),
        helper.make_node("Mul", ["rows", "factor"], ["output0"]),
    ]
    initialisers = [
        numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()
    ]
    initialisers.append(numpy_helper.from_array(np.array([3], np.int64), "last"))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, channels, side, side])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [batch, *shape])],
        initialisers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(path))
    return path


ROWS = {
    Contract.YOLO: yolo_rows((A, "person", 1.0), (FAR, "car", 0.9)),
    Contract.END_TO_END: end_to_end_rows((A, "person", 1.0), (FAR, "car", 0.9)),
}


@pytest.mark.parametrize("contract", Contract)
class TestTheDetector:
    def test_a_batch_in_one_call(self, tmp_path: Path, contract: Contract) -> None:
        model = save_model(tmp_path / "tiny.onnx", ROWS[contract])
        detector = Detector(model, contract=contract, input_size=100, threads=1)
        assert detector.provider == "CPUExecutionProvider"
        # White pictures score full, black ones nothing (but for the borders' grey).
        frames = [
            frame_of(100, 100, (255,) * 3),
            frame_of(100, 100, (0,) * 3),
            frame_of(200, 100, (255,) * 3),
        ]
        stopwatch = Stopwatch()
        white, black, wide = detector.detect(frames, stopwatch)
        np.testing.assert_allclose(white.boxes, [A, FAR], atol=1e-4)
        assert white.classes.tolist() == [ObjectClass.PERSON, ObjectClass.CAR]
        assert len(black) == 0
        # The wide frame is half as high in the square: 25 pixels of border above, everything twice as large.
        expected = [(20.0, 0.0, 60.0, 70.0), (120.0, 0.0, 180.0, 70.0)]
        np.testing.assert_allclose(wide.boxes, expected, atol=1e-3)
        assert all(stopwatch.seconds[stage] > 0 for stage in (Stage.LETTERBOX, Stage.INFER, Stage.NMS))

    def test_no_frames(self, tmp_path: Path, contract: Contract) -> None:
        model = save_model(tmp_path / "tiny.onnx", ROWS[contract])
        assert Detector(model, contract=contract, input_size=100, threads=1).detect([], Stopwatch()) == []


class TestModelsThatDoNotFit:
    """Refused when loaded, with what to do: not chunk after chunk."""

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="models pull") as error:
            Detector(tmp_path / "none.onnx")
        assert error.value.code == "model_missing"

    @pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07" * 50])
    def test_no_model(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "bad.onnx"
        path.write_bytes(content)
        with pytest.raises(Malformed) as error:
            Detector(path)
        assert error.value.code == "bad_model"

    def test_another_layout(self, tmp_path: Path) -> None:
        path = save_model(tmp_path / "tiny.onnx", ROWS[Contract.END_TO_END])
        with pytest.raises(Malformed, match="84"):
            Detector(path, contract=Contract.YOLO, input_size=100)
        path = save_model(tmp_path / "tiny.onnx", ROWS[Contract.YOLO])
        with pytest.raises(Malformed, match="6"):
            Detector(path, contract=Contract.END_TO_END, input_size=100)

    def test_another_size(self, tmp_path: Path) -> None:
        path = save_model(tmp_path / "tiny.onnx", ROWS[Contract.YOLO], side=640)
        with pytest.raises(Malformed, match="640"):
            Detector(path, input_size=416)
        Detector(path, input_size=640, threads=1)

    def test_a_fixed_batch(self, tmp_path: Path) -> None:
        path = save_model(tmp_path / "tiny.onnx", ROWS[Contract.YOLO], batch=1)
        with pytest.raises(Malformed, match="dynamic"):
            Detector(path, input_size=100)

    def test_pictures_that_are_no_rgb(self, tmp_path: Path) -> None:
        path = save_model(tmp_path / "tiny.onnx", ROWS[Contract.YOLO], channels=1)
        with pytest.raises(Malformed, match="images"):
            Detector(path, input_size=100)


class TestGpu:
    """CUDA's libraries are Python packages: they must be in the process before the session is made."""

    @pytest.mark.parametrize(
        ("offered", "calls"),
        [
            (["CPUExecutionProvider"], ["session CPUExecutionProvider"]),
            (
                ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
                [
                    "preload ''",
                    "session TensorrtExecutionProvider CUDAExecutionProvider CPUExecutionProvider",
                ],
            ),
        ],
    )
    def test_libraries_are_loaded_before_the_session_that_needs_them(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offered: list[str], calls: list[str]
    ) -> None:
        done: list[str] = []

        def open_session(path: str, options: object, providers: list[str]) -> None:
            done.append(f"session {' '.join(providers)}")
            raise RuntimeError("far enough")

        monkeypatch.setattr("onnxruntime.get_available_providers", lambda: offered)
        monkeypatch.setattr(
            "onnxruntime.preload_dlls", lambda directory: done.append(f"preload {directory!r}")
        )
        monkeypatch.setattr("onnxruntime.InferenceSession", open_session)
        model = tmp_path / "model.onnx"
        model.touch()
        with pytest.raises(Malformed, match="far enough"):
            Detector(model)
        assert done == calls
