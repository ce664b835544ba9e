"""Showing the live picture to those who watch: a picture and a compact record of the tracks."""

from __future__ import annotations

import time
from collections.abc import Callable

from floorsight.platform.objects import ObjectStore
from floorsight.views.model import SeenTrack, View
from floorsight.views.service import ViewService
from floorsight.vision.detections import ObjectClass
from floorsight.vision.pictures import frame_picture
from floorsight.vision.pipeline import Analysis
from floorsight.vision.plan import CountingPlan
from floorsight.vision.service import JPEG

# Asking who watches costs a read; a new viewer waits this long at most.
ASK_SECONDS = 2.0
# Pictures kept a camera: a viewer that is a few seconds late still finds the one its record names.
PICTURES_KEPT = 8


class LiveAudience:
    """`Audience` by way of the views room: writes only while somebody watches."""

    def __init__(
        self, views: ViewService, objects: ObjectStore, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._views, self._objects, self._monotonic = views, objects, monotonic
        self._asked: dict[str, tuple[float, bool]] = {}

    def show(self, plan: CountingPlan, analysis: Analysis, sequence: int) -> None:
        frame, observed = analysis.frame, analysis.observed
        if frame is None or observed is None or not self._is_watched(plan.camera_id):
            return
        key = f"live/{plan.site_id}/{plan.camera_id}/{sequence % PICTURES_KEPT}.jpg"
        self._objects.put(key, frame_picture(frame), content_type=JPEG)
        size = (frame.width, frame.height)
        tracks = tuple(
            SeenTrack(
                track_id=int(observed.ids[row]),
                object_class=ObjectClass(int(observed.classes[row])).label,
                box=_normalised(observed.boxes[row].tolist(), *size),
                confidence=round(float(observed.scores[row]), 3),
            )
            for row in range(len(observed.ids))
            if observed.confirmed[row]
        )
        self._views.save_view(View(plan.camera_id, frame.captured_at, key, *size, tracks))

    def _is_watched(self, camera_id: str) -> bool:
        now = self._monotonic()
        asked_at, answer = self._asked.get(camera_id, (float("-inf"), False))
        if now - asked_at >= ASK_SECONDS:
            answer = self._views.is_watched(camera_id)
            self._asked[camera_id] = (now, answer)
        return answer


def _normalised(corners: list[float], width: int, height: int) -> tuple[float, float, float, float]:
    """Corners in pixels → fractions of the frame, clipped to it."""
    left, top, right, bottom = corners
    x0, y0 = min(max(left / width, 0.0), 1.0), min(max(top / height, 0.0), 1.0)
    x1, y1 = min(max(right / width, 0.0), 1.0), min(max(bottom / height, 0.0), 1.0)
    return round(x0, 4), round(y0, 4), round(x1, 4), round(y1, 4)
