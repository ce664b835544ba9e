"""A site's own minutes, hours, days and months as stretches between two instants.

Every instant lies in exactly one bucket of a level, and buckets of a lower level never straddle those of a
higher one, whatever the zone's clock does: an hour that the clock repeats is two buckets, a day may have 23
or 25 hours, a change in the middle of an hour cuts it in two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from floorsight.occupancy.series.model import MICROSECOND, Bucket, Level

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


def bucket_at(level: Level, moment: datetime, zone: ZoneInfo) -> Bucket:
    """The bucket that an aware time lies in."""
    moment = moment.astimezone(UTC)
    match level:
        case Level.MINUTE:  # no zone has had an offset of odd seconds since 1972
            start = moment.replace(second=0, microsecond=0)
            return Bucket(start, start + timedelta(minutes=1), level)
        case Level.HOUR:
            return _hour_at(moment, zone)
        case Level.DAY:
            return _dates_at(level, moment, zone, moment.astimezone(zone).date())
        case Level.MONTH:
            return _dates_at(level, moment, zone, moment.astimezone(zone).date().replace(day=1))


def buckets_between(level: Level, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Bucket]:
    """The buckets that have an instant in `start` <= t < `end`, ascending."""
    moment = start
    while moment < end:
        bucket = bucket_at(level, moment, zone)
        yield bucket
        moment = bucket.end


def start_of_date(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a date begins by the zone's clock, in UTC.

    Where the clock skips midnight it begins with the skip; where midnight comes twice, with the first.
    """
    wanted = datetime.combine(day, _MIDNIGHT)
    instant = wanted.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wanted:
        return instant
    return _find_change(instant - _DAY, instant + _DAY, zone)


def _hour_at(moment: datetime, zone: ZoneInfo) -> Bucket:
    offset = _offset(moment, zone)
    local = (moment + offset).replace(minute=0, second=0, microsecond=0)
    start, end = local - offset, local - offset + _HOUR
    if _offset(start, zone) != offset:
        start = _find_change(start, moment, zone)
    if _offset(end - MICROSECOND, zone) != offset:
        end = _find_change(moment, end - MICROSECOND, zone)
    return Bucket(start, end, Level.HOUR)


def _dates_at(level: Level, moment: datetime, zone: ZoneInfo, first: date) -> Bucket:
    """The day or month that begins on `first`; the one after it if the clock went back over its end."""
    following = _following(level, first)
    end = start_of_date(following, zone)
    if moment >= end:
        return _dates_at(level, moment, zone, following)
    return Bucket(start_of_date(first, zone), end, level)


def _following(level: Level, first: date) -> date:
    if level is Level.DAY:
        return first + _DAY
    return (first + 31 * _DAY).replace(day=1)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101 - a ZoneInfo always knows
    return offset


def _find_change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first instant with the offset of `high`: the clock changes once between them."""
    before = _offset(low, zone)
    while high - low > MICROSECOND:
        middle = low + (high - low) / 2
        if _offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high
