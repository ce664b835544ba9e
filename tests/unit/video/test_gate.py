"""The motion gate: nobody is lost, and what stands still is left out."""

from __future__ import annotations

import pytest

from floorsight.platform.errors import Malformed
from floorsight.video.chunking import Stamped, numbered
from floorsight.video.gate import GateSettings, MotionGate
from floorsight.video.motion import MotionSettings
from floorsight.vision.decoding import decode_frames
from tests.fakes.clock import NOON
from tests.fakes.rooms import FPS, Room, film

LINGER, STILL = 3.0, 10.0
SETTINGS = GateSettings(linger_seconds=LINGER, still_seconds=STILL)


def seconds_of(stamped: list[Stamped]) -> list[int]:
    """Which seconds went on whole."""
    return [second for second, frames in sent(stamped) if frames > 1]


def sent(stamped: list[Stamped]) -> list[tuple[int, int]]:
    """When (seconds since noon) and how many frames."""
    return [(round((each.captured_at - NOON).total_seconds()), len(each.cut.times)) for each in stamped]


def empty(room: Room, seconds: int) -> list:  # type: ignore[type-arg]
    return [room.picture() for _ in range(seconds * FPS)]


def walk(room: Room, seconds: int, first: int = 0) -> list:  # type: ignore[type-arg]
    return [room.picture(person_at=first + number * 6) for number in range(seconds * FPS)]


def test_somebody_walks_through_an_empty_room() -> None:
    room = Room(noise=3.0)
    stamped = film(empty(room, 14) + walk(room, 5) + empty(room, 16))
    gate = MotionGate(SETTINGS)
    passed = list(gate.pass_on(stamped))
    whole = seconds_of(passed)
    # It opens at the first picture of a session, as it knows nothing yet, and for the walk.
    assert set(range(13, 19)) <= set(whole)  # from a second before the walk …
    assert set(whole) <= {0, 1, 2, 3, *range(13, 24)}  # … till some seconds after it
    assert gate.skipped == len(stamped) - len(whole) - 1  # the last is held when the video ends


def test_while_nothing_moves_one_frame_in_some_seconds_goes_on() -> None:
    passed = list(MotionGate(SETTINGS).pass_on(film(empty(Room(noise=3.0), 45))))
    single = [second for second, frames in sent(passed) if frames == 1]
    whole = seconds_of(passed)
    assert len(single) >= 3
    gaps = [later - earlier for earlier, later in zip([whole[-1], *single], single, strict=False)]
    assert all(STILL <= gap <= STILL + 2 for gap in gaps)


def test_what_goes_on_is_numbered_without_a_gap_and_can_be_decoded() -> None:
    room = Room(noise=3.0)
    stamped = film(empty(room, 16) + walk(room, 2) + empty(room, 20))
    chunks = list(numbered(MotionGate(SETTINGS).pass_on(stamped), "plant-1", "door-1"))
    assert [chunk.header.sequence for chunk in chunks] == list(range(len(chunks)))
    assert len(chunks) < len(stamped)
    ended = None
    for chunk in chunks:
        chunk.verify()
        frames = list(decode_frames(chunk))
        assert ended is None or frames[0].captured_at > ended
        ended = frames[-1].captured_at


@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0, 15.0])
def test_noise_is_no_motion(noise: float) -> None:
    gate = MotionGate(SETTINGS)
    passed = list(gate.pass_on(film(empty(Room(noise=noise), 12))))
    assert seconds_of(passed) == [0, 1, 2, 3]


@pytest.mark.parametrize("noise", [0.0, 8.0, 15.0])
def test_somebody_small_is_seen_in_noise(noise: float) -> None:
    room = Room(noise=noise)
    passed = list(MotionGate(SETTINGS).pass_on(film(empty(room, 10) + walk(room, 2))))
    assert {9, 10, 11} <= set(seconds_of(passed))


def test_somebody_who_is_there_for_less_than_a_second_is_seen() -> None:
    room = Room(noise=3.0)
    glimpse = [room.picture(person_at=150 if 1 <= number <= 3 else None) for number in range(FPS)]
    passed = list(MotionGate(SETTINGS).pass_on(film(empty(room, 10) + glimpse + empty(room, 3))))
    assert {9, 10} <= set(seconds_of(passed))


def test_light_that_changes_everywhere_is_no_motion() -> None:
    room = Room(noise=2.0)
    clouds = [room.picture(light=-0.4 * number) for number in range(12 * FPS)]
    passed = list(MotionGate(SETTINGS).pass_on(film(clouds)))
    assert seconds_of(passed) == [0, 1, 2, 3]


def test_what_stays_becomes_part_of_the_room() -> None:
    room = Room(noise=2.0)
    parked = [room.picture(person_at=150) for _ in range(130 * FPS)]
    passed = list(MotionGate(SETTINGS).pass_on(film(empty(room, 8) + parked)))
    assert {8, 9, 10} <= set(seconds_of(passed))
    assert 60 < max(seconds_of(passed)) < 125  # long enough for somebody who waits


def test_a_new_session_is_shown_at_once() -> None:
    room = Room(noise=2.0)
    later = film(empty(room, 4), session="20260302T120000.000000Z-0001", begins=100)
    passed = list(MotionGate(SETTINGS).pass_on([*film(empty(room, 8)), *later]))
    of_later = [each for each in passed if each.stream_session.startswith("20260302T12")]
    assert sent(of_later)[0] == (100, 1)


def test_our_clock_set_back_while_somebody_walks_leaves_the_gate_to_close() -> None:
    room = Room(noise=2.0)
    later = film(empty(room, 25), session="20260302T120000.000000Z-0001", begins=-3600)
    gate = MotionGate(SETTINGS)
    passed = list(gate.pass_on([*film(empty(room, 6) + walk(room, 3)), *later]))
    of_later = [each for each in passed if each.stream_session.startswith("20260302T12")]
    assert seconds_of(of_later) == []
    assert [second + 3600 for second, _ in sent(of_later)] == pytest.approx([0, 11, 22], abs=2)


def test_what_cannot_be_decoded_goes_on() -> None:
    room = Room()
    stamped = film(empty(room, 8))
    damaged = stamped[-1]
    group = damaged.cut.groups[0]
    object.__setattr__(group, "data", b"\x00\x00\x01\x65" + bytes(50))
    passed = list(MotionGate(SETTINGS).pass_on(stamped))
    assert passed[-1] is damaged


@pytest.mark.parametrize(
    "wrong",
    [{"share": 0.0}, {"share": 1.0}, {"linger_seconds": -1.0}, {"still_seconds": 0.0}],
)
def test_settings_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(Malformed):
        GateSettings(**wrong)  # type: ignore[arg-type]
    with pytest.raises(Malformed):
        MotionSettings(level=0.0)
