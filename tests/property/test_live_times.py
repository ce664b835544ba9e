"""Whatever cameras, networks and clocks do: capture times rise within a session, and sessions' ids rise."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from floorsight.video.capture_clock import STEP_SECONDS, CaptureClock
from floorsight.video.chunking import Cut, Stamped
from floorsight.video.coding import Coding
from floorsight.video.groups import Group
from floorsight.video.sessions import LiveSessions
from floorsight.video.steady import TOLERATED_SECONDS, SteadyTimes
from floorsight.vision.chunk import Codec
from tests.fakes.clock import NOON

FPS = 10
CODING = Coding(Codec.H264, 64, 48)
SECONDS = st.floats(-5000.0, 5000.0)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("second"), st.floats(0.0, 3.0)),  # late by so much
        st.tuples(st.just("second"), st.just(0.0)),
        st.tuples(st.just("wall clock set"), SECONDS),
        st.tuples(st.just("camera clock set"), SECONDS),
        st.tuples(st.just("camera pauses"), st.floats(0.0, 9.0)),
        st.tuples(st.just("connection"), st.floats(0.0, 60.0)),
    ),
    max_size=60,
)


class World:
    """A camera and a publisher in it."""

    def __init__(self) -> None:
        self.wall, self.monotonic, self.stamp = NOON, 1000.0, Fraction(5_000)
        self.sessions = LiveSessions(lambda: self.wall, on_step=lambda _: None)
        self.stamped: list[tuple[Stamped, datetime]] = []
        self.connect()

    def connect(self) -> None:
        self.sessions.begin()
        self.times = SteadyTimes(lambda _: None)
        self.capture = CaptureClock(lambda: self.wall, lambda: self.monotonic)

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds

    def second(self, late: float) -> None:
        """A second of pictures, all of them late; then they are cut and stamped."""
        times = []
        for _ in range(FPS):
            self.pass_by(1 / FPS)
            self.stamp += Fraction(1, FPS)
            at = self.times.seconds_of(self.stamp, self.monotonic + late)
            self.capture.note(at, self.monotonic + late)
            times.append(at)
        self.pass_by(late)
        cut = Cut(CODING, (Group(b"k", tuple(times), 1),))
        (stamped,) = self.sessions.stamp([cut], self.capture)
        self.stamped.append((stamped, self.wall))

    def do(self, what: str, amount: float) -> None:
        if what == "second":
            self.second(amount)
        elif what == "wall clock set":
            self.wall += timedelta(seconds=amount)
        elif what == "camera clock set":
            self.stamp += Fraction(amount)
        elif what == "camera pauses":
            self.pass_by(amount)
            self.stamp += Fraction(amount)
        else:
            self.pass_by(amount)
            self.connect()


@given(EVENTS)
def test_capture_times_and_sessions_rise(events: list[tuple[str, float]]) -> None:
    world = World()
    for what, amount in events:
        world.do(what, amount)
    ended: dict[str, datetime] = {}
    for stamped, at in world.stamped:
        session = stamped.stream_session
        if session in ended:
            assert stamped.captured_at > ended[session]
            assert session == max(ended), "a session that is over does not come back"
        else:
            assert not ended or session > max(ended)
        ended[session] = stamped.ended_at
        # Nothing is captured in the future, but for what is tolerated of either clock.
        ahead = (stamped.ended_at - at).total_seconds()
        assert ahead < STEP_SECONDS + TOLERATED_SECONDS
