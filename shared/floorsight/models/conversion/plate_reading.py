"""The text recogniser that reads plates: one for thousands of characters, cut down to those of plates.

PP-OCRv6's last layer has a column for each of its 18 710 classes, nearly half of its weights. A plate has
Latin letters and digits; the signs between them are kept too, so that a hyphen is seen as one and not as a
letter.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from floorsight.models.conversion.onnx_writer import write_model
from floorsight.platform.errors import Malformed

# The class that means "nothing here" is the first one, without a character in the list.
BLANK_COLUMN = 0
KEPT = (*string.digits, *string.ascii_uppercase, *string.ascii_lowercase, *string.punctuation, "·", "•", "●")
METADATA_KEY = "character"


def convert_plate_reader(source: Path, target: Path) -> None:
    """PP-OCRv6's recogniser → the same with the columns of `KEPT` alone, whose characters its metadata names.

    The same bytes every time. Raises Malformed when it is another network.
    """
    model = onnx.load(source)
    characters = _characters(model)
    missing = [character for character in KEPT if character not in characters]
    if missing:
        raise Malformed(f"it does not know {''.join(missing)}", code="bad_model")
    columns = [BLANK_COLUMN, *(characters.index(character) + 1 for character in KEPT)]
    _cut_last_layer(model.graph, len(characters) + 2, columns)  # a blank and, last, the space
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {METADATA_KEY: "\n".join(KEPT)})
    write_model(model, target)


def _characters(model: onnx.ModelProto) -> list[str]:
    found: dict[str, str] = {each.key: each.value for each in model.metadata_props}
    if METADATA_KEY not in found:
        raise Malformed(f"its metadata have no {METADATA_KEY!r}", code="bad_model")
    return found[METADATA_KEY].split("\n")


def _cut_last_layer(graph: onnx.GraphProto, classes: int, columns: list[int]) -> None:
    """Weights (m, classes) and bias (classes,) keep the columns; so does the output's shape."""
    wide = [each for each in graph.initializer if each.dims and each.dims[-1] == classes]
    if sorted(len(each.dims) for each in wide) != [1, 2]:
        raise Malformed(f"it has no single layer of {classes} classes at its end", code="bad_model")
    for constant in wide:
        kept: NDArray[Any] = numpy_helper.to_array(constant)[..., columns]
        constant.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(kept), constant.name))
    del graph.value_info[:]
    graph.output[0].type.tensor_type.shape.dim[-1].dim_value = len(columns)
