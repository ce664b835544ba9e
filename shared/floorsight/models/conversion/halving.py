"""A network's convolutions and what lies before them in float16, for GPUs that compute it at twice the rate.

What follows the last convolutions stays in float32: it turns distances into pixels, and float16 has only
11 bits, a quarter of a pixel at 416.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from floorsight.models.conversion.last_convolutions import last_convolutions


def halve(source: Path, target: Path) -> None:
    """Write the model `source` with its network in float16 to `target`; input and output stay float32.

    The same bytes every time.
    """
    model = onnx.load(source)
    graph = model.graph
    last = last_convolutions(graph)
    inner = _ancestors(graph, last)
    _halve_constants(graph, inner)
    halves: dict[str, str | None] = {each.name: None for each in graph.input}  # of what is in float32
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.name in inner:
            for place, name in enumerate(node.input):
                if name in halves:
                    nodes += _half_of(name, halves)
                    node.input[place] = f"{name}_half"
        nodes.append(node)
        if node.name in last:
            result = node.output[0]
            node.output[0] = halves[result] = f"{result}_half"
            nodes.append(_cast(node.output[0], result, TensorProto.FLOAT))
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    target.write_bytes(model.SerializeToString(deterministic=True))


def _ancestors(graph: onnx.GraphProto, names: set[str]) -> set[str]:
    """The nodes of these names and all that they depend on."""
    makers = {output: node for node in graph.node for output in node.output}
    found: set[str] = set()
    waiting = [node for node in graph.node if node.name in names]
    while waiting:
        node = waiting.pop()
        if node.name not in found:
            found.add(node.name)
            waiting += [makers[name] for name in node.input if name in makers]
    return found


def _halve_constants(graph: onnx.GraphProto, inner: set[str]) -> None:
    within = [node for node in graph.node if node.name in inner]
    # A resize's scales are float32 by ONNX's own definition.
    used = {name for node in within for name in (node.input[:1] if node.op_type == "Resize" else node.input)}
    for constant in graph.initializer:
        if constant.name in used and constant.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(constant).astype(np.float16)
            constant.CopyFrom(numpy_helper.from_array(values, constant.name))


def _half_of(name: str, halves: dict[str, str | None]) -> list[onnx.NodeProto]:
    """The node that makes float16 of a float32 value, unless there is its half already."""
    if halves[name] is not None:
        return []
    halves[name] = f"{name}_half"
    return [_cast(name, f"{name}_half", TensorProto.FLOAT16)]


def _cast(source: str, result: str, kind: int) -> onnx.NodeProto:
    return helper.make_node("Cast", [source], [result], name=f"Cast_{result}", to=kind)
