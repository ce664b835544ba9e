"""Embeddings of faces: SFace (Zhong and others, "SFace: sigmoid-constrained hypersphere loss", 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.faces.alignment import ALIGNED_SIDE
from floorsight.vision.onnx_session import open_session

DIMENSIONS = 128


class FaceEmbedder:
    """Embeds aligned faces, any number in one call."""

    def __init__(self, model: Path, *, name: str, threads: int = 0) -> None:
        """Load the model; it computes on the CPU. `name` tells its embeddings from those of others.

        Raises:
            NotFound: there is no such file. Malformed: it is no such model.
        """
        self.name = name
        self._session = open_session(model, threads, on_gpu=False)
        taken, given = self._session.get_inputs(), self._session.get_outputs()
        if len(taken) != 1 or taken[0].shape[1:] != [3, ALIGNED_SIDE, ALIGNED_SIDE]:
            raise Malformed(
                f"{model} takes {[each.shape for each in taken]}, not images [n, 3, 112, 112]",
                code="bad_model",
            )
        if len(given) != 1 or given[0].shape[1:] != [DIMENSIONS]:
            raise Malformed(
                f"{model} gives {[each.shape for each in given]}, not [n, {DIMENSIONS}]", code="bad_model"
            )
        self._input = taken[0].name

    def embed(self, aligned: Sequence[Image]) -> Floats:
        """Aligned faces, (112, 112, 3) RGB each → (n, 128) float32, each row of length 1."""
        if not aligned:
            return np.zeros((0, DIMENSIONS), np.float32)
        batch = np.stack(aligned).transpose(0, 3, 1, 2).astype(np.float32)  # it scales 0..255 itself
        (found,) = self._session.run(None, {self._input: batch})
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        normalised: Floats = (found / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
        return normalised
