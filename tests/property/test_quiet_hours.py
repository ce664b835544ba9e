"""Every local date has one quiet instant, whatever the clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from floorsight.occupancy.reconcile.rules import due_date
from floorsight.platform.local_time import instant_at

ZONES = tuple(map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Kolkata")))
# Half an hour of daylight saving, a day that never was, and an offset of quarters.
ODD_ZONES = tuple(map(ZoneInfo, ("Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")))
MINUTE = timedelta(minutes=1)

zones = st.sampled_from(ZONES + ODD_ZONES)
hours = st.builds(time, st.integers(0, 23), st.integers(0, 59))
# Both changes of clocks of Berlin and New York in 2026, and the days around them.
changes = st.sampled_from([date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)])
dates = st.one_of(
    st.builds(lambda day, offset: day + timedelta(days=offset), changes, st.integers(-1, 1)),
    st.dates(date(2000, 1, 1), date(2037, 12, 31)),
)
instants = st.one_of(
    st.builds(
        lambda day, minutes: datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes * MINUTE,
        changes,
        st.integers(-1440, 2880),
    ),
    st.builds(
        lambda minutes: datetime(2000, 1, 2, tzinfo=UTC) + minutes * MINUTE, st.integers(0, 20_000_000)
    ),
)


def first_minute_at_or_after(local_date: date, quiet_hour: time, zone: ZoneInfo) -> datetime:
    """The same by walking through time: the first minute whose wall clock is not before the one wanted."""
    wanted = datetime.combine(local_date, quiet_hour)
    instant = wanted.replace(tzinfo=UTC) - timedelta(hours=40)
    # In strides until just before, as a wall clock is at most a day (Apia) from where it will be.
    while (instant + timedelta(hours=26)).astimezone(zone).replace(tzinfo=None) < wanted:
        instant += timedelta(hours=1)
    while instant.astimezone(zone).replace(tzinfo=None) < wanted:
        instant += MINUTE
    return instant


@settings(max_examples=600, deadline=None)
@given(dates, hours, zones)
@example(date(2026, 3, 29), time(2, 30), ZONES[0])
@example(date(2026, 3, 29), time(2, 0), ZONES[0])
@example(date(2026, 10, 25), time(2, 30), ZONES[0])
@example(date(2026, 3, 8), time(2, 15), ZONES[1])
@example(date(2026, 11, 1), time(1, 30), ZONES[1])
@example(date(2011, 12, 30), time(3, 0), ZoneInfo("Pacific/Apia"))
def test_the_instant_at_is_the_first_at_or_after_the_local_time(
    local_date: date, quiet_hour: time, zone: ZoneInfo
) -> None:
    assert instant_at(local_date, quiet_hour, zone) == first_minute_at_or_after(local_date, quiet_hour, zone)


@pytest.mark.parametrize(
    ("zone", "local_date", "quiet_hour", "instant"),
    [
        ("Europe/Berlin", (2026, 3, 29), time(2, 30), (2026, 3, 29, 1, 0)),  # never: the gap's end
        ("Europe/Berlin", (2026, 3, 29), time(3, 0), (2026, 3, 29, 1, 0)),
        ("Europe/Berlin", (2026, 3, 29), time(1, 59), (2026, 3, 29, 0, 59)),
        ("Europe/Berlin", (2026, 10, 25), time(2, 30), (2026, 10, 25, 0, 30)),  # twice: the first
        ("Europe/Berlin", (2026, 10, 25), time(3, 0), (2026, 10, 25, 2, 0)),
        ("America/New_York", (2026, 3, 8), time(2, 30), (2026, 3, 8, 7, 0)),
        ("America/New_York", (2026, 11, 1), time(1, 30), (2026, 11, 1, 5, 30)),
        ("Asia/Kolkata", (2026, 3, 29), time(3, 0), (2026, 3, 28, 21, 30)),
    ],
)
def test_known_instant_ats(
    zone: str, local_date: tuple[int, int, int], quiet_hour: time, instant: tuple[int, ...]
) -> None:
    found = instant_at(date(*local_date), quiet_hour, ZoneInfo(zone))
    assert found == datetime(*instant, tzinfo=UTC)  # type: ignore[misc,arg-type]


@settings(max_examples=500, deadline=None)
@given(dates, hours, zones.filter(lambda zone: zone.key != "Pacific/Apia"))  # which left out a whole day
def test_instant_ats_rise_with_their_dates(local_date: date, quiet_hour: time, zone: ZoneInfo) -> None:
    tomorrow = local_date + timedelta(days=1)
    assert instant_at(local_date, quiet_hour, zone) < instant_at(tomorrow, quiet_hour, zone)


@settings(max_examples=500, deadline=None)
@given(instants, hours, zones)
def test_the_date_due_is_the_latest_whose_instant_at_is_past(
    now: datetime, quiet_hour: time, zone: ZoneInfo
) -> None:
    due = due_date(quiet_hour, zone, None, now)
    assert due is not None
    assert instant_at(due, quiet_hour, zone) <= now
    assert instant_at(due + timedelta(days=1), quiet_hour, zone) > now
    assert due_date(quiet_hour, zone, due, now) is None
    assert due_date(quiet_hour, zone, due - timedelta(days=3), now) == due


def ticks(start: datetime, dice: list[int]) -> Iterator[datetime]:
    """Ticks a quarter of an hour apart, some of them missed, late, or delivered twice."""
    for number, how in enumerate(dice):
        moment = start + number * timedelta(minutes=15)
        if how == 0:
            continue
        yield moment + timedelta(minutes=how)
        if how == 1:
            yield moment + timedelta(minutes=how)


@settings(max_examples=500, deadline=None)
@given(instants, st.lists(st.integers(0, 9), min_size=1, max_size=400), hours, zones)
def test_ticks_act_at_most_once_a_date_and_miss_none_that_they_saw(
    start: datetime, dice: list[int], quiet_hour: time, zone: ZoneInfo
) -> None:
    last_done = due_date(quiet_hour, zone, None, start)
    assert last_done is not None
    acted = [last_done]
    for now in ticks(start, dice):
        due = due_date(quiet_hour, zone, acted[-1], now)
        if due is not None:
            acted.append(due)
    assert acted == sorted(set(acted))
    moments = list(ticks(start, dice))
    if moments:
        latest = due_date(quiet_hour, zone, None, max(moments))
        assert acted[-1] == latest
