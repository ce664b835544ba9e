"""People who walk through a picture: what the vision worker would publish of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from floorsight.events.vision import LineCrossed, TrackEnded
from floorsight.geometry.crossing import NEITHER, NEW, RIGHT, Gate, observe
from floorsight.geometry.lines import Point
from floorsight.platform.ids import derived_id
from floorsight.sites.model import Camera, Line
from floorsight.sites.rules import direction
from floorsight.vision.counting import DEAD_BAND
from floorsight.vision.track_log import TrackLog
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SESSION, SITE, line_crossed

HEIGHT = 0.25  # of a person, in frames
LEG_MS = 1500  # from one place to the next


@dataclass(frozen=True)
class Walk:
    """Somebody who goes from place to place, each in a second and a half."""

    track_id: int
    places: Sequence[Point]
    started_at: datetime = NOON

    def frames(self, fps: int) -> Iterator[tuple[int, float, float]]:
        """Milliseconds, x, y of the feet in each analysed frame."""
        number = 0
        for leg, (a, b) in enumerate(pairwise(self.places)):
            while (at_ms := round(number * 1000 / fps)) < (leg + 1) * LEG_MS:
                share = at_ms / LEG_MS - leg
                yield at_ms, a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)
                number += 1

    def ended(self, fps: int) -> TrackEnded:
        """The track's event, with its simplified path."""
        log = TrackLog(0)
        for at_ms, x, y in self.frames(fps):
            log = replace(log, path=log.extended_path(at_ms, x, y), observations=log.observations + 1)
        return TrackEnded(
            event_id=derived_id("track", self.track_id),
            occurred_at=self.started_at + timedelta(milliseconds=log.last_seen_ms),
            site_id=SITE,
            camera_id=CAMERA,
            stream_session=SESSION,
            cause="chunk/1",
            track_id=self.track_id,
            object_class="person",
            started_at=self.started_at,
            observations=log.observations,
            path=log.simplified_path(),
        )

    def crossings(self, camera: Camera, line: Line) -> Iterator[LineCrossed]:
        """What is counted at a line, frame by frame."""
        gate, state, number = Gate(line.segment, line.settle_frames, 16 / 9), NEW, 0
        for at_ms, x, y in self.frames(camera.analyse_fps):
            state, side = observe(gate, state, x, y, DEAD_BAND * HEIGHT)
            number += side != NEITHER
            if side != NEITHER and (way := direction(camera.role, line, to_right=side == RIGHT)):
                yield line_crossed(
                    self.track_id,
                    way,
                    line_id=line.line_id,
                    line_revision=line.counting_revision,
                    crossing_number=number,
                    event_id=derived_id("walk", line.line_id, self.track_id, number),
                    occurred_at=self.started_at + timedelta(milliseconds=at_ms),
                )
