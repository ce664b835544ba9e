"""Crossings counted from tracks: by Floorsight's own rule, and by supervision's LineZone."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from collections.abc import Sequence as Items
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.counting.truth import LEFTWARDS, RIGHTWARDS, crossings_of_annotations, totals
from benchmarks.tracking.sequences import Sequence, Tracked
from floorsight.events.vision import Direction
from floorsight.geometry.lines import Point, Segment
from floorsight.vision.counting import Counter, Crossing
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Observed

Counts = dict[tuple[str, str], int]
LINES = {"25 %": 0.25, "50 %": 0.5, "75 %": 0.75}
SETTLE_FRAMES = 2


def true_counts(folder: Path, sequence: Sequence) -> Counts:
    """By line and direction, from the annotated tracks."""
    pixels = {name: share * sequence.width for name, share in LINES.items()}
    return totals(crossings_of_annotations(folder / sequence.name / "gt" / "gt.txt", pixels))


def count_by_our_rule(sequence: Sequence, frames: Items[Observed]) -> Counts:
    """What the vision worker would report of these observations; lines from top to bottom of the frame."""
    counter = Counter(_plan(), sequence.width, sequence.height)
    logs: dict[int, TrackLog] = {}
    tally: Tally[tuple[str, str]] = Tally()
    for index, observed in enumerate(frames):
        logs, findings = counter.count(logs, observed, round(sequence.seconds(index) * 1000.0))
        for finding in findings:
            if isinstance(finding, Crossing):
                rightwards = finding.direction is Direction.IN
                tally[finding.line.line_id, RIGHTWARDS if rightwards else LEFTWARDS] += 1
        for track_id in observed.ended_ids.tolist():
            logs.pop(track_id, None)
    return dict(tally)


def count_by_line_zone(sequence: Sequence, frames: Iterable[Tracked], *, at_feet: bool) -> Counts:
    """LineZone with its default anchors (all four corners) or with the feet alone, as our rule has it."""
    import supervision

    anchors = {"triggering_anchors": [supervision.Position.BOTTOM_CENTER]} if at_feet else {}
    zones = {
        name: supervision.LineZone(
            start=supervision.Point(share * sequence.width, sequence.height),
            end=supervision.Point(share * sequence.width, 0),
            **anchors,
        )
        for name, share in LINES.items()
    }
    for frame in frames:
        detections = _theirs(supervision, frame)
        for zone in zones.values():
            zone.trigger(detections)
    # Upwards along the line, what comes from the left goes "out".
    counts = {(name, RIGHTWARDS): zone.out_count for name, zone in zones.items()}
    return counts | {(name, LEFTWARDS): zone.in_count for name, zone in zones.items()}


def error(counted: Counts, true: Counts) -> int:
    """The sum over lines and directions of what is counted too much or too little."""
    return sum(abs(counted.get(key, 0) - true.get(key, 0)) for key in counted.keys() | true.keys())


def _plan() -> CountingPlan:
    lines = tuple(
        CountingLine(
            line_id=name,
            revision=1,
            segment=Segment(Point(share, 1.0), Point(share, 0.0)),
            settle_frames=SETTLE_FRAMES,
            at_feet=True,
            to_right=Direction.IN,
            to_left=Direction.OUT,
        )
        for name, share in LINES.items()
    )
    return CountingPlan("bench", "bench", 10.0, lines)


def _theirs(supervision: Any, frame: Tracked) -> Any:
    count = len(frame.ids)
    if not count:
        return supervision.Detections.empty()
    return supervision.Detections(
        xyxy=np.asarray(frame.corners, np.float64),
        class_id=np.zeros(count, int),
        tracker_id=np.asarray(frame.ids),
    )
