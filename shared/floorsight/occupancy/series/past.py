"""Counters whose ledger is older than their series: their past is marked, so that it is rolled up too.

That is so for what was counted before there were series, and where rows were deleted to have them made anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from floorsight.occupancy.model import Mark
from floorsight.occupancy.rules import quarter_of
from floorsight.occupancy.series.buckets import bucket_at
from floorsight.occupancy.series.model import MICROSECOND, Level
from floorsight.occupancy.store import OccupancyStore

TOKEN = "past"  # noqa: S105 - a mark's token, which stands for no crossing in particular


def mark_past(ledger: OccupancyStore, site_id: str, counter_id: str, until: datetime, zone: ZoneInfo) -> int:
    """Mark each hour before `until` in which a counter has crossings or baselines; returns their number.

    The earliest comes last: after a crash in between, it is seen again that marks don't go back far enough.
    """
    moments = list(_active_hours(ledger, counter_id, until, zone))
    for moment in reversed(moments):
        ledger.add_mark(Mark(site_id, counter_id, quarter_of(moment), TOKEN))
    return len(moments)


def _active_hours(
    ledger: OccupancyStore, counter_id: str, until: datetime, zone: ZoneInfo
) -> Iterator[datetime]:
    """The first moment of each hour in which something happened before `until`."""
    moment = _find_first(ledger, counter_id, None, until)
    while moment is not None:
        yield moment
        hour = bucket_at(Level.HOUR, moment, zone)
        moment = _find_first(ledger, counter_id, hour.end, until)


def _find_first(
    ledger: OccupancyStore, counter_id: str, start: datetime | None, end: datetime
) -> datetime | None:
    """When the first crossing or baseline in `start` <= t < `end` was."""
    after = start - MICROSECOND if start else None
    until = end - MICROSECOND
    crossings = ledger.list_crossings(counter_id, after=after, until=until, limit=1).items
    baselines = ledger.list_baselines(counter_id, after=after, until=until, limit=1).items
    moments = [each.occurred_at for each in crossings] + [each.at for each in baselines]
    return min(moments, default=None)
