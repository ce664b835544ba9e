"""Watching a camera: pictures are kept only while somebody looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import NotFound
from floorsight.views.model import View
from floorsight.views.store import ViewStore

WATCH_SECONDS = 30
VIEW_DAYS = 1  # as long as the bucket keeps the picture


@dataclass(frozen=True)
class ViewService:
    """Use cases of the views room. That the camera exists is the caller's to know."""

    store: ViewStore
    clock: Clock = utc_now

    def watch(self, camera_id: str) -> None:
        """Ask for pictures of a camera for the next 30 seconds."""
        self.store.watch(camera_id, self.clock() + timedelta(seconds=WATCH_SECONDS))

    def is_watched(self, camera_id: str) -> bool:
        """Whether somebody asked for pictures in the last 30 seconds."""
        return self.store.is_watched(camera_id, self.clock())

    def save_view(self, view: View) -> None:
        """Keep a camera's latest picture; the one saved last counts."""
        self.store.save(view, self.clock() + timedelta(days=VIEW_DAYS))

    def latest_view(self, camera_id: str) -> View:
        """A camera's latest picture. Raises NotFound (`no_view_yet`)."""
        view = self.store.find_latest(camera_id, self.clock())
        if view is None:
            raise NotFound(
                f"camera {camera_id} has no picture yet; ask again in a few seconds", code="no_view_yet"
            )
        return view
