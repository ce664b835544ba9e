"""Collects nodes and constants of an ONNX graph and writes it, byte for byte the same every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from floorsight.platform.errors import Malformed

# Old enough for every runtime in use, new enough for all that is needed. Fixed, so that the bytes are.
OPSET = 17
IR_VERSION = 8


class OnnxWriter:
    """An ONNX graph in the making; values are known by their names."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, operation: str, *inputs: str, outputs: int = 1, **attributes: Any) -> list[str]:
        """Append an operation; returns the names of its outputs."""
        stem = f"{operation}_{len(self._nodes)}"
        names = [stem] if outputs == 1 else [f"{stem}_{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(operation, list(inputs), names, name=stem, **attributes))
        return names

    def add_one(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """Append an operation with one output; returns its name."""
        return self.add(operation, *inputs, **attributes)[0]

    def constant(self, values: NDArray[Any]) -> str:
        """Append a constant; returns its name."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def write(
        self, path: Path, source: tuple[str, list[int | str]], result: tuple[str, list[int | str]]
    ) -> None:
        """Check the graph and write it; `source` and `result` are (name, shape), a text is a free dimension.

        The last node's output becomes `result`.

        Raises:
            Malformed: the graph is not valid ONNX, or its shapes don't fit together.
        """
        self._nodes[-1].output[0] = result[0]
        graph = helper.make_graph(
            self._nodes,
            "floorsight",
            [helper.make_tensor_value_info(source[0], TensorProto.FLOAT, source[1])],
            [helper.make_tensor_value_info(result[0], TensorProto.FLOAT, result[1])],
            self._constants,
        )
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(
            graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="floorsight"
        )
        write_model(model, path)


def write_model(model: onnx.ModelProto, target: Path) -> None:
    """Check a changed model and write it; raises as `OnnxWriter.write`."""
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise Malformed(f"the conversion made an invalid graph: {error}", code="bad_model") from error
    target.write_bytes(model.SerializeToString(deterministic=True))
