"""Rates of what comes from a camera."""

from __future__ import annotations

from fractions import Fraction

import pytest

from containers.edge_publisher.watching import MOST_PICTURES, RateMeter
from floorsight.video.camera import Arrival


def test_rates_are_those_of_the_last_seconds() -> None:
    meter = RateMeter()
    for number in range(500):
        size = 10_000 if number < 100 else 1_000
        meter.note(Arrival(Fraction(number, 20), 100.0 + number * 0.05, size))
    assert meter.rates().frames_per_second == pytest.approx(20.0)
    assert meter.rates().bits_per_second == pytest.approx(160_000.0)


def test_times_that_hardly_rise_fill_no_memory() -> None:
    meter = RateMeter()
    for number in range(3 * MOST_PICTURES):
        meter.note(Arrival(Fraction(number, 1_000_000), 100.0 + number * 0.05, 1_000))
    assert len(meter._recent) == MOST_PICTURES
    assert meter.rates().bits_per_second == pytest.approx(8_000 * 1_000_000)
