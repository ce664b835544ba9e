"""A shift with its past, and how large plans may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from floorsight.attendance.model import Shift

# A shift's versions lie in one item; this many take about a quarter of what an item may hold.
MAX_VERSIONS = 100
MAX_BREAKS = 10
# Those of an employee that have not ended; they are read for each of their days.
MAX_ASSIGNMENTS = 50
MAX_CYCLE_DAYS = 366
MAX_SHIFTS_A_DAY = 4
MAX_LEAVE_DAYS = 366
MAX_HOLIDAYS_AT_ONCE = 90
MAX_REASON_LENGTH = 500
# Years with which dates can be reckoned: windows reach into the days around them.
FIRST_DATE, LAST_DATE = date(1971, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True)
class ShiftHistory:
    """All versions of a shift by the date from which they are valid; at least one.

    `revision` rises with every change of any version, and is the `revision` of the one that changed last.
    """

    versions: tuple[Shift, ...]

    @property
    def shift_id(self) -> str:
        return self.versions[0].shift_id

    @property
    def site_id(self) -> str:
        return self.versions[0].site_id

    @property
    def revision(self) -> int:
        return max(version.revision for version in self.versions)

    def on(self, day: date) -> Shift | None:
        """The version that is valid on a date; None before the first, and once it is retired."""
        past = [version for version in self.versions if version.valid_from <= day]
        return past[-1] if past and not past[-1].retired else None
