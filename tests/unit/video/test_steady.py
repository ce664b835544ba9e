"""Steady times: what cameras' clocks do, and what is made of it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from floorsight.video.steady import SteadyTimes

FRAME = Fraction(1, 20)


class Camera:
    """Sends a picture a twentieth of a second; both clocks can be moved."""

    def __init__(self) -> None:
        self.jumps: list[float] = []
        self.times = SteadyTimes(self.jumps.append)
        self.stamp, self.now = Fraction(47_000), 1_000.0

    def send(self, pictures: int, *, takes: float | None = None) -> list[float]:
        """`takes`: seconds until the next arrives; the camera's own rate unless given."""
        told = []
        for _ in range(pictures):
            told.append(float(self.times.seconds_of(self.stamp, self.now)))
            self.stamp += FRAME
            self.now += float(FRAME) if takes is None else takes
        return told


def test_times_begin_at_zero_and_are_those_of_the_stamps() -> None:
    assert Camera().send(4) == [0.0, 0.05, 0.1, 0.15]


@pytest.mark.parametrize("seconds", [-47_000, -86_400, -1.5, 1.5, 3600.0, 1e9])
def test_a_jump_is_told_and_taken_out(seconds: float) -> None:
    camera = Camera()
    camera.send(10)
    camera.stamp += Fraction(seconds)
    assert camera.send(3) == pytest.approx([0.5, 0.55, 0.6], abs=1e-5)
    assert camera.jumps == [pytest.approx(seconds)]


def test_one_jump_after_the_other() -> None:
    camera = Camera()
    told = camera.send(10)
    for seconds in (100, -300, 5000):
        camera.stamp += seconds
        told += camera.send(10)
    assert told == pytest.approx([number * 0.05 for number in range(40)], abs=1e-4)
    assert len(camera.jumps) == 3


def test_what_comes_late_has_not_jumped() -> None:
    camera = Camera()
    told = camera.send(10)
    camera.now += 8.0  # the network stood still …
    told += camera.send(160, takes=0.001)  # … and delivers all of it at once
    camera.now = 1_000.0 + 8.5
    told += camera.send(10)
    assert told == pytest.approx([number * 0.05 for number in range(180)])
    assert camera.jumps == []


def test_what_came_in_a_burst_at_first_has_not_jumped() -> None:
    camera = Camera()
    told = camera.send(100, takes=0.0)
    assert told == pytest.approx([number * 0.05 for number in range(100)])
    assert camera.jumps == []


def test_a_pause_of_the_camera_is_a_pause() -> None:
    camera = Camera()
    camera.send(10)
    camera.now += 7.0
    camera.stamp += 7
    assert camera.send(1) == [7.5]
    assert camera.jumps == []


def test_pictures_that_are_reordered_keep_their_times() -> None:
    camera = Camera()
    told = []
    for number in (0, 3, 1, 2, 6, 4, 5):
        told.append(float(camera.times.seconds_of(number * FRAME, 1_000.0 + len(told) * 0.05)))
    assert told == pytest.approx([0.0, 0.15, 0.05, 0.1, 0.3, 0.2, 0.25])
    assert camera.jumps == []


def test_pictures_without_a_stamp_are_timed_by_our_clock() -> None:
    camera = Camera()
    camera.send(2)
    assert float(camera.times.seconds_of(None, camera.now)) == pytest.approx(0.1)
    first = SteadyTimes(camera.jumps.append)
    assert first.seconds_of(None, 5.0) == 0


def test_two_quartz_clocks_are_no_jump() -> None:
    # A day in which the camera's clock runs 50 millionths fast, a picture a minute: 4.3 s in all.
    camera = Camera()
    for _ in range(24 * 60):
        camera.times.seconds_of(camera.stamp, camera.now)
        camera.stamp += Fraction(60) * Fraction(1_000_050, 1_000_000)
        camera.now += 60.0
    assert camera.jumps == []


def test_stamps_that_stand_still_are_as_good_as_none() -> None:
    camera = Camera()
    camera.send(20)
    standing, told = camera.stamp, []
    for _ in range(20 * 60):
        camera.stamp = standing
        told += camera.send(1)
    assert told[30:] == pytest.approx([1.0 + number * 0.05 for number in range(30, 20 * 60)], abs=1e-4)
    assert camera.jumps == []
    camera.stamp = standing + FRAME  # they rise again
    assert camera.send(20) == pytest.approx([61.0 + number * 0.05 for number in range(20)], abs=1e-3)
    assert camera.jumps == [pytest.approx(-60.0, abs=0.1)]


def test_stamps_that_never_rise() -> None:
    times = SteadyTimes(lambda _: None)
    told = [float(times.seconds_of(Fraction(5), 100.0 + number * 0.04)) for number in range(25 * 60)]
    assert told[40:] == pytest.approx([number * 0.04 for number in range(40, 25 * 60)], abs=1e-4)


def test_stamps_that_stand_still_and_then_begin_anew() -> None:
    camera = Camera()
    standing = camera.stamp
    for _ in range(60):
        camera.stamp = standing
        camera.send(1)
    camera.stamp = Fraction(0)
    told = camera.send(60)
    assert told == pytest.approx([3.0 + number * 0.05 for number in range(60)], abs=1e-3)
    assert len(camera.jumps) == 1


def test_stamps_of_whole_seconds_do_rise() -> None:
    camera, told = Camera(), []
    for number in range(100):
        told.append(float(camera.times.seconds_of(Fraction(number // 20), camera.now)))
        camera.now += 0.05
    assert told == [float(number // 20) for number in range(100)]


def test_a_pause_amid_pictures_that_are_reordered_is_a_pause() -> None:
    camera = Camera()
    told = [float(camera.times.seconds_of(number * FRAME, 1_000.0)) for number in (0, 3, 1)]
    told += [float(camera.times.seconds_of(number * FRAME, 1_009.0)) for number in (2, 6, 4, 5)]
    assert told == pytest.approx([0.0, 0.15, 0.05, 0.1, 0.3, 0.2, 0.25])
    assert camera.jumps == []
