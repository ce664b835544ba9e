"""Which store keeps the series: a setting."""

from __future__ import annotations

from floorsight.occupancy.series.fence import FenceStore
from floorsight.occupancy.series.store import SeriesStore, TableSeries
from floorsight.occupancy.series.timestream import TimestreamSeries
from floorsight.platform.aws import client
from floorsight.platform.errors import Malformed
from floorsight.platform.settings import SeriesSettings
from floorsight.platform.table import Table


def choose_series_store(settings: SeriesSettings, presence: Table) -> SeriesStore:
    """The store that the settings name; fences are in the presence table either way.

    Raises Malformed (`bad_settings`) when Timestream is chosen and its database or table is not named.
    """
    if settings.series_store == "dynamodb":
        return TableSeries(presence)
    if not (settings.timestream_database and settings.timestream_table):
        raise Malformed(
            "series_store is timestream: name timestream_database and timestream_table", code="bad_settings"
        )
    return TimestreamSeries(
        settings.timestream_database,
        settings.timestream_table,
        client("timestream-write"),
        client("timestream-query"),
        FenceStore(presence),
    )
