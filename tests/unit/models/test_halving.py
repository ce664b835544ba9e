"""A network in float16, against the same in float32."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto

from floorsight.models.conversion.halving import halve
from floorsight.models.conversion.nanodet import convert_nanodet, convert_nanodet_half

IMAGES = np.random.default_rng(4).uniform(-1, 1, (3, 4, 9, 9)).astype(np.float32)


def kinds(path: Path) -> dict[str, int]:
    return {each.name: each.data_type for each in onnx.load(path).graph.initializer}


def test_the_answer_is_the_same_but_for_rounding(small_network: Path, tmp_path: Path) -> None:
    target = tmp_path / "half.onnx"
    halve(small_network, target)
    wanted, found = (
        ort.InferenceSession(path).run(None, {"images": IMAGES})[0] for path in (small_network, target)
    )
    assert found.dtype == np.float32
    error = np.abs(found - wanted).max()
    assert 0 < error < 0.005 * np.abs(wanted).max()


def test_the_network_is_in_float16_and_the_boxes_are_not(tiny_nanodet: Path, tmp_path: Path) -> None:
    model_json = tiny_nanodet / "nanodet.json"
    convert_nanodet(model_json, tmp_path / "exact.onnx", 416)
    convert_nanodet_half(model_json, tmp_path / "half.onnx", 416)
    before, after = kinds(tmp_path / "exact.onnx"), kinds(tmp_path / "half.onnx")
    halved = {name for name, kind in after.items() if kind == TensorProto.FLOAT16}
    assert len(halved) == 7  # the mean, three kernels and their biases
    assert all(before[name] == TensorProto.FLOAT for name in halved)
    assert {name: kind for name, kind in after.items() if name not in halved} == {
        name: kind for name, kind in before.items() if name not in halved
    }


def test_the_same_bytes_every_time(small_network: Path, tmp_path: Path) -> None:
    for name in ("one.onnx", "two.onnx"):
        halve(small_network, tmp_path / name)
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()
