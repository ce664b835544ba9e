"""Stream sessions of a live camera: when one begins, and that their ids rise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from floorsight.video.capture_clock import CaptureClock, Step
from floorsight.video.chunking import Cut, Stamped
from floorsight.video.coding import Coding
from floorsight.video.groups import Group
from floorsight.video.sessions import LiveSessions
from floorsight.vision.chunk import Codec, new_stream_session
from tests.fakes.clock import NOON, ManualClock

CODING = Coding(Codec.H264, 64, 48)


def cut_at(second: int, coding: Coding = CODING) -> Cut:
    times = tuple(Fraction(second) + Fraction(part, 10) for part in range(10))
    return Cut(coding, (Group(b"key and rest", times, 3),))


class Camera:
    """A second of it after the other, at once; this machine's clock can be set."""

    def __init__(self, after: str | None = None) -> None:
        self.steps: list[Step] = []
        self.clock, self.monotonic, self.second = ManualClock(), 100.0, 0
        self.sessions = LiveSessions(self.clock, after=after, on_step=self.steps.append)
        self.connect()

    def connect(self) -> None:
        self.capture = CaptureClock(self.clock, lambda: self.monotonic)
        self.sessions.begin()

    def show(self, coding: Coding = CODING) -> Stamped:
        cut = cut_at(self.second, coding)
        self.second += 1
        self.monotonic += 1.0
        self.clock.advance(1.0)
        for time in cut.times:
            self.capture.note(time, self.monotonic - 1.0 + float(time - cut.times[0]))
        (stamped,) = self.sessions.stamp([cut], self.capture)
        return stamped


def test_a_connection_is_a_session() -> None:
    camera = Camera()
    first = [camera.show() for _ in range(3)]
    camera.connect()
    second = [camera.show() for _ in range(2)]
    assert len({each.stream_session for each in first}) == 1
    assert len({each.stream_session for each in first + second}) == 2
    assert first[0].stream_session < second[0].stream_session
    assert [each.captured_at for each in first] == [NOON + timedelta(seconds=second) for second in range(3)]


def test_another_size_is_another_session() -> None:
    camera = Camera()
    wide = replace(CODING, width=128)
    sessions = [camera.show(coding).stream_session for coding in (CODING, CODING, wide, wide, CODING)]
    assert sessions == sorted(sessions)
    assert [sessions.count(session) for session in dict.fromkeys(sessions)] == [2, 2, 1]


def test_our_clock_set_back_begins_a_session_with_a_higher_id() -> None:
    camera = Camera()
    before = [camera.show(), camera.show()]
    camera.clock.advance(-3600.0)
    after = [camera.show(), camera.show()]
    assert after[0].captured_at == NOON + timedelta(seconds=2 - 3600)
    assert len({each.stream_session for each in after}) == 1
    assert before[-1].stream_session < after[0].stream_session
    assert len(camera.steps) == 1


def test_our_clock_set_forward_goes_on_in_the_session() -> None:
    camera = Camera()
    before = camera.show()
    camera.clock.advance(600.0)
    after = camera.show()
    assert after.captured_at == NOON + timedelta(seconds=601)
    assert after.stream_session == before.stream_session


def test_ids_rise_over_restarts_too() -> None:
    # The publisher was restarted, and meanwhile the clock was set back by a day.
    earlier = new_stream_session(NOON + timedelta(days=1), 0xFFFF)
    camera = Camera(after=earlier)
    first = camera.show()
    camera.connect()
    assert earlier < first.stream_session < camera.show().stream_session
