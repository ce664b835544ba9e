"""Hours out of the ordinary, compared with the same hour of the week by the site's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from floorsight.alerts.anomalies import AnomalyChecks, same_hours
from floorsight.occupancy.series.buckets import bucket_at
from floorsight.occupancy.series.model import Figures, Level, Rollup, Subject, SubjectKind
from floorsight.occupancy.series.store import TableSeries
from floorsight.platform.errors import Malformed
from tests.fakes.scene import SITE
from tests.fakes.watch import Watch

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = timedelta(weeks=1)


class Averages(TableSeries):
    """Hour rows of the site with these averages, by hour."""

    def __init__(self, averages: Mapping[datetime, int]) -> None:
        self._rows = [self._row(hour, average) for hour, average in sorted(averages.items())]

    def _row(self, hour: datetime, average: int) -> Rollup:
        bucket = bucket_at(Level.HOUR, hour, BERLIN)
        figures = Figures(0, 0, average, average, average, average, hour, 0, average * bucket.microseconds)
        return Rollup(Subject(SubjectKind.SITE, SITE), bucket, figures)

    def find_last(self, subject: Subject, level: Level, *, before: datetime) -> Rollup | None:
        found = [row for row in self._rows if row.subject == subject and row.start < before]
        return found[-1] if found else None


def look(watch: Watch, averages: Mapping[datetime, int]) -> Mapping[str, int]:
    """The result for the hour before now."""
    checks = AnomalyChecks(watch.alerts, watch.sites, Averages(averages))
    return checks.detect_anomalies(SITE, watch.clock() - timedelta(hours=1))


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_an_hour_far_from_the_usual_is_told_once_and_ends_with_an_ordinary_one(watch: Watch) -> None:
    now = watch.clock()
    hour = now - timedelta(hours=1)
    usual = {hour - week * WEEK: 20 + week for week in range(1, 9)}
    assert look(watch, {**usual, hour: 60}) == {"raised": 1, "sent": 1}
    assert look(watch, {**usual, hour: 60}) == {}
    assert look(watch, {**usual, hour: 25}) == {"resolved": 1, "sent": 1}
    assert watch.topic.steps == [("anomaly", "raised", "notice"), ("anomaly", "resolved", "notice")]
    assert watch.alert.steps[0].numbers["weeks"] == 8


def test_it_is_off_until_there_are_two_weeks(watch: Watch) -> None:
    hour = watch.clock() - timedelta(hours=1)
    assert look(watch, {hour - WEEK: 20, hour: 90}) == {}
    assert look(watch, {hour - 2 * WEEK: 20, hour - WEEK: 20, hour: 90}) == {"raised": 1, "sent": 1}


def test_an_hour_without_a_row_has_the_number_that_stood(watch: Watch) -> None:
    hour = watch.clock() - timedelta(hours=1)
    assert look(watch, {hour - 3 * WEEK: 20}) == {}
    assert look(watch, {hour - 3 * WEEK: 20, hour - timedelta(hours=5): 90}) == {"raised": 1, "sent": 1}


def test_an_hour_that_is_not_over_is_refused(watch: Watch) -> None:
    checks = AnomalyChecks(watch.alerts, watch.sites, Averages({}))
    with pytest.raises(Malformed, match="the hour ends at"):
        checks.detect_anomalies(SITE, watch.clock() + timedelta(minutes=1))


def test_the_same_hour_is_that_of_the_sites_clock() -> None:
    """Summer time began on 29 March 2026: 9 o'clock stays 9 o'clock, and 02:30 of that day never was."""
    monday = bucket_at(Level.HOUR, datetime(2026, 3, 30, 9, 30, tzinfo=BERLIN), BERLIN)
    earlier = [bucket.start for bucket in same_hours(monday, BERLIN, 2)]
    assert monday.start == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert earlier == [datetime(2026, 3, 23, 8, tzinfo=UTC), datetime(2026, 3, 16, 8, tzinfo=UTC)]
    sunday = bucket_at(Level.HOUR, datetime(2026, 4, 5, 2, 30, tzinfo=BERLIN), BERLIN)
    assert [bucket.start.astimezone(BERLIN).day for bucket in same_hours(sunday, BERLIN, 3)] == [22, 15]
