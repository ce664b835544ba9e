"""The plate models by name, and what keeps them from being opened; the recogniser is cut down to plates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from floorsight.models import store
from floorsight.models.conversion.plate_reading import KEPT, convert_plate_reader
from floorsight.models.plates import PlateModels
from floorsight.platform.errors import Conflict, Malformed, NotFound, Unavailable
from floorsight.vision.plates.ocr import LineReader
from infra.paths import REPOSITORY

HIDDEN = 4
KNOWN = ["京", *reversed(KEPT), "藏"]  # in an order of its own, with others among them
RANDOM = np.random.default_rng(2)
WEIGHTS = RANDOM.normal(size=(HIDDEN, len(KNOWN) + 2)).astype(np.float32)
BIAS = RANDOM.normal(size=len(KNOWN) + 2).astype(np.float32)


def recogniser(path: Path, *, characters: list[str] | None = None, classes: int = len(KNOWN) + 2) -> Path:
    """A recogniser whose every eight columns of pixels are a step, like the published one at its end."""
    nodes = [
        helper.make_node("AveragePool", ["x"], ["pooled"], kernel_shape=[48, 8], strides=[48, 8]),
        helper.make_node("Squeeze", ["pooled", "axis"], ["steps"]),
        helper.make_node("Transpose", ["steps"], ["rows"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["rows", "widen"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "weights"], ["scores"]),
        helper.make_node("Add", ["scores", "bias"], ["biased"]),
        helper.make_node("Softmax", ["biased"], ["out"], axis=2),
    ]
    constants = {
        "axis": np.array([2]),
        "widen": np.eye(3, HIDDEN, dtype=np.float32),
        "weights": WEIGHTS[:, :classes],
        "bias": BIAS[:classes],
    }
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 48, "w"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", "t", classes])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    if characters is not None:
        helper.set_model_props(model, {"character": "\n".join(characters)})
    onnx.save(model, path)
    return path


def test_the_kept_classes_are_the_same_among_themselves(tmp_path: Path) -> None:
    source, target = recogniser(tmp_path / "a.onnx", characters=KNOWN), tmp_path / "b.onnx"
    convert_plate_reader(source, target)
    lines = RANDOM.normal(size=(2, 3, 48, 40)).astype(np.float32)
    whole, cut = (ort.InferenceSession(str(path)).run(None, {"x": lines})[0] for path in (source, target))
    columns = [0, *(KNOWN.index(character) + 1 for character in KEPT)]
    among = whole[..., columns] / whole[..., columns].sum(axis=2, keepdims=True)
    assert cut == pytest.approx(among, abs=1e-5)


def test_it_is_the_same_byte_for_byte_and_can_be_read_with(tmp_path: Path) -> None:
    source = recogniser(tmp_path / "a.onnx", characters=KNOWN)
    for name in ("b.onnx", "c.onnx"):
        convert_plate_reader(source, tmp_path / name)
    assert (tmp_path / "b.onnx").read_bytes() == (tmp_path / "c.onnx").read_bytes()
    reader = LineReader(tmp_path / "b.onnx", name="cut", height=48)
    (text,) = reader.read_lines([np.zeros((48, 80, 3), np.uint8)])
    assert len(text.text) == len(text.confidences)
    assert reader.read_lines([]) == []


@pytest.mark.parametrize(
    ("characters", "classes"),
    [(None, len(KNOWN) + 2), (KNOWN[:-10], len(KNOWN) + 2), (KNOWN, len(KNOWN) - 1), (["A", "B"], 4)],
)
def test_another_network_is_refused(tmp_path: Path, characters: list[str] | None, classes: int) -> None:
    source = recogniser(tmp_path / "a.onnx", characters=characters, classes=classes)
    with pytest.raises(Malformed) as caught:
        convert_plate_reader(source, tmp_path / "b.onnx")
    assert caught.value.code == "bad_model"
    assert not (tmp_path / "b.onnx").exists()


def test_a_recogniser_without_its_characters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="reads no text"):
        LineReader(recogniser(tmp_path / "a.onnx"), name="none", height=48)


@pytest.fixture
def models(tmp_path: Path) -> PlateModels:
    return PlateModels("clp-det", "ppocr-v6-rec", REPOSITORY / "models.toml", tmp_path)


@pytest.fixture
def any_file_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "check_hash", lambda *_, **__: None)


@pytest.mark.parametrize("damaged", ["clp-det", "ppocr-v6-det", "ppocr-v6-rec"])
def test_a_file_that_was_cut_off_is_told_before_anybody_asks(models: PlateModels, damaged: str) -> None:
    for name in ("clp-det", "ppocr-v6-det", "ppocr-v6-rec"):
        whole = (REPOSITORY / "models" / f"{name}.onnx").read_bytes()
        (models.folder / f"{name}.onnx").write_bytes(whole[: len(whole) // 2] if name == damaged else whole)
    with pytest.raises(Conflict, match=f"floorsight models pull {damaged}") as caught:
        models.check()
    assert caught.value.code == "changed_file"


@pytest.mark.usefixtures("any_file_will_do")
def test_each_missing_model_is_named(models: PlateModels) -> None:
    for name in ("clp-det", "ppocr-v6-det", "ppocr-v6-rec"):
        with pytest.raises(NotFound, match=f"floorsight models pull {name}"):
            models.check()
        (models.folder / f"{name}.onnx").touch()
    assert models.check() is models


@pytest.mark.usefixtures("any_file_will_do")
def test_a_model_for_something_else_is_refused(models: PlateModels) -> None:
    for name in ("clp-det", "ppocr-v6-det"):
        (models.folder / f"{name}.onnx").touch()
    with pytest.raises(Malformed, match="is a face-embedder, not a plate-reader"):
        replace(models, reader="sface-2021dec").check()


def test_what_can_not_be_opened_is_no_fault_of_the_picture(models: PlateModels) -> None:
    with pytest.raises(Unavailable, match="no plates can be read here"):
        models.open()
