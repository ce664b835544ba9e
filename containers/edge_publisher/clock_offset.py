"""How far this machine's clock is from that of the service it talks to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

# The header `Date` names a second; its middle is at most half a second off.
_HALF_A_SECOND = 0.5
TOLERATED_SECONDS = 2.0


class ClockOffset:
    """Measured at every answer of AWS, from its `Date` header (RFC 9110, 6.6.1), refusals included.

    `seconds` is positive while this machine's clock is ahead, None before the first answer. It is known to
    about half a second, and to how long the answer was on its way.
    """

    def __init__(self) -> None:
        self.seconds: float | None = None

    def note(self, answer: Mapping[str, Any], received_at: datetime) -> None:
        """Take note of an answer, as boto3 gives it, and of this machine's time when it came."""
        headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        try:
            said_at = parsedate_to_datetime(headers["date"])
        except (KeyError, ValueError):
            return
        if said_at.tzinfo is not None:
            self.seconds = (received_at - said_at).total_seconds() - _HALF_A_SECOND

    @property
    def is_wrong(self) -> bool:
        """Whether it is further off than clocks are that are set over a network."""
        return self.seconds is not None and abs(self.seconds) > TOLERATED_SECONDS

    def correct(self, moment: datetime) -> datetime:
        """What the service's clock showed when ours showed `moment`, as far as that is known."""
        return moment - timedelta(seconds=self.seconds or 0.0)
