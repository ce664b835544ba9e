"""When something is wrong, as tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from floorsight.alerts.model import AlertKind, Concern, Severity
from floorsight.alerts.rules import (
    REPORT_SECONDS,
    capacity_thresholds,
    find_anomaly,
    find_crowding,
    find_drift,
    find_silence,
    robust_score,
)
from floorsight.occupancy.series.model import SubjectKind
from floorsight.sites.model import Camera, CameraRole, Limits
from floorsight.streams.model import PublisherReport
from tests.fakes.clock import NOON
from tests.unit.streams.test_publishers import reported

HALL = Concern(AlertKind.CAPACITY, "plant-1", SubjectKind.ZONE, "door-1.aaaaaa")


@pytest.mark.parametrize(
    ("limits", "thresholds"),
    [
        (Limits(50), (40, 50, 37)),
        (Limits(100), (80, 100, 75)),
        (Limits(10), (8, 10, 7)),
        (Limits(7), (6, 7, 5)),  # 5.6 people are 6, and 5 % of 7 are one
        (Limits(2), (2, 2, 1)),
        (Limits(1), (1, 1, 0)),
        (Limits(100, 1, 200), (1, 200, 0)),  # down to nobody it is over, whatever the band
        (Limits(30, 90, 120), (27, 36, 25)),
    ],
)
def test_thresholds(limits: Limits, thresholds: tuple[int, int, int]) -> None:
    assert capacity_thresholds(limits, limits.max_occupancy or 0) == thresholds


@pytest.mark.parametrize(
    ("inside", "severity", "over"),
    [
        (0, None, True),
        (37, None, True),
        (38, None, False),
        (39, None, False),
        (40, Severity.WARNING, False),
        (49, Severity.WARNING, False),
        (50, Severity.CRITICAL, False),
        (500, Severity.CRITICAL, False),
    ],
)
def test_crowding_of_fifty(inside: int, severity: Severity | None, over: bool) -> None:
    found = find_crowding(HALL, "Hall", Limits(50), inside)
    assert found is not None
    assert (found.severity, found.over) == (severity, over)
    assert found.text.startswith(f"{inside} inside, limit 50")
    assert found.numbers == {"inside": inside, "max_occupancy": 50, "warning_at": 40, "exceeded_at": 50}


def test_without_a_limit_nothing_is_said() -> None:
    assert find_crowding(HALL, "Hall", Limits(), 10_000) is None


def camera(**changes: Any) -> Camera:
    fields: dict[str, Any] = {
        "camera_id": "door-1",
        "site_id": "plant-1",
        "name": "Door 1",
        "role": CameraRole.BIDIRECTIONAL,
        "analyse_fps": 10,
        "created_at": NOON,
        "created_by": "olga",
    }
    return Camera(**fields | changes)


@pytest.mark.parametrize(
    ("seconds", "silent"),
    [(-5, False), (0, False), (120 + REPORT_SECONDS, False), (121 + REPORT_SECONDS, True), (10**6, True)],
)
def test_a_camera_is_missed_after_its_time_and_that_of_its_report(seconds: int, silent: bool) -> None:
    found = find_silence(camera(), NOON - timedelta(seconds=seconds), NOON)
    assert (found.severity, found.over) == (Severity.WARNING if silent else None, not silent)


def test_a_camera_that_was_never_seen_is_not_missed() -> None:
    found = find_silence(camera(), None, NOON)
    assert (found.severity, found.over) == (None, True)


@pytest.mark.parametrize(
    ("raw", "severity", "over"),
    [(5, None, True), (0, None, True), (-1, None, False), (-3, None, False), (-4, Severity.NOTICE, False)],
)
def test_drift(raw: int, severity: Severity | None, over: bool) -> None:
    found = find_drift(HALL, "Hall", raw, tolerance=3)
    assert (found.severity, found.over) == (severity, over)


def test_the_score_is_that_of_iglewicz_and_hoaglin() -> None:
    """Median 10, MAD 20: by hand 0.6745 * (90 - 10) / 20."""
    assert robust_score(90, [0, 10, 60, -20, 30]) == pytest.approx(0.6745 * 80 / 20)


def test_a_few_weeks_that_are_alike_make_nothing_suspicious() -> None:
    """Without a floor the MAD of equal numbers is 0, and the score of any other infinite."""
    assert robust_score(103, [100, 100, 100]) == pytest.approx(0.3)
    assert robust_score(140, [100, 100, 100]) == pytest.approx(4.0)
    assert robust_score(3, [0, 0]) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("observed", "usual", "strange"),
    [
        (90.0, [100.0, 104.0, 96.0], False),
        (20.0, [100.0, 104.0, 96.0], True),
        (180.0, [100.0, 104.0, 96.0], True),
        (0.0, [1.0, 0.0], False),
        (4.0, [0.0, 0.0], True),
    ],
)
def test_anomalies_in_both_directions(observed: float, usual: list[float], strange: bool) -> None:
    found = find_anomaly(HALL, "Hall", observed, usual)
    assert found is not None
    assert (found.severity, found.over) == (Severity.NOTICE if strange else None, not strange)


@pytest.mark.parametrize("usual", [[], [100.0]])
def test_anomalies_are_off_with_less_than_two_weeks(usual: list[float]) -> None:
    assert find_anomaly(HALL, "Hall", 10_000, usual) is None


class TestWhereToLook:
    """A silent camera's alert says where its frames have stopped, as far as its publisher knows."""

    def say(self, *, age_seconds: float = 30.0, **changes: Any) -> str:
        report = PublisherReport(reported(1, **changes), NOON - timedelta(seconds=age_seconds))
        return find_silence(camera(), NOON - timedelta(hours=1), NOON, report).text

    def test_a_camera_that_delivers_nothing(self) -> None:
        said = self.say(connected=False, camera_error="connection refused")
        assert said.endswith("its publisher gets nothing from the camera: connection refused")
        assert "nothing seen for 3600 s" in said

    def test_a_publisher_that_is_silent(self) -> None:
        assert self.say(age_seconds=151, connected=False).endswith("is silent for 151 s")

    def test_a_publisher_that_was_stopped(self) -> None:
        assert self.say(age_seconds=151, stopping=True).endswith("its publisher was stopped 151 s ago")

    def test_a_link_that_is_down(self) -> None:
        said = self.say(link_up=False, link_error="no answer", queue_chunks=7)
        assert said.endswith("its publisher can't send (no answer); 7 chunks wait there")

    def test_a_publisher_that_catches_up(self) -> None:
        assert self.say(queue_seconds=900.0).endswith("sending what it has kept: 900 s behind")

    def test_a_clock_that_is_behind(self) -> None:
        assert self.say(clock_ahead_seconds=-3600.0).endswith("its publisher's clock is 3600 s behind")

    def test_chunks_that_could_never_be_sent(self) -> None:
        said = self.say(chunks_damaged=30)
        assert "its publisher has put 30 chunks aside that could never be sent" in said
        assert "look at the worker" in said, "they may be of long ago"
        assert "can't send" in self.say(chunks_damaged=30, link_up=False), "what is wrong now goes first"

    def test_all_is_well_there(self) -> None:
        assert self.say().endswith("its publisher delivers: look at the worker")

    def test_a_camera_that_is_seen_needs_no_word_of_it(self) -> None:
        report = PublisherReport(reported(1, connected=False), NOON)
        assert "publisher" not in find_silence(camera(), NOON, NOON, report).text
