"""Times as sort keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Malformed

# A day from the ends of the calendar, so that no offset leads outside.
MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - the time zone is drawn
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours))),
)


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(first: datetime, second: datetime) -> None:
    assert (to_sort_key(first) < to_sort_key(second)) == (first < second)
    assert from_sort_key(to_sort_key(first)) == first


def test_keys_are_utc_with_microseconds() -> None:
    moment = datetime(2026, 3, 2, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert to_sort_key(moment) == "2026-03-01T23:00:00.000000Z"
    assert from_sort_key("2026-03-01T23:00:00.000000Z").tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T23:00:00Z",
        "2026-03-01T23:00:00.000000+00:00",
        "2026-03-02T00:00:00.000000+01:00",
        "2026-W09-7T23:00:00.000000Z",
        "2026-03-01 23:00:00.000000Z",
        "2026-03-01T23:00:00.000000",
        "yesterday",
        "",
    ],
)
def test_only_what_was_written_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time|Invalid isoformat"):
        from_sort_key(text)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(Malformed) as caught:
        to_sort_key(datetime(2026, 3, 2))  # noqa: DTZ001
    assert caught.value.code == "naive_time"
