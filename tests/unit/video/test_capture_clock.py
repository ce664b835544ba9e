"""When a live picture was captured, whatever clocks and networks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from floorsight.video.capture_clock import SLEW, CaptureClock, Cause, Step
from tests.fakes.clock import NOON


class Machine:
    """A camera's pictures, a second apart, arriving at a machine whose clocks can be set."""

    def __init__(self) -> None:
        self.wall, self.monotonic, self.at = NOON, 500.0, Fraction(0)
        self.capture = CaptureClock(lambda: self.wall, lambda: self.monotonic)

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds

    def run(self, seconds: int, *, late: float = 0.0, rate: float = 1.0) -> list[Step | None]:
        """`rate`: how fast the camera's clock runs. `late`: of every picture."""
        steps = []
        for _ in range(seconds):
            self.pass_by(1.0)
            self.at += Fraction(rate)
            self.capture.note(self.at, self.monotonic + late)
            steps.append(self.capture.settle())
        return steps

    def off(self) -> float:
        """By how many seconds the capture time of the picture just sent is wrong."""
        return (self.capture.time_of(self.at) - self.wall).total_seconds()


def test_the_picture_with_the_least_delay_was_captured_when_it_arrived() -> None:
    machine = Machine()
    for delay in (1.4, 1.2, 0.3, 0.1, 0.2):  # the first came in a burst
        machine.at += 1
        machine.pass_by(1.0)
        machine.capture.note(machine.at, machine.monotonic + delay)
    assert machine.capture.settle() is None
    assert machine.off() == pytest.approx(0.1)


def test_there_is_no_time_before_it_has_settled() -> None:
    with pytest.raises(ValueError, match="settled"):
        CaptureClock().time_of(Fraction(0))


def test_the_system_clocks_do() -> None:
    capture = CaptureClock()
    before = datetime.now(UTC)
    capture.note(Fraction(0), capture._monotonic())
    capture.settle()
    assert before - timedelta(seconds=0.1) < capture.time_of(Fraction(0)) <= datetime.now(UTC)


@pytest.mark.parametrize("rate", [1.00005, 0.99995, 1.001, 0.999])
def test_a_clock_that_drifts_is_followed_in_silence(rate: float) -> None:
    machine = Machine()
    assert set(machine.run(3600, rate=rate)) == {None}
    # When it runs slow, that shows only once the last early picture is half a minute old.
    assert abs(machine.off()) < 0.05


@pytest.mark.parametrize("rate", [1.001, 0.999])
def test_times_rise_while_it_is_followed(rate: float) -> None:
    machine, last = Machine(), None
    for _ in range(300):
        machine.run(1, rate=rate)
        begun, ended = (machine.capture.time_of(machine.at + part) for part in (0, Fraction(95, 100)))
        assert last is None or begun - last >= timedelta(seconds=0.05 - 2 * SLEW)
        last = ended


@pytest.mark.parametrize("seconds", [-3600.0, -2.0, 2.0, 86_400.0])
def test_our_clock_that_is_set_moves_times_at_once(seconds: float) -> None:
    machine = Machine()
    machine.run(5)
    machine.wall += timedelta(seconds=seconds)
    (step,) = machine.run(1)
    assert step == Step(Cause.OUR_CLOCK, pytest.approx(seconds))
    assert machine.off() == pytest.approx(0.0, abs=1e-6)
    assert set(machine.run(5)) == {None}


def test_a_small_step_of_our_clock_is_told_and_followed_slowly() -> None:
    machine = Machine()
    machine.run(5)
    machine.wall += timedelta(seconds=0.7)
    assert machine.run(1) == [Step(Cause.OUR_CLOCK, pytest.approx(0.7))]
    assert machine.off() == pytest.approx(-0.7, abs=0.01)
    assert set(machine.run(400)) == {None}
    assert machine.off() == pytest.approx(0.0, abs=0.01)


def test_a_network_that_is_slow_for_a_while_changes_nothing() -> None:
    machine = Machine()
    machine.run(60)
    assert set(machine.run(20, late=5.0)) == {None}
    assert machine.off() == pytest.approx(0.0, abs=1e-6)


def test_what_comes_late_for_half_a_minute_was_captured_later() -> None:
    machine = Machine()
    machine.run(60)
    steps = [step for step in machine.run(60, late=5.0) if step is not None]
    assert steps == [Step(Cause.LATENESS, pytest.approx(5.0))]
    assert machine.off() == pytest.approx(5.0)
