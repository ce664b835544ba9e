"""The stream of a camera whose frames come by the API, kept with what the latest were answered.

Both lie in the item of the stream's state: one conditional write commits a frame and its answer, and whoever
asks again finds either both or neither.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from floorsight.images.model import FrameAnswer, SeenVehicle, StoredStream
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Conflict, FloorsightError
from floorsight.platform.table import Table
from floorsight.vision.store import STREAM_STATE, Committed, StreamStore, commit_put, read_committed

# A client repeats what it got no answer to; by then it has hardly sent so many more.
ANSWERS_KEPT = 16


class Overtaken(FloorsightError):
    """Another frame of the camera was committed meanwhile; nothing of this one was."""

    code = "overtaken"


def load_stream(table: Table, camera_id: str) -> StoredStream:
    """What was committed last, by whomever."""
    item = table.get(STREAM_STATE.key(camera_id=camera_id))
    if item is None:
        return StoredStream(read_committed(None))
    answers = _load_answers(item["frames"]) if "frames" in item else None
    return StoredStream(read_committed(item), answers)


class FrameCommits(StreamStore):
    """`StreamStore` for one frame: it begins with what was loaded, and its commit has the frame's answer.

    Unlike the worker's it does not give way to who was faster: the frame's place is taken then, and it needs
    another one.
    """

    def __init__(self, table: Table, stored: StoredStream, write_answer: Callable[[], FrameAnswer]) -> None:
        super().__init__(table)
        self._stored, self._write_answer = stored, write_answer

    def load(self, camera_id: str) -> Committed:
        """The commit that it began with; the camera is the one that it is for."""
        del camera_id
        return self._stored.committed

    def commit(self, camera_id: str, committed: Committed, at: datetime) -> None:
        """Raises Overtaken."""
        answers = [*(self._stored.answers or ()), self._write_answer()][-ANSWERS_KEPT:]
        try:
            self._table.write(commit_put(camera_id, committed, at, {"frames": _dump_answers(answers)}))
        except Conflict as error:
            raise Overtaken("another frame of this camera came first") from error


def _dump_answers(answers: Sequence[FrameAnswer]) -> bytes:
    values = [asdict(answer) | {"captured_at": to_sort_key(answer.captured_at)} for answer in answers]
    return zlib.compress(json.dumps(values, separators=(",", ":")).encode())


def _load_answers(stored: bytes) -> list[FrameAnswer]:
    return [_load_answer(values) for values in json.loads(zlib.decompress(stored))]


def _load_answer(values: dict[str, Any]) -> FrameAnswer:
    vehicles = tuple(SeenVehicle(**vehicle) for vehicle in values["vehicles"])
    people = tuple(values.get("people_tracks", ()))
    captured_at = from_sort_key(values["captured_at"])
    return FrameAnswer(**values | {"captured_at": captured_at, "vehicles": vehicles, "people_tracks": people})
