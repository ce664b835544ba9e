"""Reads a TensorFlow.js graph model: `model.json` (nodes) and the weight files that it names.

Source: the format as tfjs-converter writes it, https://github.com/tensorflow/tfjs/tree/master/tfjs-converter.
TensorFlow itself is not needed.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from floorsight.platform.errors import Malformed

type_of_weight: dict[str, DTypeLike] = {"float32": np.float32, "int32": np.int32}


@dataclass(frozen=True)
class TfjsNode:
    """One operation; `inputs` are node names, with `:k` for the k-th output of a node that has several."""

    name: str
    operation: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]

    def read_text(self, attribute: str) -> str:
        """A string attribute, such as `padding`; tfjs keeps these in base64."""
        return base64.b64decode(self.attributes[attribute]["s"]).decode()

    def read_integers(self, attribute: str) -> list[int]:
        """A list of integers, such as `strides`."""
        return [int(value) for value in self.attributes[attribute]["list"]["i"]]

    def read_float(self, attribute: str) -> float:
        """A number, such as `alpha`."""
        return float(self.attributes[attribute]["f"])

    def read_flag(self, attribute: str) -> bool:
        """A boolean, such as `align_corners`; absent means false."""
        return bool(self.attributes.get(attribute, {}).get("b", False))


@dataclass(frozen=True)
class TfjsGraph:
    """Nodes by name, and the values of the constant ones."""

    nodes: dict[str, TfjsNode]
    weights: dict[str, NDArray[Any]]


def read_graph(model_json: Path) -> TfjsGraph:
    """Read a graph model; its weight files lie beside `model_json`.

    Raises:
        Malformed: the file is no graph model, or its weights have another length than it says.
    """
    model = json.loads(model_json.read_text())
    if model.get("format") != "graph-model":
        raise Malformed(f"{model_json.name} is not a TensorFlow.js graph model", code="bad_model")
    weights: dict[str, NDArray[Any]] = {}
    for group in model["weightsManifest"]:
        data = b"".join((model_json.parent / path).read_bytes() for path in group["paths"])
        weights |= _read_weights(data, group["weights"], model_json.name)
    nodes = (_read_node(node) for node in model["modelTopology"]["node"])
    return TfjsGraph({node.name: node for node in nodes}, weights)


def _read_node(node: dict[str, Any]) -> TfjsNode:
    inputs = tuple(name for name in node.get("input", ()) if not name.startswith("^"))  # ^: order only
    return TfjsNode(node["name"], node["op"], inputs, node.get("attr", {}))


def _read_weights(data: bytes, entries: list[dict[str, Any]], source: str) -> dict[str, NDArray[Any]]:
    """Cut one group's bytes into its arrays, which lie in it one after the other."""
    weights: dict[str, NDArray[Any]] = {}
    offset = 0
    for entry in entries:
        stored = _stored_type(entry)
        count = math.prod(entry["shape"])
        end = offset + count * stored.itemsize
        if end > len(data):
            raise Malformed(f"the weights of {source} end too early, at {len(data)} bytes", code="bad_model")
        values = np.frombuffer(data, stored, count, offset).astype(type_of_weight[entry["dtype"]])
        weights[entry["name"]] = values.reshape(entry["shape"])
        offset = end
    if offset != len(data):
        raise Malformed(f"the weights of {source} have {len(data) - offset} bytes too many", code="bad_model")
    return weights


def _stored_type(entry: dict[str, Any]) -> np.dtype[Any]:
    quantised = entry.get("quantization", {}).get("dtype")
    if quantised not in (None, "float16") or entry["dtype"] not in type_of_weight:
        raise Malformed(
            f"weight {entry['name']} is stored as {quantised or entry['dtype']}, which is not supported",
            code="bad_model",
        )
    return np.dtype(np.float16 if quantised else type_of_weight[entry["dtype"]])
