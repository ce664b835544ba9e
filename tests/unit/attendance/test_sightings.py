"""Which way somebody went, by the crossings of their track."""

from __future__ import annotations

from datetime import timedelta

import pytest

from floorsight.attendance.model import PunchSource
from floorsight.attendance.sightings import SightedTrack, Sighting, TrackCrossing, TrackKey
from floorsight.events.attendance import PunchDirection
from tests.fakes.workday import IN, OUT, UNKNOWN, at

KEY = TrackKey("plant-1", "gate", "session", 7)
FIRST, BEST, LAST = at("08:00:00"), at("08:00:04"), at("08:00:06")
SEEN = Sighting("seen", "ann", BEST, FIRST, LAST, 0.6, None, UNKNOWN, at("08:00:10"))


def track_of(*crossings: tuple[float, PunchDirection], sighting: Sighting = SEEN) -> SightedTrack:
    """Crossings some seconds after the first face."""
    track = SightedTrack(KEY).with_sighting(sighting)
    for number, (seconds, way) in enumerate(crossings):
        track = track.with_crossing(TrackCrossing(f"c{number}", FIRST + timedelta(seconds=seconds), way))
    return track


@pytest.mark.parametrize(
    ("crossings", "direction"),
    [
        ([], UNKNOWN),
        ([(-30, IN)], IN),  # exactly half a minute before the first face
        ([(-30.001, IN)], UNKNOWN),
        ([(36, OUT)], OUT),  # and after the last
        ([(36.001, OUT)], UNKNOWN),
        ([(3, IN)], IN),
        ([(-10, IN), (11, OUT)], OUT),  # ten seconds before the first, five after the last
        ([(11, OUT), (-10, IN)], OUT),
        ([(0, IN), (5, OUT)], OUT),  # both while it was seen: the nearest to the best face
        ([(3, IN), (5, OUT)], IN),  # equally near to that: the earlier
        ([(4, OUT), (4, IN)], OUT),  # at once: the lower id
    ],
)
def test_the_nearest_crossing_within_half_a_minute_decides(
    crossings: list[tuple[float, PunchDirection]], direction: PunchDirection
) -> None:
    assert track_of(*crossings).punch_of(SEEN).direction is direction


def test_the_cameras_own_direction_needs_no_crossing() -> None:
    entry = Sighting("seen", "ann", BEST, FIRST, LAST, 0.6, None, IN, BEST)
    assert track_of((4, OUT), sighting=entry).punch_of(entry).direction is IN


def test_a_punch_is_at_the_second_of_the_best_face_and_names_its_evidence() -> None:
    seen = Sighting("seen", "ann", BEST + timedelta(microseconds=999_999), FIRST, LAST, 0.6, "k", IN, LAST)
    punch = track_of(sighting=seen).punch_of(seen)
    assert (punch.at, punch.source, punch.employee_id, punch.recorded_by) == (
        BEST,
        PunchSource.CAMERA,
        "ann",
        "gate",
    )
    assert punch.evidence is not None
    assert (punch.evidence.track_id, punch.evidence.confidence, punch.evidence.snapshot_key) == (7, 0.6, "k")


def test_what_is_known_stays_as_it_was_first_written_down() -> None:
    track = track_of((1, IN))
    late = Sighting("seen", "ann", BEST, FIRST, LAST, 0.6, None, UNKNOWN, at("09:00"))
    assert track.with_sighting(late) == track
    assert track.with_crossing(TrackCrossing("c0", LAST, OUT)) == track


def test_the_event_has_an_id_for_each_thing_that_it_says() -> None:
    unknown, known = track_of().tell(SEEN, scheduled=True), track_of((1, IN)).tell(SEEN, scheduled=True)
    unscheduled = track_of((1, IN)).tell(SEEN, scheduled=False)
    assert len({unknown.event_id, known.event_id, unscheduled.event_id}) == 3
    assert unknown.punch_id == known.punch_id == SEEN.punch_id
    assert (unknown.direction, unknown.cause) == (UNKNOWN, "seen")
    assert (known.direction, known.cause) == (IN, "c0")
    assert known == track_of((1, IN), (20, OUT)).tell(SEEN, scheduled=True)
    assert (known.occurred_at, known.track_id, known.confidence) == (BEST, 7, 0.6)
