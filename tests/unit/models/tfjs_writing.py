"""Writes small TensorFlow.js graph models, in the form that tfjs-converter gives them."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def text(value: str) -> dict[str, str]:
    return {"s": base64.b64encode(value.encode()).decode()}


def integers(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


class TfjsWriter:
    """Collects nodes and weights; float weights are stored as float16, as in the published model."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.weights: list[tuple[str, NDArray[Any]]] = []

    def node(self, operation: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"{operation}_{len(self.nodes)}"
        self.nodes.append({"name": name, "op": operation, "input": list(inputs), "attr": attributes})
        return name

    def constant(self, values: Any) -> str:
        name = self.node("Const")
        array = np.asarray(values)
        self.weights.append((name, array.astype(np.float32 if array.dtype.kind == "f" else np.int32)))
        return name

    def transpose(self, tensor: str, *order: int) -> str:
        return self.node("Transpose", tensor, self.constant(order))

    def conv(
        self, tensor: str, kernel: NDArray[Any], bias: NDArray[Any], stride: int = 1, padding: str = "VALID"
    ) -> str:
        """A convolution as in the published model: pad, to NHWC, convolve, add, to NCHW."""
        side = kernel.shape[0] // 2
        padded = self.node("Pad", tensor, self.constant([[0, 0], [0, 0], [side, side], [side, side]]))
        convolved = self.node(
            "Conv2D",
            self.transpose(padded, 0, 2, 3, 1),
            self.constant(kernel),
            strides=integers(1, stride, stride, 1),
            dilations=integers(1, 1, 1, 1),
            padding=text(padding),
            data_format=text("NHWC"),
        )
        return self.transpose(self.node("Add", convolved, self.constant(bias)), 0, 3, 1, 2)

    def write(self, path: Path) -> Path:
        entries: list[dict[str, Any]] = []
        data = b""
        for name, array in self.weights:
            entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": str(array.dtype)}
            if array.dtype == np.float32:
                entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
                array = array.astype(np.float16)
            entries.append(entry)
            data += array.tobytes()
        binary = path.with_suffix(".bin")
        binary.write_bytes(data)
        model = {
            "format": "graph-model",
            "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"paths": [binary.name], "weights": entries}],
        }
        path.write_text(json.dumps(model))
        return path
