"""Which of a chunk's frames are analysed, and when they are on the tracker's clock."""

from __future__ import annotations

from dataclasses import replace

from floorsight.platform.errors import Malformed
from floorsight.vision.chunk import Chunk
from floorsight.vision.decoding import Frame, decode_frames
from floorsight.vision.stream_state import StreamState

# A chunk's chosen frames are held at once, at a byte and a half a pixel: 1.2 GB.
MAX_HELD_PIXELS = 800_000_000


def choose_frames(chunk: Chunk, analyse_fps: float, state: StreamState) -> tuple[list[Frame], StreamState]:
    """The frames to analyse: the first whose time has come, again and again.

    A frame counts as due half a frame early, so that 10 of 25 fps are evenly spread rather than late.
    Due times go on across chunks; after a gap they start from the frame that came.
    """
    step_ms = 1000.0 / analyse_fps
    half_frame_ms = _half_frame_ms(chunk)
    due_ms: float = state.next_frame_ms
    chosen: list[Frame] = []
    for frame in decode_frames(chunk):
        if state.began_at is None:
            state = replace(state, began_at=frame.captured_at)
        at_ms = milliseconds_of(frame, state)
        if at_ms < due_ms - half_frame_ms:
            continue
        chosen.append(frame)
        if len(chosen) * frame.width * frame.height > MAX_HELD_PIXELS:
            raise Malformed(
                f"more than {len(chosen) - 1} frames of {frame.width}x{frame.height} pixels to analyse in "
                "one chunk: send shorter chunks (key frames more often), or lower the camera's analyse_fps",
                code="too_much_video",
            )
        is_late = at_ms - due_ms >= step_ms / 2.0
        due_ms = (at_ms if is_late else due_ms) + step_ms
    return chosen, replace(state, next_frame_ms=due_ms)


def _half_frame_ms(chunk: Chunk) -> float:
    offsets = chunk.header.frame_offsets_us
    return offsets[-1] / (len(offsets) - 1) / 2000.0 if len(offsets) > 1 else 0.0


def milliseconds_of(frame: Frame, state: StreamState) -> int:
    """A frame's time on the tracker's clock."""
    if state.began_at is None:
        raise ValueError("the stream has no analysed frame yet")
    return round((frame.captured_at - state.began_at).total_seconds() * 1000.0)
