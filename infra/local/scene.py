"""The demo's site: a yard seen by one or more cameras, each with a line across the middle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from floorsight.platform.errors import Conflict
from infra.local.api_client import ApiClient

SITE_ID = "demo-plant"
# Straight down the middle of the picture. Seen along its direction the right-hand side is the picture's
# left, so people who walk to the left go in.
LINE = {
    "name": "Middle of the square",
    "start": {"x": 0.5, "y": 0.0},
    "end": {"x": 0.5, "y": 1.0},
    "in_label": "in",
    "out_label": "out",
}


@dataclass(frozen=True)
class Scene:
    """Ids of what was set up."""

    site_id: str
    camera_ids: tuple[str, ...]


def set_up_scene(api: ApiClient, cameras: int) -> Scene:
    """Make the site, its cameras and their lines, as an operator would; what is there already stays."""
    # Somebody is always there: at a quiet hour its counts would begin anew.
    site = {
        "site_id": SITE_ID,
        "name": "Demo plant",
        "time_zone": "Europe/Berlin",
        "always_open": True,
    }
    create_unless_there(lambda: api.post("/api/sites", site))
    camera_ids = tuple(f"square-{number}" for number in range(1, cameras + 1))
    for camera_id in camera_ids:
        _set_up_camera(api, camera_id)
    return Scene(SITE_ID, camera_ids)


def _set_up_camera(api: ApiClient, camera_id: str) -> None:
    camera = {
        "camera_id": camera_id,
        "site_id": SITE_ID,
        "name": f"Square, camera {camera_id.rpartition('-')[2]}",
        "role": "bidirectional",
    }
    create_unless_there(lambda: api.post("/api/occupancy/cameras", camera))
    lines = f"/api/occupancy/cameras/{camera_id}/lines"
    if not api.get(lines)["items"]:
        api.post(lines, LINE)


def create_unless_there(make: Callable[[], Any]) -> None:
    """Make something; if it exists, it stays as it is."""
    try:
        make()
    except Conflict:
        return
