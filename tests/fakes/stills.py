"""The room of `tests.fakes.streams`, frame by frame as JPEG files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

import cv2
import numpy as np

from floorsight.images.jpeg import read_jpeg
from floorsight.images.model import FrameAnswer, PostedFrame
from floorsight.images.service import ImageService
from floorsight.images.turn import FramePipeline, ImagePorts
from floorsight.platform.retry import Backoff
from floorsight.sites.counting_plans import RegistryPlans
from floorsight.vision.detector import Detector
from floorsight.vision.tracking.tracker import Tracker
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON
from tests.fakes.objects import MemoryObjects
from tests.fakes.scene import CAMERA, Scene, no_wait
from tests.fakes.streams import FPS, BrightBlockDetector, NoAudience, picture, position


@lru_cache(maxsize=256)
def still(left: int | None) -> bytes:
    """A JPEG of the room."""
    found, coded = cv2.imencode(".jpg", np.ascontiguousarray(picture(left)[:, :, ::-1]))
    assert found
    return coded.tobytes()


def walking_frame(number: int, camera_id: str = CAMERA, **changes: Any) -> PostedFrame:
    """Frame `number` of the walk."""
    fields: dict[str, Any] = {
        "camera_id": camera_id,
        "jpeg": read_jpeg(still(position(number))),
        "frame_id": f"frame-{number}",
        "captured_at": NOON + timedelta(seconds=number / FPS),
    }
    return PostedFrame(**fields | changes)


class Gate:
    """A camera with a line whose frames come by the API; every call is a new process."""

    def __init__(self, scene: Scene | None = None) -> None:
        self.scene = scene or Scene()
        self.scene.with_camera()
        self.line = self.scene.with_line(settle_frames=2)
        self.bus, self.objects = MemoryBus(), MemoryObjects()
        self.detector: Any = BrightBlockDetector()
        self.before_bus: Callable[[], None] = lambda: None

    def service(self, **changes: Any) -> ImageService:
        ports: dict[str, Any] = {
            "pipeline": FramePipeline(cast("Detector", self.detector), Tracker()),
            "plan_of": RegistryPlans(self.scene.sites).plan_of,
            "occupancy": self.scene.occupancy,
            "presence": self.scene.presence,
            "bus": self.bus,
            "objects": self.objects,
            "audience": NoAudience(),
            "clock": self.scene.clock,
        }
        return ImageService(ImagePorts(**ports | changes), Backoff(attempts=3, sleep=no_wait))

    def post(self, number: int, **changes: Any) -> FrameAnswer:
        """Send frame `number` when it was captured."""
        self.scene.clock.now = max(self.scene.clock.now, NOON + timedelta(seconds=number / FPS))
        return self.service().take_frame(walking_frame(number, **changes))

    def walk(self, frames: int) -> list[FrameAnswer]:
        return [self.post(number) for number in range(frames)]
