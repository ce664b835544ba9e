"""Simplifying a path with time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.geometry.paths import TimedPoint, simplify

fractions = st.floats(-0.2, 1.2)
paths = st.lists(st.tuples(st.integers(1, 5000), fractions, fractions), max_size=40).map(
    lambda steps: [
        (sum(step for step, _, _ in steps[: index + 1]), x, y) for index, (_, x, y) in enumerate(steps)
    ]
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([], []),
        ([(0, 0.0, 0.0)], [0]),
        ([(0, 0.0, 0.0), (1, 1.0, 1.0)], [0, 1]),
        ([(0, 0.0, 0.0), (10, 0.5, 0.5), (20, 1.0, 1.0)], [0, 2]),
        ([(0, 0.0, 0.0), (10, 0.5, 0.6), (20, 1.0, 1.0)], [0, 1, 2]),
        # On the straight line, but waiting there: a stop stays a stop.
        ([(0, 0.0, 0.0), (10, 0.5, 0.5), (90, 0.5, 0.5), (100, 1.0, 1.0)], [0, 1, 2, 3]),
        ([(0, 0.3, 0.3), (50, 0.305, 0.3), (90, 0.3, 0.3)], [0, 2]),
        ([(5, 0.0, 0.0), (5, 0.5, 0.0), (5, 0.0, 0.0)], [0, 1, 2]),  # no time passes
    ],
)
def test_what_is_kept(path: list[TimedPoint], expected: list[int]) -> None:
    assert simplify(path, 0.01) == [path[index] for index in expected]


@settings(max_examples=300)
@given(paths, st.floats(0.0, 0.5))
def test_what_is_left_out_lies_near_what_is_kept_at_its_own_time(
    path: list[TimedPoint], tolerance: float
) -> None:
    kept = simplify(path, tolerance)
    assert kept[:1] == path[:1]
    assert kept[-1:] == path[-1:]
    assert [point for point in path if point in kept] == kept
    for at, x, y in path:
        before = max((point for point in kept if point[0] <= at), key=lambda point: point[0])
        after = min((point for point in kept if point[0] >= at), key=lambda point: point[0])
        share = (at - before[0]) / (after[0] - before[0]) if after[0] > before[0] else 0.0
        there = before[1] + share * (after[1] - before[1]), before[2] + share * (after[2] - before[2])
        assert ((there[0] - x) ** 2 + (there[1] - y) ** 2) ** 0.5 <= tolerance + 1e-9


@given(paths)
def test_without_tolerance_only_what_says_nothing_is_left_out(path: list[TimedPoint]) -> None:
    assert len(simplify(path, 0.0)) <= len(path)
    assert simplify(path, 10.0) == (path if len(path) < 3 else [path[0], path[-1]])
