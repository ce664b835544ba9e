"""What was found when a site was reconciled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from floorsight.events.occupancy import CounterKind
from floorsight.occupancy.model import kind_of


@dataclass(frozen=True)
class Reconciliation:
    """A local date of a site that is done with.

    `drifts` has, by counter, how many too many (negative: too few) were counted at `quiet_at`, where nobody
    was inside; counters that were right are left out. An always open site keeps its counts.
    """

    site_id: str
    local_date: date
    quiet_at: datetime
    done_at: datetime
    always_open: bool
    counters: int
    drifts: Mapping[str, int]

    @property
    def camera_drift(self) -> int:
        """People that the cameras were off by, whichever way. Zones are parts of what cameras see."""
        cameras = (drift for name, drift in self.drifts.items() if kind_of(name) is CounterKind.CAMERA)
        return sum(map(abs, cameras))
