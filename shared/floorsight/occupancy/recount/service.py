"""Recounting a period of a camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from floorsight.geometry.lines import Segment
from floorsight.occupancy.model import Crossing, Tally
from floorsight.occupancy.recount.model import LineChange, LineRecount, Recount
from floorsight.occupancy.recount.rules import (
    count_ledger,
    count_paths,
    count_samples,
    gate_of,
    ledger_suffices,
    may_cross,
    track_of,
)
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.errors import Malformed
from floorsight.sites.model import Anchor, Camera, CameraPlan, Line
from floorsight.sites.service import SiteService
from floorsight.streams.model import Trajectory
from floorsight.streams.service import StreamService

LONGEST_PERIOD = timedelta(hours=24)
# What one request of the API can read and walk through in its time.
MAX_TRACKS = 5_000
MAX_CROSSINGS = 5_000
MAX_SAMPLES = 1_000_000
_SHORTER = "recount a shorter period"
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class RecountService:
    """The use case of recounting. It changes nothing."""

    sites: SiteService
    store: OccupancyStore
    streams: StreamService

    def recount(
        self, camera_id: str, start: datetime, end: datetime, changes: Sequence[LineChange] = ()
    ) -> Recount:
        """What the camera's counts from `start` to before `end` would be, had its lines been other.

        Without `changes` all lines are recounted as they are, which shows how far ledger and paths agree;
        lines of another anchor than people's feet, of which there are no paths, are as in the ledger.

        Raises:
            NotFound: there is no such camera (`unknown_camera`).
            Malformed: the period is empty or longer than a day, it holds too much to be recounted at once
                (`too_much_to_recount`), or a change can't be (with the field, such as `lines.0.start`).
        """
        _check_period(start, end)
        plan = self.sites.get_plan(camera_id)
        lines = _changed_lines(plan, changes)
        crossings = self._read_crossings(camera_id, start, end)
        trajectories = self._read_trajectories(camera_id, start, end)
        walked_lines = [
            changed for line, changed in lines if not ledger_suffices(plan.camera, line, changed, crossings)
        ]
        _check_anchors(walked_lines, changes)
        _check_effort(plan.camera, walked_lines, trajectories)
        with_path = {(each.stream_session, each.track_id) for each in trajectories}

        def recount_line(line: Line, changed: Line) -> LineRecount:
            old = count_ledger(plan.camera, line, line, crossings)
            if changed not in walked_lines:
                return LineRecount(changed, old, Tally(), count_ledger(plan.camera, line, changed, crossings))
            walked = count_paths(plan.camera, changed, trajectories, start, end)
            kept = count_ledger(plan.camera, line, changed, crossings, without=with_path)
            return LineRecount(changed, old, walked, kept)

        recounted = tuple(recount_line(line, changed) for line, changed in lines)
        tracks = with_path | {track_of(crossing) for crossing in crossings}
        return Recount(plan.camera, start, end, recounted, len(tracks), len(with_path))

    def _read_crossings(self, camera_id: str, start: datetime, end: datetime) -> list[Crossing]:
        page = self.store.list_crossings(
            camera_id, after=start - _MICROSECOND, until=end - _MICROSECOND, limit=MAX_CROSSINGS + 1
        )
        if len(page.items) > MAX_CROSSINGS:
            raise _too_much(f"the period has more than {MAX_CROSSINGS} crossings")
        return page.items

    def _read_trajectories(self, camera_id: str, start: datetime, end: datetime) -> list[Trajectory]:
        found = self.streams.list_tracks(camera_id, start, end, limit=MAX_TRACKS + 1)
        if len(found) > MAX_TRACKS:
            raise _too_much(f"the period has more than {MAX_TRACKS} tracks")
        return found


def _check_period(start: datetime, end: datetime) -> None:
    if end <= start:
        raise Malformed("`to` must be later than `from`", code="empty_period", field="to")
    if end - start > LONGEST_PERIOD:
        raise Malformed(
            f"the period is longer than {LONGEST_PERIOD.total_seconds() / 3600:.0f} hours: {_SHORTER}",
            code="period_too_long",
            field="to",
        )


def _changed_lines(plan: CameraPlan, changes: Sequence[LineChange]) -> list[tuple[Line, Line]]:
    """Each line to be recounted, as it is and as it is to be."""
    lines = {line.line_id: line for line in plan.lines}
    if not changes:
        return [(line, line) for line in plan.lines]
    asked = [change.line_id for change in changes]
    for number, line_id in enumerate(asked):
        field = f"lines.{number}.line_id"
        if line_id not in lines:
            raise Malformed(
                f"camera {plan.camera.camera_id} has no line {line_id}", code="unknown_line", field=field
            )
        if line_id in asked[:number]:
            raise Malformed(f"line {line_id} is named twice", code="line_named_twice", field=field)
    return [(lines[each.line_id], _change(lines[each.line_id], each, n)) for n, each in enumerate(changes)]


def _change(line: Line, change: LineChange, number: int) -> Line:
    """The line as it is to be recounted. Raises Malformed with the field."""
    try:
        return replace(
            line,
            segment=Segment(change.start or line.segment.start, change.end or line.segment.end),
            inverted=line.inverted if change.inverted is None else change.inverted,
            settle_frames=line.settle_frames if change.settle_frames is None else change.settle_frames,
            anchor=change.anchor or line.anchor,
        )
    except Malformed as error:
        field = f"lines.{number}.{error.field}" if error.field else f"lines.{number}"
        raise Malformed(error.message, code=error.code, field=field) from error


def _check_anchors(walked: Sequence[Line], changes: Sequence[LineChange]) -> None:
    """Raises Malformed if a path is needed of what has none."""
    anchors = {line.line_id: line.anchor for line in walked}
    for number, change in enumerate(changes):
        if anchors.get(change.line_id, Anchor.BOTTOM_CENTER) is not Anchor.BOTTOM_CENTER:
            raise Malformed(
                "paths are kept of people's feet only: a line of another anchor than "
                f"{Anchor.BOTTOM_CENTER} can't be recounted, unless only its direction changes and the "
                "ledger has both",
                code="no_path_of_anchor",
                field=f"lines.{number}.anchor",
            )


def _check_effort(camera: Camera, lines: Sequence[Line], trajectories: Sequence[Trajectory]) -> None:
    samples = 0
    for gate in map(gate_of, lines):
        for trajectory in trajectories:
            if may_cross(gate, trajectory.path):
                samples += count_samples(trajectory.path, camera.analyse_fps)
    if samples > MAX_SAMPLES:
        raise _too_much(f"people stayed near the lines for so long that it takes {samples} steps")


def _too_much(what: str) -> Malformed:
    return Malformed(f"{what}: {_SHORTER}, or fewer lines", code="too_much_to_recount", field="to")
