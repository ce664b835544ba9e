"""Weights in blocks of 8 bits become float32, and one picture becomes any number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from floorsight.models.conversion.dequantising import convert_face_detector, convert_face_embedder
from floorsight.platform.errors import Malformed

RANDOM = np.random.default_rng(11)
QUANTISED = RANDOM.integers(-120, 120, (10, 3), dtype=np.int8)  # three blocks of 4, the last one cut
SCALES = RANDOM.uniform(0.01, 0.1, (3, 3)).astype(np.float32)
ZEROS = RANDOM.integers(-5, 5, (3, 3), dtype=np.int8)
WEIGHTS = (QUANTISED - np.repeat(ZEROS, 4, axis=0)[:10].astype(np.float32)) * np.repeat(SCALES, 4, axis=0)[
    :10
]
BIAS = np.array([3, -7, 9, 0, 1, 2, 3, 4, 5, 6], np.int8)


def packed(path: Path, *, first: int = 1, computed_scale: bool = False) -> Path:
    """A convolution of one picture of 64 x 64, packed as OpenCV does; weights are listed as inputs too."""
    constants = {
        "quantised": QUANTISED,
        "scales": SCALES,
        "zeros": ZEROS,
        "shape": np.array([10, 3, 1, 1]),
        "bias_quantised": BIAS,
        "bias_scale": np.float32(0.5),
        "bias_zero": np.int8(1),
        "rows": np.array([first, -1, 10]),
    }
    block = {"block_size": 4, "axis": 0}
    scales = "picture" if computed_scale else "scales"
    nodes = [
        helper.make_node("DequantizeLinear", ["quantised", scales, "zeros"], ["flat"], **block),
        helper.make_node("Reshape", ["flat", "shape"], ["weights"]),
        helper.make_node(
            "DequantizeLinear", ["bias_quantised", "bias_scale", "bias_zero"], ["bias"], **block
        ),
        helper.make_node("Conv", ["picture", "weights", "bias"], ["planes"]),
        helper.make_node("Transpose", ["planes"], ["last"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["last", "rows"], ["kps_8"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [
            helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, 64, 64]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3, 3]),
            helper.make_tensor_value_info("weights", TensorProto.FLOAT, [10, 3, 1, 1]),
        ],
        [helper.make_tensor_value_info("kps_8", TensorProto.FLOAT, [1, 4096, 10])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)
    return path


def test_any_number_of_pictures_of_any_size_give_what_the_weights_say(tmp_path: Path) -> None:
    convert_face_detector(packed(tmp_path / "in.onnx"), tmp_path / "out.onnx")
    session = ort.InferenceSession(tmp_path / "out.onnx", providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == ["picture"]
    for shape in ((1, 3, 64, 64), (3, 3, 32, 96)):
        pictures = RANDOM.random(shape, np.float32)
        (found,) = session.run(None, {"picture": pictures})
        expected = np.einsum("nchw,oc->nhwo", pictures, WEIGHTS) + (BIAS - 1.0) * 0.5
        np.testing.assert_allclose(found, expected.reshape(shape[0], -1, 10), rtol=1e-4, atol=1e-4)


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        convert_face_embedder(packed(tmp_path / "in.onnx"), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="shapes no single picture"):
        convert_face_embedder(packed(tmp_path / "a.onnx", first=2), tmp_path / "out.onnx")
    with pytest.raises(Malformed, match="not on weights"):
        convert_face_embedder(packed(tmp_path / "b.onnx", computed_scale=True), tmp_path / "out.onnx")
    assert not (tmp_path / "out.onnx").exists()
