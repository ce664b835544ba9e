"""The plain loop that a tutorial would write: OpenCV, ONNX Runtime and supervision, frame by frame."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import supervision as sv

SCORE, OVERLAP = 0.1, 0.5
LINES = (0.2, 0.4, 0.6, 0.8)


def measure_plain_loop(video: Path, model: Path, size: int, threads: int, fps: float) -> float:
    """Milliseconds a frame: decode, letterbox, detect, suppress, track (ByteTrack), count at four lines."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    capture = cv2.VideoCapture(str(video))
    tracker = sv.ByteTrack(frame_rate=round(fps))
    lines: list[sv.LineZone] = []
    frames = 0
    begun = time.perf_counter()
    while True:
        found, frame = capture.read()
        if not found:
            break
        lines = lines or _lines(frame.shape[1], frame.shape[0])
        tracked = tracker.update_with_detections(_detect(session, frame, size))
        for line in lines:
            line.trigger(tracked)
        frames += 1
    return 1000.0 * (time.perf_counter() - begun) / frames


def _detect(session: Any, frame: npt.NDArray[np.uint8], size: int) -> sv.Detections:
    scale = size / max(frame.shape[:2])
    canvas = np.full((size, size, 3), 114, np.uint8)
    small = cv2.resize(frame, None, fx=scale, fy=scale)
    canvas[: small.shape[0], : small.shape[1]] = small
    blob = cv2.dnn.blobFromImage(canvas, 1 / 255.0, swapRB=True)
    output = session.run(None, {"images": blob})[0][0]
    scores = output[4:].max(axis=0)
    likely = scores >= SCORE
    centres = output[:4, likely].T
    boxes = np.concatenate([centres[:, :2] - centres[:, 2:] / 2, centres[:, :2] + centres[:, 2:] / 2], axis=1)
    classes = output[4:, likely].argmax(axis=0)
    found = sv.Detections(xyxy=boxes / scale, confidence=scores[likely], class_id=classes)
    return found.with_nms(threshold=OVERLAP)


def _lines(width: int, height: int) -> list[sv.LineZone]:
    return [sv.LineZone(start=sv.Point(x * width, 0), end=sv.Point(x * width, height)) for x in LINES]
