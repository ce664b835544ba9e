"""Every instant lies in one bucket of each level, whatever a zone's clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from floorsight.occupancy.series.buckets import bucket_at, buckets_between, start_of_date
from floorsight.occupancy.series.model import Bucket, Level

# Half-hour changes, changes at midnight and a minute after it, a date left out, +05:30 and +05:45.
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Asia/Beirut",
    "Pacific/Apia",
    "UTC",
)
LEVELS = tuple(Level)
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)
INSTANTS = st.integers(0, (_LAST - _FIRST) // timedelta.resolution).map(
    lambda microseconds: _FIRST + timedelta(microseconds=microseconds)
)


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


@settings(max_examples=1000, deadline=None)
@given(INSTANTS, st.sampled_from(ZONES), st.sampled_from(LEVELS))
@example(datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC), "Pacific/Apia", Level.DAY)
@example(datetime(2011, 12, 30, 10, 0, tzinfo=UTC), "Pacific/Apia", Level.MONTH)
@example(datetime(2006, 10, 29, 2, 45, tzinfo=UTC), "America/St_Johns", Level.DAY)
@example(datetime(2026, 4, 4, 15, 10, tzinfo=UTC), "Australia/Lord_Howe", Level.HOUR)
def test_buckets_cover_time_without_gap_or_overlap(moment: datetime, name: str, level: Level) -> None:
    zone = ZoneInfo(name)
    bucket = bucket_at(level, moment, zone)
    assert moment in bucket
    for inside in (bucket.start, bucket.start + bucket_length(bucket) / 3, bucket.end - timedelta.resolution):
        assert bucket_at(level, inside, zone) == bucket
    assert bucket_at(level, bucket.end, zone).start == bucket.end
    assert bucket_at(level, bucket.start - timedelta.resolution, zone).end == bucket.start


def bucket_length(bucket: Bucket) -> timedelta:
    return bucket.end - bucket.start


@settings(max_examples=1000, deadline=None)
@given(INSTANTS, st.sampled_from(ZONES))
def test_each_level_divides_the_one_above(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    inner: Bucket | None = None
    for level in LEVELS:
        outer = bucket_at(level, moment, zone)
        if inner is not None:
            assert outer.start <= inner.start
            assert inner.end <= outer.end
        inner = outer


@settings(max_examples=500, deadline=None)
@given(INSTANTS, st.sampled_from(("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu")))
def test_hours_begin_on_the_zones_own_hour_and_days_at_its_midnight(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    hour, day, month = (bucket_at(level, moment, zone) for level in LEVELS[1:])
    assert local(hour.start, zone).strftime("%M:%S.%f") == "00:00.000000"
    assert bucket_length(hour) == timedelta(hours=1)
    assert local(day.start, zone).strftime("%H:%M:%S.%f") == "00:00:00.000000"
    assert local(day.start, zone).date() == local(moment, zone).date()
    assert local(month.start, zone).strftime("%d %H:%M:%S.%f") == "01 00:00:00.000000"
    assert local(month.start, zone).month == local(moment, zone).month


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Europe/Berlin", date(2026, 7, 1), 24),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Asia/Kolkata", date(2026, 3, 29), 24),
        ("Asia/Kolkata", date(2026, 10, 25), 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_clock_shows(name: str, day: date, hours: int) -> None:
    zone = ZoneInfo(name)
    start, end = start_of_date(day, zone), start_of_date(day + timedelta(days=1), zone)
    assert end - start == timedelta(hours=hours)
    found = list(buckets_between(Level.HOUR, start, end, zone))
    assert len(found) == hours
    assert (found[0].start, found[-1].end) == (start, end)
    assert all(before.end == after.start for before, after in pairwise(found))


def test_an_hour_that_the_clock_repeats_is_two_buckets() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first, second = (
        bucket_at(Level.HOUR, datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=fold), zone) for fold in (0, 1)
    )
    assert first == Bucket(
        datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC), Level.HOUR
    )
    assert second.start == first.end


def test_hours_of_a_half_hour_zone_begin_at_half_past_in_utc() -> None:
    bucket = bucket_at(Level.HOUR, datetime(2026, 3, 2, 12, 0, tzinfo=UTC), ZoneInfo("Asia/Kolkata"))
    assert bucket.start == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


def test_a_half_hour_change_leaves_half_hours() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    start = start_of_date(date(2026, 4, 5), zone)
    hours = list(buckets_between(Level.HOUR, start, start_of_date(date(2026, 4, 6), zone), zone))
    assert sorted(bucket_length(hour) for hour in hours)[:2] == [timedelta(minutes=30), timedelta(hours=1)]
    assert sum((bucket_length(hour) for hour in hours), timedelta()) == timedelta(hours=24, minutes=30)


def test_only_buckets_with_an_instant_between_are_listed() -> None:
    zone = ZoneInfo("Europe/Berlin")
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert list(buckets_between(Level.HOUR, noon, noon, zone)) == []
    assert len(list(buckets_between(Level.HOUR, noon, noon + timedelta.resolution, zone))) == 1
    assert len(list(buckets_between(Level.HOUR, noon - timedelta.resolution, noon, zone))) == 1
