"""Published weights to ONNX, without the framework that made them. Needs `onnx` (extra `models`)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from floorsight.platform.errors import Unavailable

Conversion = Literal["nanodet", "nanodet-int8"]
Converter = Callable[[Path, Path, int], None]


def converter_of(conversion: Conversion) -> Converter:
    """The function (folder of the source files, file to write, input size in pixels) of a conversion.

    Raises:
        Unavailable: `onnx` is not installed.
    """
    try:
        from floorsight.models.conversion.nanodet import convert_nanodet, convert_nanodet_int8
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"converting a model needs {error.name}: pip install 'floorsight[models]'", code="missing_client"
        ) from error

    converters: dict[Conversion, Converter] = {
        "nanodet": lambda folder, target, size: convert_nanodet(folder / "nanodet.json", target, size),
        "nanodet-int8": lambda folder, target, size: convert_nanodet_int8(
            folder / "nanodet.json", target, size
        ),
    }
    return converters[conversion]
