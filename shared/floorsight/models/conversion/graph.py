"""Translates the operations of a TensorFlow.js graph to ONNX: those that NanoDet uses, no others.

The TensorFlow graph came from an ONNX one and wraps every convolution in transposes between NCHW and
NHWC. Here a transpose only changes how a tensor is read (`Tensor.axes`), so that none is left in the
result; a padding waits (`Tensor.pads`) until the convolution or pooling that takes it in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from floorsight.models.conversion.onnx_writer import OnnxWriter
from floorsight.models.conversion.tfjs import TfjsGraph, TfjsNode
from floorsight.platform.errors import Malformed

NCHW = (0, 1, 2, 3)
NHWC = (0, 2, 3, 1)


@dataclass(frozen=True)
class Tensor:
    """An ONNX value, channels first, and how the TensorFlow graph sees it.

    `axes[i]` is the stored axis that TensorFlow counts as its i-th; `stride` the pixels of the input
    that one cell spans; `pads` (top, left, bottom, right) cells still to be added with `pad_value`.
    """

    name: str
    axes: tuple[int, ...]
    stride: int
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    pad_value: float = 0.0


class GraphTranslator:
    """Translates what a wanted tensor needs, and nothing else.

    Args:
        graph: the TensorFlow.js graph.
        writer: takes the ONNX nodes.
        inputs: ONNX values that stand for the graph's placeholders, by node name.
        input_size: side in pixels of the input that the graph was exported for; the result is free of it.
    """

    def __init__(
        self, graph: TfjsGraph, writer: OnnxWriter, inputs: dict[str, Tensor], input_size: int
    ) -> None:
        self._graph = graph
        self._writer = writer
        self._input_size = input_size
        self._done: dict[str, tuple[Tensor, ...]] = {name: (value,) for name, value in inputs.items()}
        self._rules: dict[str, Callable[[TfjsNode], tuple[Tensor, ...]]] = {
            "Add": self._add,
            "ConcatV2": self._concat,
            "Conv2D": self._conv,
            "Identity": lambda node: (self.translate(node.inputs[0]),),
            "LeakyRelu": lambda node: self._apply(
                "LeakyRelu", self._plain(node.inputs[0]), alpha=node.read_float("alpha")
            ),
            "MaxPool": self._max_pool,
            "Pad": self._pad,
            "PadV2": self._pad,
            "Reshape": self._flatten_cells,
            "ResizeBilinear": self._resize,
            "Sigmoid": lambda node: self._apply("Sigmoid", self._plain(node.inputs[0])),
            "SplitV": self._split,
            "Transpose": self._transpose,
        }

    def translate(self, reference: str) -> Tensor:
        """The tensor that `reference` (a node's name, perhaps with `:k`) names.

        Raises:
            Malformed: the graph has an operation, or a use of one, that is not supported.
        """
        name, _, output = reference.partition(":")
        if name not in self._done:
            node = self._graph.nodes[name]
            rule = self._rules.get(node.operation)
            if rule is None:
                raise _unsupported(node, "the operation")
            self._done[name] = rule(node)
        return self._done[name][int(output or 0)]

    def _plain(self, reference: str) -> Tensor:
        """A tensor to which nothing has to be added before use."""
        tensor = self.translate(reference)
        if any(tensor.pads):
            raise Malformed(f"{reference} is padded for an operation that takes no pads", code="bad_model")
        return tensor

    def _apply(self, operation: str, tensor: Tensor, *more: str, **attributes: Any) -> tuple[Tensor, ...]:
        return (replace(tensor, name=self._writer.add_one(operation, tensor.name, *more, **attributes)),)

    def _constant(self, reference: str) -> NDArray[Any]:
        return self._graph.weights[reference]

    def _transpose(self, node: TfjsNode) -> tuple[Tensor, ...]:
        tensor = self.translate(node.inputs[0])
        order = self._constant(node.inputs[1])
        return (replace(tensor, axes=tuple(tensor.axes[axis] for axis in order)),)

    def _pad(self, node: TfjsNode) -> tuple[Tensor, ...]:
        tensor = self._plain(node.inputs[0])
        widths = self._constant(node.inputs[1])
        if tensor.axes != NCHW or widths[:2].any():
            raise _unsupported(node, "padding of other axes than height and width")
        (top, bottom), (left, right) = widths[2:].tolist()
        value = float(self._constant(node.inputs[2])) if len(node.inputs) > 2 else 0.0
        return (replace(tensor, pads=(top, left, bottom, right), pad_value=value),)

    def _conv(self, node: TfjsNode) -> tuple[Tensor, ...]:
        tensor, stride = self._take_pads(node, pad_value=0.0)
        if any(step != 1 for step in node.read_integers("dilations")):
            raise _unsupported(node, "dilation")
        kernel = self._writer.constant(self._constant(node.inputs[1]).transpose(3, 2, 0, 1))
        bias = self._take_bias(node)
        return self._apply(
            "Conv",
            replace(tensor, stride=tensor.stride * stride, pads=(0, 0, 0, 0)),
            kernel,
            *bias,
            pads=tensor.pads,
            strides=(stride, stride),
        )

    def _take_bias(self, node: TfjsNode) -> tuple[str, ...]:
        """The constant that the graph adds next, if that is all it does with the convolution's result."""
        users = [other for other in self._graph.nodes.values() if node.name in other.inputs]
        if len(users) != 1 or users[0].operation != "Add" or users[0].inputs[1] not in self._graph.weights:
            return ()
        return (self._writer.constant(self._constant(users[0].inputs[1])),)

    def _max_pool(self, node: TfjsNode) -> tuple[Tensor, ...]:
        tensor, stride = self._take_pads(node, pad_value=-np.inf)
        _, height, width, _ = node.read_integers("ksize")
        return self._apply(
            "MaxPool",
            replace(tensor, stride=tensor.stride * stride, pads=(0, 0, 0, 0), pad_value=0.0),
            kernel_shape=(height, width),
            pads=tensor.pads,
            strides=(stride, stride),
        )

    def _take_pads(self, node: TfjsNode, pad_value: float) -> tuple[Tensor, int]:
        """The input of a sliding window and the window's step."""
        tensor = self.translate(node.inputs[0])
        _, down, right, _ = node.read_integers("strides")
        layout = (tensor.axes, node.read_text("data_format"), node.read_text("padding"))
        if layout != (NHWC, "NHWC", "VALID") or down != right:
            raise _unsupported(node, f"layout {layout} with steps {down}, {right}")
        if any(tensor.pads) and tensor.pad_value != pad_value:
            raise _unsupported(node, f"padding with {tensor.pad_value}")
        return tensor, down

    def _add(self, node: TfjsNode) -> tuple[Tensor, ...]:
        left = self._plain(node.inputs[0])
        if node.inputs[1] in self._graph.weights:
            return (left,)  # _take_bias has it in the convolution
        right = self._plain(node.inputs[1])
        if (left.axes, left.stride) != (right.axes, right.stride):
            raise _unsupported(node, "adding tensors of different layouts")
        return self._apply("Add", left, right.name)

    def _concat(self, node: TfjsNode) -> tuple[Tensor, ...]:
        tensors = [self._plain(reference) for reference in node.inputs[:-1]]
        if any(tensor.axes != NCHW for tensor in tensors):
            raise _unsupported(node, "joining tensors of another layout than NCHW")
        others = [tensor.name for tensor in tensors[1:]]
        return self._apply("Concat", tensors[0], *others, axis=int(self._constant(node.inputs[-1])))

    def _split(self, node: TfjsNode) -> tuple[Tensor, ...]:
        tensor = self._plain(node.inputs[0])
        if tensor.axes != NCHW:
            raise _unsupported(node, "splitting a tensor of another layout than NCHW")
        sizes = self._constant(node.inputs[1]).astype(np.int64)
        names = self._writer.add(
            "Split",
            tensor.name,
            self._writer.constant(sizes),
            outputs=len(sizes),
            axis=int(self._constant(node.inputs[2])),
        )
        return tuple(replace(tensor, name=name) for name in names)

    def _resize(self, node: TfjsNode) -> tuple[Tensor, ...]:
        tensor = self._plain(node.inputs[0])
        height, width = (int(side) for side in self._constant(node.inputs[1]))
        if tensor.axes != NHWC or height != width or not node.read_flag("half_pixel_centers"):
            raise _unsupported(node, "resizing other than square, NHWC and by pixel centres")
        if self._input_size % height:
            raise _unsupported(node, f"resizing to {height}, no whole part of {self._input_size},")
        target = replace(tensor, stride=self._input_size // height)
        if target.stride == 2 * tensor.stride:
            # Bilinear sampling at half the size, by pixel centres, is the mean of each two by two cells.
            return self._apply("AveragePool", target, kernel_shape=(2, 2), strides=(2, 2))
        ratio = tensor.stride / target.stride
        scales = self._writer.constant(np.array([1, 1, ratio, ratio], np.float32))
        return self._apply(
            "Resize", target, "", scales, mode="linear", coordinate_transformation_mode="half_pixel"
        )

    def _flatten_cells(self, node: TfjsNode) -> tuple[Tensor, ...]:
        """[N,C,H,W] to [N,C,H·W]: the only reshape there is; its target shape is ignored, being fixed."""
        tensor = self._plain(node.inputs[0])
        if tensor.axes != NCHW:
            raise _unsupported(node, "reshaping a tensor of another layout than NCHW")
        shape = self._writer.constant(np.array([0, 0, -1], np.int64))  # 0: as it is
        return self._apply("Reshape", replace(tensor, axes=(0, 1, 2)), shape)


def _unsupported(node: TfjsNode, what: str) -> Malformed:
    return Malformed(
        f"node {node.name} ({node.operation}): {what} is not supported by this conversion", code="bad_model"
    )
