"""Opening ONNX models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime as ort

from floorsight.platform.errors import Malformed, NotFound

GPU_PROVIDERS = ("TensorrtExecutionProvider", "CUDAExecutionProvider")
_CPU_PROVIDER = "CPUExecutionProvider"


def open_session(model: Path, threads: int, *, on_gpu: bool = True) -> Any:
    """Load a model. `threads` 0 means one for each core that this process may use; `on_gpu`: if there is one.

    Raises:
        NotFound: `model_missing`. Malformed: `bad_model`.
    """
    if not model.is_file():
        raise NotFound(f"no model at {model}; fetch it with: floorsight models pull", code="model_missing")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    gpu_providers = _find_gpu_providers() if on_gpu else []
    try:
        return ort.InferenceSession(str(model), options, providers=[*gpu_providers, _CPU_PROVIDER])
    except Exception as error:  # onnxruntime's own exceptions share no public base class
        raise Malformed(f"{model} can't be loaded: {error}", code="bad_model") from error


def _find_gpu_providers() -> list[str]:
    offered = ort.get_available_providers()
    found = [name for name in GPU_PROVIDERS if name in offered]
    if found:
        # CUDA and cuDNN come as Python packages, where the system's loader does not look.
        ort.preload_dlls(directory="")
    return found
