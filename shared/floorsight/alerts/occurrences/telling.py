"""Telling something that happened once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from floorsight.alerts.lifecycle import begin_occurrence
from floorsight.alerts.model import AlertKind, Finding
from floorsight.alerts.occurrences.store import OccurrenceStore
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertChanged
from floorsight.platform.errors import Unavailable


@dataclass(frozen=True)
class Teller:
    """Raises an alert of an occurrence, at most one, however often and by however many it is asked."""

    alerts: AlertService
    told: OccurrenceStore

    def was_told(self, site_id: str, kind: AlertKind, occurrence: str) -> bool:
        """Whether it was told, or found to be nothing."""
        return self.told.find(site_id, kind, occurrence)[0]

    def tell_once(
        self,
        site_id: str,
        kind: AlertKind,
        occurrence: str,
        find: Callable[[], Finding | None],
        *,
        lasts: timedelta,
    ) -> bool:
        """Tell what `find` finds, unless this occurrence was told before; None: there is nothing to tell.

        Returns whether an alert was raised by this call. Raises what `find` raises, and Unavailable: the same
        may be tried again.
        """
        fault: Exception | None = None
        for _ in self.alerts.backoff.tries():
            known, alert_id = self.told.find(site_id, kind, occurrence)
            if known:  # perhaps by an attempt that did not come to send it
                if alert_id:
                    self.alerts.send_due(site_id, [alert_id])
                return False
            finding, now = find(), self.alerts.clock()
            alert = begin_occurrence(finding, occurrence, now, lasts) if finding else None
            try:
                self.told.add(site_id, kind, occurrence, alert, now)
            except (AlertChanged, Unavailable) as error:
                fault = error
                continue
            if alert:
                self.alerts.send_due(site_id, [alert.alert_id])
            return alert is not None
        raise Unavailable(f"{kind} of {site_id} could not be told: {fault}") from fault
