"""NanoDet-g from its TensorFlow.js weights to ONNX in the YOLOv8 layout.

The network's input is BGR, normalised by the mean and deviation of its training; its outputs are, for
each of three strides, 80 class scores and a distribution over 11 distances for each side of the box.
Source: NanoDet, https://github.com/RangiLyu/nanodet (Apache-2.0); the distributions are those of
Li et al., "Generalized Focal Loss", NeurIPS 2020.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from floorsight.models.conversion.graph import NCHW, GraphTranslator, Tensor
from floorsight.models.conversion.halving import halve
from floorsight.models.conversion.onnx_writer import OnnxWriter
from floorsight.models.conversion.quantising import load_ranges, quantise_convolutions
from floorsight.models.conversion.tfjs import TfjsGraph, read_graph
from floorsight.platform.errors import Malformed, NotFound

INPUT = "input_1"
SCORES = ("Identity", "Identity_1", "Identity_2")
DISTANCES = ("Identity_3", "Identity_4", "Identity_5")
STRIDES_PIXELS = (8, 16, 32)
EXPORTED_SIZE_PIXELS = 416
MEAN_BGR = np.array([103.53, 116.28, 123.675], np.float32)
DEVIATION_BGR = np.array([57.375, 57.12, 58.395], np.float32)
DISTANCE_BINS = 11
CLASS_COUNT = 80

# From the distances (left, top, right, bottom) to the centre's shift in x and y, width and height.
BOX_FROM_DISTANCES = np.array([[-0.5, 0, 0.5, 0], [0, -0.5, 0, 0.5], [1, 0, 1, 0], [0, 1, 0, 1]], np.float32)


def convert_nanodet(model_json: Path, onnx_file: Path, input_size: int) -> None:
    """Write `images` float32 [N,3,S,S], RGB 0..1 → `output0` float32 [N,84,M], with any batch N.

    Each of the M cells has cx, cy, w, h in pixels of the input, then 80 class scores in 0..1.

    Args:
        model_json: the graph; its weights lie beside it.
        onnx_file: is written.
        input_size: S in pixels, a multiple of 32.

    Raises:
        Malformed: `input_size` does not fit, or the graph is not the NanoDet that this knows.
    """
    if input_size <= 0 or input_size % max(STRIDES_PIXELS):
        raise Malformed(
            f"NanoDet takes input sizes that are multiples of {max(STRIDES_PIXELS)}, not {input_size}",
            code="bad_model",
        )
    graph = _fold_normalisation(read_graph(model_json))
    writer = OnnxWriter()
    mean = writer.constant((MEAN_BGR[::-1] / np.float32(255)).reshape(1, 3, 1, 1))
    centred = writer.add_one("Sub", "images", mean)
    translator = GraphTranslator(graph, writer, {INPUT: Tensor(centred, NCHW, 1)}, EXPORTED_SIZE_PIXELS)
    scores = _join_strides(translator, writer, SCORES)
    distances = _join_strides(translator, writer, DISTANCES)
    boxes = _decode_boxes(writer, distances, input_size)
    writer.add_one("Concat", boxes, scores, axis=1)
    cells = sum((input_size // stride) ** 2 for stride in STRIDES_PIXELS)
    writer.write(
        onnx_file,
        ("images", ["batch", 3, input_size, input_size]),
        ("output0", ["batch", 4 + CLASS_COUNT, cells]),
    )


def convert_nanodet_int8(model_json: Path, onnx_file: Path, input_size: int) -> None:
    """`convert_nanodet` with convolutions in 8 bits.

    Raises:
        NotFound: no ranges were measured for this size. Malformed: as `convert_nanodet`.
    """
    ranges = ranges_file(input_size)
    if not ranges.is_file():
        raise NotFound(f"no ranges were measured for {input_size} pixels: {ranges.name}", code="no_ranges")
    exact = onnx_file.with_suffix(".float32")
    convert_nanodet(model_json, exact, input_size)
    quantise_convolutions(exact, onnx_file, load_ranges(ranges))


def convert_nanodet_half(model_json: Path, onnx_file: Path, input_size: int) -> None:
    """`convert_nanodet` in float16, but for the boxes. Raises as that."""
    exact = onnx_file.with_suffix(".float32")
    convert_nanodet(model_json, exact, input_size)
    halve(exact, onnx_file)


def ranges_file(input_size: int) -> Path:
    """Where the ranges of the activations are kept that the 8-bit form needs."""
    return Path(__file__).with_name(f"nanodet_{input_size}_ranges.json")


def _fold_normalisation(graph: TfjsGraph) -> TfjsGraph:
    """The same graph for RGB 0..1 less the mean: channel order and scale go into the first kernel.

    The mean can't: the borders are padded with zeros after it was taken off.
    """
    kernel = next(node.inputs[1] for node in graph.nodes.values() if node.operation == "Conv2D")
    weights = graph.weights[kernel]
    if weights.shape[2] != 3:
        raise Malformed(f"the first kernel takes {weights.shape[2]} channels, not 3", code="bad_model")
    scaled = weights * (np.float32(255) / DEVIATION_BGR).reshape(1, 1, 3, 1)
    return TfjsGraph(graph.nodes, graph.weights | {kernel: scaled[:, :, ::-1]})


def _join_strides(translator: GraphTranslator, writer: OnnxWriter, outputs: tuple[str, ...]) -> str:
    """One [N,C,M] of the three strides' outputs, the finest first."""
    tensors = [translator.translate(name) for name in outputs]
    if tuple(tensor.stride for tensor in tensors) != STRIDES_PIXELS:
        raise Malformed("the outputs are not NanoDet's strides of 8, 16 and 32 pixels", code="bad_model")
    return writer.add_one("Concat", *(tensor.name for tensor in tensors), axis=2)


def _decode_boxes(writer: OnnxWriter, distances: str, input_size: int) -> str:
    """[N,44,M] logits to [N,4,M] cx, cy, w, h in pixels: the expectation of each distribution."""
    by_side = writer.add_one(
        "Reshape", distances, writer.constant(np.array([0, 4, DISTANCE_BINS, -1], np.int64))
    )
    likely = writer.add_one("Softmax", by_side, axis=2)
    flat = writer.add_one("Reshape", likely, writer.constant(np.array([0, 4 * DISTANCE_BINS, -1], np.int64)))
    # Expectation and conversion to centre and size are both linear: one product does them.
    bins = np.arange(DISTANCE_BINS, dtype=np.float32)
    to_box = writer.constant(np.kron(BOX_FROM_DISTANCES, bins))
    in_cells = writer.add_one("MatMul", to_box, flat)
    strides, centres = _grid(input_size)
    in_pixels = writer.add_one("Mul", in_cells, writer.constant(strides))
    return writer.add_one("Add", in_pixels, writer.constant(centres))


def _grid(input_size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Per cell: its stride [1,1,M], and [1,4,M] with its centre in pixels above two rows of zeros."""
    strides, centres = [], []
    for stride in STRIDES_PIXELS:
        side = input_size // stride
        row, column = np.divmod(np.arange(side * side), side)
        middle = (np.stack([column, row]) + 0.5) * stride
        centres.append(np.concatenate([middle, np.zeros_like(middle)]))
        strides.append(np.full((1, side * side), stride))
    as_batch = [np.concatenate(part, axis=1)[None].astype(np.float32) for part in (strides, centres)]
    return as_batch[0], as_batch[1]
