"""A network whose weights were stored in blocks of 8 bits, as one that every runtime computes.

The face models come as OpenCV packs them: weights in blocks of 8 bits, which are float32 again before
anything is computed, by nodes that ONNX Runtime refuses for vectors. Here they are float32 in the file. What
was fixed to one picture (and, in a detector, to one size) is left open.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from floorsight.models.conversion.onnx_writer import write_model
from floorsight.platform.errors import Malformed

Arrays = dict[str, NDArray[Any]]


def convert_face_detector(source: Path, target: Path) -> None:
    """YuNet for one picture of 640 x 640 → for pictures of any size whose sides are multiples of 32.

    The same bytes every time. Raises Malformed when it is another network.
    """
    model = onnx.load(source)
    _restore_weights(model.graph)
    _open_batch(model.graph)
    _, _, height, width = model.graph.input[0].type.tensor_type.shape.dim
    height.dim_param, width.dim_param = "height", "width"
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"cells_{output.name.rpartition('_')[2]}"
    write_model(model, target)


def convert_face_embedder(source: Path, target: Path) -> None:
    """SFace for one aligned face → for any number of them.

    The same bytes every time. Raises Malformed when it is another network.
    """
    model = onnx.load(source)
    _restore_weights(model.graph)
    _open_batch(model.graph)
    write_model(model, target)


def _restore_weights(graph: onnx.GraphProto) -> None:
    """Compute now what depends on constants alone: weights from their blocks, in their shapes."""
    constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type == "DequantizeLinear":
            constants[node.output[0]] = _dequantise(node, constants)
        elif node.op_type == "Reshape" and node.input[0] in constants:
            constants[node.output[0]] = constants[node.input[0]].reshape(constants[node.input[1]])
        else:
            nodes.append(node)
    used = {name for node in nodes for name in node.input}
    _replace(graph.node, nodes)
    _replace(graph.initializer, [numpy_helper.from_array(constants[n], n) for n in constants if n in used])
    # Weights that are listed as inputs might change with every call: no runtime prepares for them.
    _replace(graph.input, [each for each in graph.input if each.name not in constants and each.name in used])
    _replace(graph.value_info, [])
    if len(graph.input) != 1:
        raise Malformed(f"it has inputs {[each.name for each in graph.input]}, not one", code="bad_model")


def _dequantise(node: onnx.NodeProto, constants: Arrays) -> NDArray[np.float32]:
    """As ONNX defines it, blocks included: (quantised - zero point) x scale."""
    try:
        quantised, scales, zeros = (constants[name].astype(np.float32) for name in node.input)
    except KeyError as error:
        raise Malformed(
            f"{node.name} depends on what is computed, not on weights", code="bad_model"
        ) from error
    given = {attribute.name: attribute.i for attribute in node.attribute}
    if scales.shape:
        scales, zeros = (
            _spread(each, given["block_size"], given["axis"], quantised.shape) for each in (scales, zeros)
        )
    restored: NDArray[np.float32] = (quantised - zeros) * scales
    return restored


def _spread(
    values: NDArray[np.float32], block: int, axis: int, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """One value for a block along an axis → one for each number."""
    return np.repeat(values, block, axis=axis).take(range(shape[axis]), axis=axis)


def _open_batch(graph: onnx.GraphProto) -> None:
    """Any number of pictures; reshapes that began with one picture begin with however many there are."""
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for constant in graph.initializer:
        if constant.name in shapes:
            shape = numpy_helper.to_array(constant).copy()
            if shape[0] != 1:
                raise Malformed(f"{constant.name} shapes no single picture", code="bad_model")
            shape[0] = 0  # as it was
            constant.CopyFrom(numpy_helper.from_array(shape, constant.name))


def _replace(field: Any, values: Iterable[Any]) -> None:
    kept = list(values)
    del field[:]
    field.extend(kept)
