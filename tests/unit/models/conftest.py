from pathlib import Path

import numpy as np
import pytest

from floorsight.models.conversion.onnx_writer import OnnxWriter
from tests.unit.models.tfjs_writing import TfjsWriter


@pytest.fixture
def tiny_nanodet(tmp_path: Path) -> Path:
    """A folder with a network that has NanoDet's input and outputs, but one small layer for each stride."""
    random = np.random.default_rng(7)
    writer = TfjsWriter()
    tensor = writer.node("Placeholder", name="input_1")
    layers: list[str] = []
    channels = 3
    for stride in (8, 2, 2):
        kernel = random.normal(0, 0.3, (3, 3, channels, 124))
        tensor = writer.conv(tensor, kernel, random.normal(0, 0.1, 124), stride)
        layers.append(tensor)
        channels = 124
    for level, layer in enumerate(layers):
        split = writer.node("SplitV", layer, writer.constant([80, 44]), writer.constant(1))
        scores = writer.node("Sigmoid", split)
        for number, part in ((level, scores), (level + 3, f"{split}:1")):
            flat = writer.node("Reshape", part, writer.constant([1, -1, 0]))
            swapped = writer.transpose(flat, 0, 2, 1)
            writer.node("Identity", swapped, name="Identity" if number == 0 else f"Identity_{number}")
    folder = tmp_path / "tiny"
    folder.mkdir()
    writer.write(folder / "nanodet.json")
    return folder


@pytest.fixture
def small_network(tmp_path: Path) -> Path:
    """Three convolutions, one after the other."""
    random = np.random.default_rng(5)
    writer = OnnxWriter()
    last = "images"
    for source, result in ((4, 8), (8, 8), (8, 6)):
        kernel = writer.constant(random.normal(0, 0.4, (result, source, 3, 3)).astype(np.float32))
        bias = writer.constant(random.normal(0, 0.1, result).astype(np.float32))
        last = writer.add_one("Conv", last, kernel, bias, pads=[1, 1, 1, 1])
        last = writer.add_one("LeakyRelu", last, alpha=0.1)
    path = tmp_path / "exact.onnx"
    writer.write(path, ("images", ["n", 4, 9, 9]), ("y", ["n", 6, 9, 9]))
    return path
