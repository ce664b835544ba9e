"""Writing rows in as few transactions as they fit into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from floorsight.occupancy.series.fence import Fence
from floorsight.occupancy.series.model import Level, Rollup
from floorsight.occupancy.series.store import MAX_ROWS_PER_WRITE, SeriesStore
from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff


@dataclass
class RowWriter:
    """Rows of one run, written in the order in which they come; those that come together stay together."""

    store: SeriesStore
    fence: Fence
    backoff: Backoff
    written: Counter[Level] = field(default_factory=Counter)
    _waiting: list[Rollup] = field(default_factory=list)

    def write(self, rows: Sequence[Rollup]) -> None:
        """At most `MAX_ROWS_PER_WRITE`, each row once in a run. Raises as `flush`."""
        if len(self._waiting) + len(rows) > MAX_ROWS_PER_WRITE:
            self.flush()
        self._waiting += rows

    def flush(self) -> None:
        """Write what is waiting.

        Raises:
            Superseded: a later run has begun.
            Unavailable: the table was busy for too long.
        """
        if not self._waiting:
            return
        self._write(self._waiting)
        self.written.update(row.bucket.level for row in self._waiting)
        self._waiting = []

    def _write(self, rows: Sequence[Rollup]) -> None:
        self.backoff.until_done(
            lambda: self.store.write(self.fence, rows),
            passing=(Unavailable,),
            failure=f"{len(rows)} roll-up rows could not be written",
        )
