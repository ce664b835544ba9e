"""Setting a counter's baseline: how many are inside at a moment, past or present."""

from __future__ import annotations

from dataclasses import dataclass, replace

from floorsight.occupancy.model import Baseline, Count, Counter
from floorsight.occupancy.rules import count_crossings, net_change, raw_count
from floorsight.occupancy.store import CountChanged, OccupancyStore
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.retry import Backoff


@dataclass(frozen=True)
class Calibrator:
    """Writes baselines, and the live count that follows from them."""

    store: OccupancyStore
    backoff: Backoff

    def set(self, counter: Counter, baseline: Baseline) -> Baseline:
        """Returns the baseline as it is kept, with the raw count that it replaced.

        The same moment and count again change nothing: the baseline that is there already is returned.

        Raises:
            Conflict: another count was given for that very moment (`baseline_exists`).
            Unavailable: the table was busy for too long.
        """
        return self.backoff.until_done(
            lambda: self._set_once(counter, baseline),
            passing=(CountChanged, Unavailable),
            failure=f"the baseline of {counter.counter_id} could not be set",
        )

    def _set_once(self, counter: Counter, wanted: Baseline) -> Baseline:
        holding = self.store.find_baseline(counter.counter_id, until=wanted.at)
        if holding.at == wanted.at:
            return _known(holding, wanted)
        loaded = self.store.load_count(counter)
        if wanted.at > loaded.baseline.at:
            return self._replace_live(counter, loaded, wanted)
        return self._insert(counter, holding, wanted)

    def _replace_live(self, counter: Counter, loaded: Count, wanted: Baseline) -> Baseline:
        """The newest baseline: what happened since is counted from it."""
        later = self.store.list_crossings(counter.counter_id, after=wanted.at).items
        fresh = count_crossings(wanted, later)
        kept = replace(wanted, replaced_raw=raw_count(loaded) - net_change(fresh.total))
        revision = loaded.baseline_revision + 1
        self.store.set_baseline(counter, loaded, replace(fresh, baseline=kept, baseline_revision=revision))
        return kept

    def _insert(self, counter: Counter, holding: Baseline, wanted: Baseline) -> Baseline:
        """A baseline before the newest one: history only, as what is inside now follows from the newest."""
        between = self.store.list_crossings(counter.counter_id, after=holding.at, until=wanted.at).items
        kept = replace(wanted, replaced_raw=raw_count(count_crossings(holding, between)))
        self.store.keep_baseline(counter, kept)
        return kept


def _known(found: Baseline, wanted: Baseline) -> Baseline:
    if found.count != wanted.count:
        raise Conflict(
            f"{found.by} has given {found.count} for {found.at.isoformat()}; give a later moment",
            code="baseline_exists",
        )
    return found
