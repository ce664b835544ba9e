"""The conversion of TensorFlow.js graphs, against what numpy says of the same graphs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from floorsight.models.conversion.graph import NCHW, GraphTranslator, Tensor
from floorsight.models.conversion.nanodet import DEVIATION_BGR, MEAN_BGR, convert_nanodet
from floorsight.models.conversion.onnx_writer import OnnxWriter
from floorsight.models.conversion.tfjs import read_graph
from floorsight.platform.errors import Malformed
from tests.unit.models.tfjs_writing import TfjsWriter, integers, text

Floats = NDArray[np.float32]
SIDE = 8


def random_of(*shape: int) -> Floats:
    # float16, as the weights are stored: so that storing them changes nothing
    return np.random.default_rng(3).normal(size=shape).astype(np.float16).astype(np.float32)


def run_translated(tmp_path: Path, writer: TfjsWriter, last: str, image: Floats, shape: list[Any]) -> Floats:
    graph = read_graph(writer.write(tmp_path / "graph.json"))
    onnx_writer = OnnxWriter()
    translator = GraphTranslator(graph, onnx_writer, {"x": Tensor("images", NCHW, 2)}, 2 * SIDE)
    assert translator.translate(last).name
    path = tmp_path / "graph.onnx"
    onnx_writer.write(path, ("images", ["n", *image.shape[1:]]), ("y", ["n", *shape]))
    assert "Transpose" not in {node.op_type for node in onnx.load(path).graph.node}
    result: Floats = ort.InferenceSession(path).run(None, {"images": image})[0]
    return result


def convolve(image: Floats, kernel: Floats, bias: Floats, stride: int) -> Floats:
    """[N,C,H,W] by [h,w,C,out], padded with zeros by half a kernel."""
    side = kernel.shape[0] // 2
    padded = np.pad(image, ((0, 0), (0, 0), (side, side), (side, side)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[:2], axis=(2, 3))
    result: Floats = np.einsum("nchwij,ijco->nohw", windows[:, :, ::stride, ::stride], kernel)
    return result + bias.reshape(1, -1, 1, 1)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_convolution_with_its_padding_bias_and_transposes(tmp_path: Path, stride: int) -> None:
    writer = TfjsWriter()
    kernel, bias = random_of(3, 3, 2, 5), random_of(5)
    last = writer.conv(writer.node("Placeholder", name="x"), kernel, bias, stride)
    last = writer.node("LeakyRelu", last, alpha={"f": 0.1})
    image = random_of(3, 2, SIDE, SIDE)
    found = run_translated(tmp_path, writer, last, image, [5, SIDE // stride, SIDE // stride])
    plain = convolve(image, kernel, bias, stride)
    np.testing.assert_allclose(found, np.maximum(plain, np.float32(0.1) * plain), atol=1e-4)


def resize(writer: TfjsWriter, side: int) -> str:
    by_rows = writer.transpose(writer.node("Placeholder", name="x"), 0, 2, 3, 1)
    resized = writer.node(
        "ResizeBilinear", by_rows, writer.constant([side, side]), half_pixel_centers={"b": True}
    )
    return writer.transpose(resized, 0, 3, 1, 2)


def test_halving_is_the_mean_of_four(tmp_path: Path) -> None:
    writer = TfjsWriter()
    image = random_of(2, 3, SIDE, SIDE)
    found = run_translated(tmp_path, writer, resize(writer, SIDE // 2), image, [3, SIDE // 2, SIDE // 2])
    np.testing.assert_allclose(found, image.reshape(2, 3, 4, 2, 4, 2).mean(axis=(3, 5)), atol=1e-6)


def test_doubling_is_bilinear_by_pixel_centres(tmp_path: Path) -> None:
    writer = TfjsWriter()
    image = random_of(2, 3, SIDE, SIDE)
    found = run_translated(tmp_path, writer, resize(writer, 2 * SIDE), image, [3, 2 * SIDE, 2 * SIDE])
    at = (np.arange(2 * SIDE) + 0.5) / 2 - 0.5
    weights = np.array([np.interp(at, np.arange(SIDE), row) for row in np.eye(SIDE)])  # edges are held
    np.testing.assert_allclose(found, np.einsum("nchw,hi,wj->ncij", image, weights, weights), atol=1e-5)


def pool(writer: TfjsWriter, pad_value: float) -> str:
    pads = writer.constant([[0, 0], [0, 0], [1, 1], [1, 1]])
    padded = writer.node("PadV2", writer.node("Placeholder", name="x"), pads, writer.constant(pad_value))
    pooled = writer.node(
        "MaxPool",
        writer.transpose(padded, 0, 2, 3, 1),
        ksize=integers(1, 3, 3, 1),
        strides=integers(1, 2, 2, 1),
        padding=text("VALID"),
        data_format=text("NHWC"),
    )
    return writer.transpose(pooled, 0, 3, 1, 2)


def test_pooling_padded_with_minus_infinity(tmp_path: Path) -> None:
    writer = TfjsWriter()
    image = random_of(2, 3, SIDE, SIDE) - 10  # so that padding with zeros would show
    found = run_translated(tmp_path, writer, pool(writer, -np.inf), image, [3, SIDE // 2, SIDE // 2])
    padded = np.pad(image, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))[:, :, ::2, ::2]
    np.testing.assert_array_equal(found, windows.max(axis=(4, 5)))


def test_pooling_padded_with_zeros_is_refused(tmp_path: Path) -> None:
    writer = TfjsWriter()
    with pytest.raises(Malformed, match=r"MaxPool.*padding with 0\.0"):
        run_translated(tmp_path, writer, pool(writer, 0.0), random_of(1, 3, SIDE, SIDE), [3, 4, 4])


def test_other_operations_are_named(tmp_path: Path) -> None:
    writer = TfjsWriter()
    last = writer.node("Tan", writer.node("Placeholder", name="x"))
    with pytest.raises(Malformed, match=r"node Tan_1 \(Tan\): the operation is not supported"):
        run_translated(tmp_path, writer, last, random_of(1, 3, SIDE, SIDE), [3, SIDE, SIDE])


def convert(folder: Path, input_size: int = 64) -> Path:
    path = folder / "made.onnx"
    convert_nanodet(folder / "nanodet.json", path, input_size)
    return path


def test_a_batch_gives_what_its_images_give(tiny_nanodet: Path) -> None:
    session = ort.InferenceSession(convert(tiny_nanodet))
    assert [(one.name, one.shape) for one in session.get_inputs()] == [("images", ["batch", 3, 64, 64])]
    assert [(one.name, one.shape) for one in session.get_outputs()] == [("output0", ["batch", 84, 84])]
    images = np.random.default_rng(1).random((4, 3, 64, 64), dtype=np.float32)
    batch = session.run(None, {"images": images})[0]
    single = np.concatenate([session.run(None, {"images": image[None]})[0] for image in images])
    assert np.abs(batch - single).max() < 1e-4
    assert np.abs(batch[0] - batch[1]).max() > 0.01  # different images, different answers


def test_boxes_and_scores_of_one_cell(tiny_nanodet: Path) -> None:
    """The first stride by hand: BGR, normalised, convolved, expectation of each side's distances."""
    image = np.random.default_rng(2).random((1, 3, 64, 64), dtype=np.float32)
    found = ort.InferenceSession(convert(tiny_nanodet)).run(None, {"images": image})[0][0]
    graph = read_graph(tiny_nanodet / "nanodet.json")
    kernel, bias, *_ = (values for values in graph.weights.values() if values.dtype == np.float32)
    normal = (image[:, ::-1] * 255 - MEAN_BGR.reshape(1, 3, 1, 1)) / DEVIATION_BGR.reshape(1, 3, 1, 1)
    out = convolve(normal.astype(np.float32), kernel, bias, 8)[0]
    row, column = 3, 5
    odds = np.exp(out[80:, row, column].reshape(4, 11))
    left, top, right, bottom = 8 * (odds * np.arange(11)).sum(axis=1) / odds.sum(axis=1)
    x, y = (column + 0.5) * 8, (row + 0.5) * 8
    box = [x + (right - left) / 2, y + (bottom - top) / 2, left + right, top + bottom]
    cell = found[:, row * 8 + column]
    np.testing.assert_allclose(cell[:4], box, atol=1e-3)
    np.testing.assert_allclose(cell[4:], 1 / (1 + np.exp(-out[:80, row, column])), atol=1e-4)


def test_conversion_gives_the_same_bytes_every_time(tiny_nanodet: Path) -> None:
    assert convert(tiny_nanodet).read_bytes() == convert(tiny_nanodet).read_bytes()


@pytest.mark.parametrize("input_size", [0, -32, 400])
def test_input_sizes_that_do_not_fit(tiny_nanodet: Path, input_size: int) -> None:
    with pytest.raises(Malformed, match="multiples of 32"):
        convert(tiny_nanodet, input_size)


@pytest.mark.parametrize(("change", "says"), [(b"", "too early"), (b"0000", "4 bytes too many")])
def test_weights_of_another_length(tiny_nanodet: Path, change: bytes, says: str) -> None:
    binary = tiny_nanodet / "nanodet.bin"
    binary.write_bytes(binary.read_bytes() + change if change else binary.read_bytes()[:-4])
    with pytest.raises(Malformed, match=says):
        convert(tiny_nanodet)


def test_another_format_is_refused(tiny_nanodet: Path) -> None:
    model = tiny_nanodet / "nanodet.json"
    model.write_text(json.dumps({"format": "layers-model"}))
    with pytest.raises(Malformed, match="not a TensorFlow"):
        convert(tiny_nanodet)
