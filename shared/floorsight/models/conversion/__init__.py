"""Published weights to ONNX, without the framework that made them. Needs `onnx` (extra `models`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from floorsight.platform.errors import Unavailable

Conversion = Literal[
    "nanodet", "nanodet-int8", "nanodet-half", "face-detector", "face-embedder", "plate-reader"
]
Converter = Callable[[Path, Path, int], None]


def converter_of(conversion: Conversion) -> Converter:
    """The function (first of the source files, file to write, input size in pixels) of a conversion.

    Raises:
        Unavailable: `onnx` is not installed.
    """
    try:
        from floorsight.models.conversion.dequantising import convert_face_detector, convert_face_embedder
        from floorsight.models.conversion.nanodet import (
            convert_nanodet,
            convert_nanodet_half,
            convert_nanodet_int8,
        )
        from floorsight.models.conversion.plate_reading import convert_plate_reader
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"converting a model needs {error.name}: pip install 'floorsight[models]'", code="missing_client"
        ) from error

    converters: dict[Conversion, Converter] = {
        "nanodet": convert_nanodet,
        "nanodet-int8": convert_nanodet_int8,
        "nanodet-half": convert_nanodet_half,
        "face-detector": lambda source, target, _: convert_face_detector(source, target),
        "face-embedder": lambda source, target, _: convert_face_embedder(source, target),
        "plate-reader": lambda source, target, _: convert_plate_reader(source, target),
    }
    return converters[conversion]
