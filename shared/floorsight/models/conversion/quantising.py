"""Convolutions of an ONNX graph in 8-bit integers: about half the time on CPUs with integer dot products.

Around every convolution stand QuantizeLinear and DequantizeLinear, which ONNX Runtime fuses into one
integer operation (the QDQ form). All else stays in float32, the last convolutions too: they give scores and
distances in one, too unlike for one range, and are cheap. Activations are unsigned with a zero point, by
ranges that were measured beforehand; kernels are signed, one scale an output channel, in 7 bits, so that
two products never overflow the 16 bits in which CPUs without VNNI add them.
Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
Inference", CVPR 2018; ONNX Runtime, "Quantize ONNX models".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from floorsight.models.conversion.last_convolutions import last_convolutions
from floorsight.platform.errors import Malformed

Ranges = Mapping[str, tuple[float, float]]

KERNEL_STEPS = 63  # 7 bits, symmetric
ACTIVATION_STEPS = 255


def convolution_tensors(model: onnx.ModelProto) -> list[str]:
    """What goes into the convolutions that are quantised and comes out: whose ranges have to be known."""
    names = [name for node in _inner_convolutions(model.graph) for name in (node.input[0], node.output[0])]
    return list(dict.fromkeys(names))


def load_ranges(path: Path) -> Ranges:
    """Ranges (least, greatest) by tensor, as `python -m benchmarks.activation_ranges` wrote them."""
    return {name: (float(low), float(high)) for name, (low, high) in json.loads(path.read_text()).items()}


def quantise_convolutions(source: Path, target: Path, ranges: Ranges) -> None:
    """Write the model `source` with integer convolutions to `target`; the same bytes every time.

    Raises:
        Malformed: a range is missing: the ranges belong to another graph.
    """
    model = onnx.load(source)
    missing = [name for name in convolution_tensors(model) if name not in ranges]
    if missing:
        raise Malformed(f"no range is known of {', '.join(missing)}: measure them again", code="bad_model")
    _Quantiser(model, ranges).run()
    onnx.checker.check_model(model, full_check=True)
    target.write_bytes(model.SerializeToString(deterministic=True))


class _Quantiser:
    """Rewrites a graph in place."""

    def __init__(self, model: onnx.ModelProto, ranges: Ranges) -> None:
        self._graph = model.graph
        self._ranges = ranges
        self._constants = {each.name: numpy_helper.to_array(each) for each in self._graph.initializer}
        self._inner = {node.name for node in _inner_convolutions(model.graph)}
        self._nodes: list[onnx.NodeProto] = []
        self._rounded: dict[str, str] = {}

    def run(self) -> None:
        for node in self._graph.node:
            if node.name in self._inner:
                self._quantise(node)
            else:
                self._nodes.append(node)
        del self._graph.node[:]
        self._graph.node.extend(self._nodes)
        used = {name for node in self._nodes for name in node.input}
        kept = [each for each in self._graph.initializer if each.name in used]
        del self._graph.initializer[:]
        self._graph.initializer.extend(kept)

    def _quantise(self, node: onnx.NodeProto) -> None:
        source, kernel, *bias = node.input
        result = node.output[0]
        scales = self._dequantised_kernel(kernel)
        node.input[0] = self._round(source)
        node.input[1] = f"{kernel}_dequantised"
        if bias:
            node.input[2] = self._dequantised_bias(bias[0], self._scale(source)[0] * scales)
        node.output[0] = f"{result}_exact"
        self._nodes.append(node)
        self._round(node.output[0], into=result, range_of=result)

    def _round(self, name: str, *, into: str | None = None, range_of: str | None = None) -> str:
        """Quantise and dequantise an activation, once; returns the name of the result."""
        if name in self._rounded:
            return self._rounded[name]
        into = into or f"{name}_dequantised"
        scale, zero = self._scale(range_of or name)
        steps = (
            self._constant(f"{name}_scale", np.asarray(scale, np.float32)),
            self._constant(f"{name}_zero", np.asarray(zero, np.uint8)),
        )
        self._add("QuantizeLinear", [name, *steps], f"{name}_quantised")
        self._add("DequantizeLinear", [f"{name}_quantised", *steps], into)
        self._rounded[name] = into
        return into

    def _scale(self, name: str) -> tuple[np.float32, int]:
        """Step and zero point of an activation; zero itself is always exact, as padding needs."""
        low, high = self._ranges[name]
        low, high = min(low, 0.0), max(high, 0.0)
        scale = np.float32((high - low) / ACTIVATION_STEPS or 1.0)
        return scale, int(np.clip(np.round(-low / scale), 0, ACTIVATION_STEPS))

    def _dequantised_kernel(self, name: str) -> NDArray[np.float32]:
        """Store a kernel as integers; returns the scale of each output channel."""
        kernel = self._constants[name]
        greatest = np.abs(kernel).reshape(len(kernel), -1).max(axis=1)
        scales = np.where(greatest > 0, greatest / KERNEL_STEPS, 1.0).astype(np.float32)
        by_channel = scales.reshape(-1, *[1] * (kernel.ndim - 1))
        steps = np.clip(np.round(kernel / by_channel), -KERNEL_STEPS, KERNEL_STEPS).astype(np.int8)
        self._add_constant_of_channels(name, steps, scales)
        return scales

    def _dequantised_bias(self, name: str, scales: NDArray[np.float32]) -> str:
        steps = np.round(self._constants[name] / scales.astype(np.float64)).astype(np.int32)
        self._add_constant_of_channels(name, steps, scales.astype(np.float32))
        return f"{name}_dequantised"

    def _add_constant_of_channels(
        self, name: str, steps: NDArray[np.int8] | NDArray[np.int32], scales: NDArray[np.float32]
    ) -> None:
        inputs = [
            self._constant(f"{name}_quantised", steps),
            self._constant(f"{name}_scale", scales),
            self._constant(f"{name}_zero", np.zeros(len(scales), steps.dtype)),
        ]
        self._add("DequantizeLinear", inputs, f"{name}_dequantised", axis=0)

    def _constant(self, name: str, values: NDArray[np.generic]) -> str:
        self._graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _add(self, operation: str, inputs: list[str], result: str, **attributes: Any) -> None:
        self._nodes.append(
            helper.make_node(operation, inputs, [result], name=f"{operation}_{result}", **attributes)
        )


def _inner_convolutions(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    last = last_convolutions(graph)
    return [node for node in graph.node if node.op_type == "Conv" and node.name not in last]
