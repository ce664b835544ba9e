"""Whatever tracks do and however zones are edited, what is told of visits adds up."""

from __future__ import annotations

from collections import Counter as Tally
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.vision.counting import Counter
from floorsight.vision.plan import CountingPlan, CountingZone
from floorsight.vision.stream_state import StreamState, dump_state, load_state
from floorsight.vision.track_log import TrackLog
from floorsight.vision.tracking.tracker import Observed
from floorsight.vision.visits import VisitBegan, VisitEnded, end_visits
from tests.fakes.streams import FIRST, FPS, MIDDLE_ZONE, SITE

CAMERA_PLAN = CountingPlan(SITE, "door-1", float(FPS), ())
FRAME = 100  # pixels, both ways
FRAMES_A_CHUNK = 3

zones = st.lists(
    st.builds(
        lambda number, revision, settle: replace(
            MIDDLE_ZONE, zone_id=f"door-1.{number}", revision=revision, settle_frames=settle
        ),
        st.integers(1, 2),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    max_size=2,
    unique_by=lambda zone: zone.zone_id,
)
# What a track does in a frame: not seen (None), or where its feet are along the middle of the zone's height.
# People stay where they are for some frames.
sights = st.sampled_from([None, 0.1, 0.25, 0.3, 0.35, 0.5, 0.5, 0.5, 0.65, 0.7, 0.75, 0.9])
stays = st.tuples(sights, st.integers(1, 4)).map(lambda stay: [stay[0]] * stay[1])
tracks = st.lists(stays, min_size=1, max_size=8).map(
    lambda parts: [sight for part in parts for sight in part]
)
streams = st.lists(tracks, min_size=1, max_size=3)
plans = st.lists(zones, min_size=1, max_size=8)


def observed(streams: list[list[float | None]], frame: int, seen: dict[int, int]) -> Observed:
    """Those tracks that are seen in this frame, confirmed from their second sight on."""
    places = {
        track_id: x
        for track_id, track in enumerate(streams)
        if frame < len(track) and (x := track[frame]) is not None
    }
    for track_id in places:
        seen[track_id] = seen.get(track_id, 0) + 1
    boxes = [[FRAME * x - 5, FRAME * 0.45, FRAME * x + 5, FRAME * 0.75] for x in places.values()]
    return Observed(
        ids=np.array(list(places), np.int64),
        boxes=np.array(boxes, float).reshape(-1, 4),
        scores=np.full(len(places), 0.9),
        classes=np.zeros(len(places), np.int64),
        confirmed=np.array([seen[track_id] >= 2 for track_id in places], np.bool_),
        ended_ids=np.zeros(0, np.int64),
    )


def told(
    streams: list[list[float | None]], plans: list[list[CountingZone]], *, stored: bool = False
) -> list[VisitBegan | VisitEnded]:
    """All that is told of a session, chunk by chunk, each under the next plan; at the end all tracks end."""
    logs: dict[int, TrackLog] = {}
    found: list[VisitBegan | VisitEnded] = []
    seen: dict[int, int] = {}
    for start in range(0, max(map(len, streams)), FRAMES_A_CHUNK):
        plan = replace(CAMERA_PLAN, zones=tuple(plans[start // FRAMES_A_CHUNK % len(plans)]))
        counter = Counter(plan, FRAME, FRAME)
        logs, ended = counter.follow_plan(logs)
        found += ended
        for frame in range(start, start + FRAMES_A_CHUNK):
            logs, findings = counter.count(logs, observed(streams, frame, seen), frame * 1000 // FPS)
            found += [finding for finding in findings if isinstance(finding, VisitBegan | VisitEnded)]
        if stored:
            logs = load_state(dump_state(StreamState(FIRST, logs=logs))).logs
    for track_id, log in logs.items():
        found += end_visits(track_id, log)
    return found


def visit_of(told: VisitBegan | VisitEnded) -> tuple[int, str, int, int]:
    """What the ids of both its events follow from."""
    return told.track_id, told.zone_id, told.zone.revision, told.zone.visits


@settings(max_examples=500)
@given(streams, plans)
def test_whoever_enters_leaves_exactly_once_and_no_visit_has_the_ids_of_another(
    streams: list[list[float | None]], plans: list[list[CountingZone]]
) -> None:
    open_visits: dict[tuple[int, str, int, int], int] = {}
    over: set[tuple[int, str, int, int]] = set()
    for each in told(streams, plans):
        visit = visit_of(each)
        assert visit not in over
        if isinstance(each, VisitBegan):
            assert visit not in open_visits
            open_visits[visit] = each.zone.state.entered_ms
        else:
            assert open_visits.pop(visit) == each.zone.state.entered_ms <= each.at_ms
            over.add(visit)
    assert open_visits == {}


@settings(max_examples=500)
@given(streams, plans)
def test_a_track_is_in_a_zone_at_most_once_at_a_time(
    streams: list[list[float | None]], plans: list[list[CountingZone]]
) -> None:
    inside: Tally[tuple[int, str]] = Tally()
    for each in told(streams, plans):
        inside[each.track_id, each.zone_id] += 1 if isinstance(each, VisitBegan) else -1
        assert set(inside.values()) <= {0, 1}


@settings(max_examples=500)
@given(streams, plans)
def test_storing_the_state_between_chunks_changes_nothing(
    streams: list[list[float | None]], plans: list[list[CountingZone]]
) -> None:
    assert list(map(visit_of, told(streams, plans, stored=True))) == list(map(visit_of, told(streams, plans)))


@settings(max_examples=500)
@given(tracks)
def test_who_was_seen_only_once_was_nowhere(track: list[float | None]) -> None:
    once = next((index for index, x in enumerate(track) if x is not None), 0)
    lonely = [x if index == once else None for index, x in enumerate(track)]
    assert told([lonely], [[replace(MIDDLE_ZONE, settle_frames=1)]]) == []
