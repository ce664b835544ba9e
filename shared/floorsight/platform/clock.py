"""Time as an argument: what asks for the time takes a `Clock`, so that tests own it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from floorsight.platform.errors import Malformed

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def to_sort_key(moment: datetime) -> str:
    """An aware time as fixed-width UTC text, microseconds included: text order is time order."""
    if moment.tzinfo is None:
        raise Malformed(f"the time {moment.isoformat()} has no offset", code="naive_time")
    # isoformat, as strftime's %Y has fewer than four digits for an early year on Linux.
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def from_sort_key(text: str) -> datetime:
    """The time that `to_sort_key` wrote. Raises ValueError for any other text."""
    # A third of strptime's time, which counts where a page of a thousand items is read.
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or to_sort_key(moment) != text:
        raise ValueError(f"{text!r} is no time as it stands in a key")
    return moment


def moment_text(moment: datetime | None) -> str | None:
    """`to_sort_key` of a time that may be absent."""
    return to_sort_key(moment) if moment is not None else None


def read_moment(text: str | None) -> datetime | None:
    """The time that `moment_text` wrote."""
    return from_sort_key(text) if text else None
