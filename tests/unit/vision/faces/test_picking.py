"""Whom to look at, where, whose face it is, and which faces are kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorsight.vision.faces.picking import (
    EYES_OF_BODY,
    EYES_OF_HEAD,
    LEAST_EYE_DISTANCE,
    LOOK_EVERY_MS,
    MIN_VOTES,
    MOST_LOOKS_A_FRAME,
    SPACING_MS,
    Box,
    Person,
    choose_faces,
    choose_people,
    find_head,
    find_owner,
)
from floorsight.vision.track_log import ASKED, NO_FACES, FaceLog

STANDING: Box = (100.0, 50.0, 200.0, 350.0)


def person(track_id: int, faces: FaceLog = NO_FACES, box: Box = STANDING) -> Person:
    return Person(track_id, box, faces)


def test_who_was_asked_about_is_left_alone() -> None:
    assert choose_people([person(1, ASKED), person(2)], 0) == [person(2)]


def test_who_is_too_far_away_is_left_alone() -> None:
    body, head = (LEAST_EYE_DISTANCE / share for share in (EYES_OF_BODY, EYES_OF_HEAD))
    boxes = [(body, 3 * body), (body - 0.1, 3 * body), (head + 0.1, 1.2 * head), (head - 0.1, 1.2 * head)]
    people = [person(number, box=(0.0, 0.0, *box)) for number, box in enumerate(boxes)]
    assert [each.track_id for each in choose_people(people, 0)] == [0, 2]


def test_nobody_is_looked_at_all_the_time() -> None:
    looked = person(1, FaceLog(looked_ms=1000))
    assert choose_people([looked], 1000 + LOOK_EVERY_MS - 1) == []
    assert choose_people([looked], 1000 + LOOK_EVERY_MS) == [looked]


def test_in_a_crowd_those_come_first_who_have_fewest_faces_and_waited_longest() -> None:
    crowd = [person(number, FaceLog(looked_ms=-number * 100, kept=number % 2)) for number in range(1, 21)]
    chosen = [each.track_id for each in choose_people(crowd, 1000)]
    assert chosen == [20, 18, 16, 14][:MOST_LOOKS_A_FRAME]


def test_everybody_of_a_crowd_has_their_turn() -> None:
    faces = dict.fromkeys(range(30), NO_FACES)
    for at_ms in range(0, 200 * 8, 200):
        for each in choose_people([person(i, log) for i, log in faces.items()], at_ms):
            faces[each.track_id] = faces[each.track_id]._replace(looked_ms=at_ms)
    assert all(log.looked_ms >= 0 for log in faces.values())


def test_of_somebody_standing_the_top_is_looked_at() -> None:
    assert find_head(STANDING, 640, 480) == (85, 35, 215, 165)


def test_of_somebody_close_by_everything_is_looked_at() -> None:
    assert find_head((100.0, 100.0, 300.0, 280.0), 640, 480) == (70, 70, 330, 310)


@given(*(st.floats(-300.0, 900.0) for _ in range(4)))
def test_where_to_look_lies_in_the_frame(left: float, top: float, right: float, bottom: float) -> None:
    box = (left, top, max(left, right), max(top, bottom))
    x0, y0, x1, y1 = find_head(box, 640, 480)
    assert 0 <= x0 <= 640
    assert 0 <= x1 <= 640
    assert 0 <= y0 <= 480
    assert 0 <= y1 <= 480


def face(x: float, y: float, side: float = 30.0) -> Box:
    """By its middle."""
    return (x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def test_a_face_at_the_top_of_a_box_belongs_to_it() -> None:
    assert find_owner(face(150, 75), {7: STANDING}) == 7


@pytest.mark.parametrize(
    "elsewhere",
    [
        face(150, 200),  # on the chest: on a shirt, or somebody smaller in front
        face(230, 75),  # beside
        face(150, 75, side=8.0),  # far behind
    ],
)
def test_a_face_elsewhere_is_not_the_person_s(elsewhere: Box) -> None:
    assert find_owner(elsewhere, {7: STANDING}) is None


def test_of_two_side_by_side_each_has_their_own() -> None:
    boxes = {1: STANDING, 2: (170.0, 50.0, 270.0, 350.0)}
    assert find_owner(face(150, 75), boxes) == 1
    assert find_owner(face(220, 75), boxes) == 2


def test_whoever_is_before_somebody_taller_has_their_own() -> None:
    behind, before = STANDING, (110.0, 110.0, 210.0, 350.0)
    assert find_owner(face(150, 72), {1: behind, 2: before}) == 1
    assert find_owner(face(160, 135), {1: behind, 2: before}) == 2


def test_a_face_that_could_be_either_s_is_nobody_s() -> None:
    boxes = {1: STANDING, 2: (104.0, 52.0, 206.0, 350.0)}
    assert find_owner(face(152, 80), boxes) is None


def test_nobody_owns_a_face_where_nobody_is() -> None:
    assert find_owner(face(150, 75), {}) is None


def test_the_best_faces_are_kept_in_order_of_time() -> None:
    assert choose_faces([0, 200, 400, 600, 800], [0.9, 0.1, 0.8, 0.2, 0.7], NO_FACES) == [0, 2, 4]


def test_neighbours_of_the_best_are_not_kept() -> None:
    assert choose_faces([0, 100, 200, 300], [0.5, 0.9, 0.6, 0.8], NO_FACES) == [1, 3]


def test_as_many_are_kept_as_are_missing() -> None:
    assert choose_faces([1000, 1200], [0.5, 0.6], FaceLog(kept=2, last_ms=500)) == [1]
    assert choose_faces([1000, 1200], [0.5, 0.6], FaceLog(kept=MIN_VOTES, last_ms=500)) == []


def test_the_last_chunk_s_last_face_counts_as_a_neighbour() -> None:
    before = FaceLog(kept=1, last_ms=900)
    assert choose_faces([1000, 1099, 1100], [0.9, 0.9, 0.5], before) == [2]


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.floats(0.0, 1.0)), max_size=30),
    st.integers(0, MIN_VOTES),
)
def test_kept_faces_are_few_and_apart(seen: list[tuple[int, float]], kept: int) -> None:
    seen.sort()
    log = FaceLog(kept=kept, last_ms=0)
    times, worths = [at for at, _ in seen], [worth for _, worth in seen]
    chosen = choose_faces(times, worths, log)
    assert len(chosen) <= MIN_VOTES - kept
    moments = ([0] if kept else []) + [times[place] for place in chosen]
    assert all(later - earlier >= SPACING_MS for earlier, later in pairwise(moments))
    if not kept and seen:
        assert max(worths) in [worths[place] for place in chosen]


def test_a_log_of_records() -> None:
    log = NO_FACES.with_record("a", [200, 400], [0.5, 0.7]).with_record("b", [900], [0.6])
    assert (log.kept, log.keys, log.first_ms, log.last_ms) == (3, ("a", "b"), 200, 900)
    assert (log.best_ms, log.best) == (400, 0.7)
    better = NO_FACES.with_record("a", [200], [0.5]).with_record("b", [900], [0.6])
    assert (better.best_ms, better.best) == (900, 0.6)
