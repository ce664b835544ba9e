"""The ranges of a detector's activations on the sample video, which its 8-bit form is made with.

    python -m benchmarks.activation_ranges nanodet-g-416

Writes them beside the conversion. The 8-bit model's hash in `models.toml` follows from them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper

from benchmarks.detectors import read_frames
from floorsight.models.catalogue import load_catalogue
from floorsight.models.conversion import nanodet
from floorsight.models.conversion.quantising import convolution_tensors
from floorsight.vision.letterbox import fill_batch
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER

EVERY_FRAMES = 10
DIGITS = 5


def measure_ranges(model_file: Path, input_size: int, video: Path) -> dict[str, tuple[float, float]]:
    """Least and greatest value by tensor, over frames of the video and their mirror images."""
    model = onnx.load(model_file)
    names = convolution_tensors(model)
    known = {each.name for each in [*model.graph.output, *model.graph.input]}
    model.graph.output.extend(
        helper.make_empty_tensor_value_info(name) for name in names if name not in known
    )
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    low: dict[str, float] = defaultdict(lambda: float("inf"))
    high: dict[str, float] = defaultdict(lambda: float("-inf"))
    for frame in read_frames(video)[::EVERY_FRAMES]:
        batch, _ = fill_batch([frame], input_size)
        for image in (batch, np.ascontiguousarray(batch[..., ::-1])):
            for name, values in zip(names, session.run(names, {"images": image}), strict=True):
                low[name] = min(low[name], float(values.min()))
                high[name] = max(high[name], float(values.max()))
    return {name: (round(low[name], DIGITS), round(high[name], DIGITS)) for name in names}


def main() -> int:
    """Write the file; 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("detector")
    name = parser.parse_args().detector
    entry = load_catalogue(MODELS_CATALOGUE).entry(name)
    ranges = measure_ranges(MODELS_FOLDER / entry.file_name, entry.input_size, MEDIA_FOLDER / "vtest.avi")
    target = nanodet.ranges_file(entry.input_size)
    lines = (f"  {json.dumps(tensor)}: {json.dumps(limits)}" for tensor, limits in ranges.items())
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
