"""Counting plans from the site registry, remembered for a few seconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from floorsight.events.vision import Direction
from floorsight.platform.errors import NotFound
from floorsight.sites.model import Anchor, Camera, CameraPlan, CameraRole, Identify, Line, Zone
from floorsight.sites.rules import direction
from floorsight.sites.service import SiteService
from floorsight.vision.plan import CountingLine, CountingPlan, CountingZone, GateView

# An edited line or zone takes effect within this time; a camera costs one read for it.
REFRESH_SECONDS = 10.0


class RegistryPlans:
    """Plans by camera. What is unknown is remembered too, so that a stray publisher costs little."""

    def __init__(self, sites: SiteService, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._sites = sites
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, CountingPlan | NotFound]] = {}
        self._hits: Counter[str] = Counter()
        self._misses: Counter[str] = Counter()

    def plan_of(self, camera_id: str) -> CountingPlan:
        """Raises NotFound (`unknown_camera`)."""
        now = self._monotonic()
        held = self._known.get(camera_id)
        if held is not None and held[0] > now:
            self._hits[camera_id] += 1
        else:
            self._misses[camera_id] += 1
            held = (now + REFRESH_SECONDS, self._look_up(camera_id))
            self._known[camera_id] = held
        if isinstance(held[1], NotFound):
            raise held[1]
        return held[1]

    def take_counts(self, camera_id: str) -> tuple[int, int]:
        """How often a camera's plan was remembered, and how often it was not, since this was asked last."""
        return self._hits.pop(camera_id, 0), self._misses.pop(camera_id, 0)

    def _look_up(self, camera_id: str) -> CountingPlan | NotFound:
        try:
            return counting_plan(self._sites.get_plan(camera_id))
        except NotFound as error:
            return error


def counting_plan(plan: CameraPlan) -> CountingPlan:
    """The pipeline's form of a camera's plan."""
    camera = plan.camera
    return CountingPlan(
        site_id=camera.site_id,
        camera_id=camera.camera_id,
        analyse_fps=float(camera.analyse_fps),
        lines=tuple(_counting_line(plan, line) for line in plan.lines),
        zones=tuple(_counting_zone(zone) for zone in plan.zones),
        identifies=camera.identify is not Identify.OFF,
        gate=_gate_view(camera),
    )


def _gate_view(camera: Camera) -> GateView | None:
    if camera.gate_id is None:
        return None
    directions = {CameraRole.ENTRY: Direction.IN, CameraRole.EXIT: Direction.OUT}
    return GateView(camera.gate_id, camera.lane or "1", directions.get(camera.role))


def _counting_line(plan: CameraPlan, line: Line) -> CountingLine:
    return CountingLine(
        line_id=line.line_id,
        revision=line.counting_revision,
        segment=line.segment,
        settle_frames=line.settle_frames,
        at_feet=line.anchor is Anchor.BOTTOM_CENTER,
        to_right=direction(plan.camera.role, line, to_right=True),
        to_left=direction(plan.camera.role, line, to_right=False),
    )


def _counting_zone(zone: Zone) -> CountingZone:
    return CountingZone(
        zone_id=zone.zone_id,
        revision=zone.counting_revision,
        polygon=zone.polygon,
        settle_frames=zone.settle_frames,
        at_feet=zone.anchor is Anchor.BOTTOM_CENTER,
        restricted=zone.restricted,
    )
