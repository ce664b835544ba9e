"""Entering crossings in a counter's ledger, once, whatever goes wrong on the way."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from floorsight.occupancy.model import Count, Counter, Crossing
from floorsight.occupancy.rules import count_crossings, cut_batches
from floorsight.occupancy.store import CountChanged, CrossingsKnown, OccupancyStore
from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import MAX_TRANSACTION_WRITES

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recorder:
    """Writes crossings, in as few transactions as they fit into."""

    store: OccupancyStore
    backoff: Backoff

    def record(self, counter: Counter, crossings: Iterable[Crossing]) -> None:
        """Raises Unavailable if the table was busy for too long; some may have been recorded."""
        distinct = {crossing.crossing_id: crossing for crossing in crossings}
        for batch in cut_batches(distinct.values(), MAX_TRANSACTION_WRITES):
            self._record_batch(counter, batch)

    def _record_batch(self, counter: Counter, batch: Sequence[Crossing]) -> None:
        remaining = list(batch)
        loaded: Count | None = None
        fault: Exception | None = None
        for _ in self.backoff.tries():
            try:
                # Contention says nothing about the baseline: what was loaded is good for the next try.
                loaded = loaded or self.store.load_count(counter)
                while remaining:
                    remaining = self._record_once(counter, loaded, remaining)
                return
            except CountChanged as error:
                loaded, fault = None, error
            except Unavailable as error:
                fault = error
        raise Unavailable(
            f"{len(remaining)} crossings of {counter.counter_id} could not be recorded: {fault}"
        ) from fault

    def _record_once(self, counter: Counter, loaded: Count, crossings: list[Crossing]) -> list[Crossing]:
        """One transaction; returns the crossings still to be written, fewer than there were."""
        try:
            self.store.record(counter, loaded, count_crossings(loaded.baseline, crossings), crossings)
        except CrossingsKnown as known:
            _log.info(
                "crossings delivered again",
                extra={"counter": counter.counter_id, "known": len(known.crossing_ids)},
            )
            return [crossing for crossing in crossings if crossing.crossing_id not in known.crossing_ids]
        return []
