"""Convolutions in 8 bits, against the same graph in float32."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from floorsight.models.conversion.nanodet import convert_nanodet_int8
from floorsight.models.conversion.quantising import (
    KERNEL_STEPS,
    Ranges,
    convolution_tensors,
    load_ranges,
    quantise_convolutions,
)
from floorsight.platform.errors import Malformed, NotFound

Floats = NDArray[np.float32]
IMAGES = np.random.default_rng(4).uniform(-1, 1, (3, 4, 9, 9)).astype(np.float32)


def run(path: Path, *names: str) -> list[Floats]:
    model = onnx.load(path)
    known = {each.name for each in model.graph.output}
    extra = [onnx.helper.make_empty_tensor_value_info(name) for name in names if name not in known]
    model.graph.output.extend(extra)
    session = ort.InferenceSession(model.SerializeToString())
    return list(session.run(list(names) or ["y"], {"images": IMAGES}))


def measure(path: Path) -> Ranges:
    """Ranges over the very images that are asked for later."""
    names = [name for name in convolution_tensors(onnx.load(path)) if name != "images"]
    values = zip(names, run(path, *names), strict=True)
    found = {name: (float(each.min()), float(each.max())) for name, each in values}
    return found | {"images": (-1.0, 1.0)}


def test_the_answer_is_the_same_but_for_rounding(small_network: Path, tmp_path: Path) -> None:
    target = tmp_path / "int8.onnx"
    quantise_convolutions(small_network, target, measure(small_network))
    (wanted,), (found,) = run(small_network), run(target)
    error = np.abs(found - wanted)
    assert 0 < error.max() < 0.1 * np.abs(wanted).max()
    assert error.mean() < 0.015 * np.abs(wanted).max()


def test_kernels_are_small_integers_but_for_the_last(small_network: Path, tmp_path: Path) -> None:
    target = tmp_path / "int8.onnx"
    quantise_convolutions(small_network, target, measure(small_network))
    constants = map(numpy_helper.to_array, onnx.load(target).graph.initializer)
    kernels = [constant for constant in constants if constant.ndim == 4]
    assert sorted(str(kernel.dtype) for kernel in kernels) == ["float32", "int8", "int8"]
    for kernel in kernels:
        if kernel.dtype == np.int8:
            assert (np.abs(kernel).max(axis=(1, 2, 3)) == KERNEL_STEPS).all()


def test_the_same_bytes_every_time(small_network: Path, tmp_path: Path) -> None:
    ranges = measure(small_network)
    for name in ("one.onnx", "two.onnx"):
        quantise_convolutions(small_network, tmp_path / name, ranges)
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()


def test_zero_stays_zero(small_network: Path, tmp_path: Path) -> None:
    """Borders are padded with it: were it rounded, every picture's edge would be wrong."""
    lopsided = {name: (0.3, high + 1.0) for name, (_, high) in measure(small_network).items()}
    target = tmp_path / "int8.onnx"
    quantise_convolutions(small_network, target, lopsided)
    zeros = {each.name: numpy_helper.to_array(each) for each in onnx.load(target).graph.initializer}
    assert zeros["images_zero"] == 0


def test_ranges_of_another_graph_are_refused(small_network: Path, tmp_path: Path) -> None:
    ranges: dict[str, Any] = dict(measure(small_network))
    missing = ranges.popitem()[0]
    with pytest.raises(Malformed, match=missing):
        quantise_convolutions(small_network, tmp_path / "int8.onnx", ranges)


def test_a_size_without_ranges_is_told(tiny_nanodet: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="320"):
        convert_nanodet_int8(tiny_nanodet / "nanodet.json", tmp_path / "tiny.onnx", 320)


def test_ranges_are_read_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"a": [-1, 2.5]}')
    assert load_ranges(tmp_path / "r.json") == {"a": (-1.0, 2.5)}
