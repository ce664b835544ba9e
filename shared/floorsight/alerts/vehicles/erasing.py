"""Taking a plate out of what alerts say, when all that was kept of it is erased."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from floorsight.alerts.model import Alert, AlertKind, AlertState
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertChanged
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Item
from floorsight.platform.objects import ObjectStore
from floorsight.platform.table import Range, Table
from floorsight.vehicles.erasing.listings import ListingTraces
from floorsight.vehicles.erasing.service import PlateErasureService
from floorsight.vehicles.erasing.store import PlateErasureStore, TraceStore
from floorsight.vehicles.gate.store import GateStore

INSTEAD = "(a plate that was erased)"
PAGE = 100


@dataclass(frozen=True)
class AlertErasure:
    """The alerts stay: that a blocked vehicle came is what happened. Which one it was is forgotten."""

    alerts: AlertService

    def forget_plate(self, site_id: str, plate: str) -> int:
        """Returns in how many alerts it was. Raises Unavailable; the same may be tried again."""
        found = [alert for alert in self._list_alerts(site_id) if forget(alert, plate) != alert]
        for alert in found:
            self._rewrite(site_id, alert.alert_id, plate)
        return len(found)

    def _list_alerts(self, site_id: str) -> Iterator[Alert]:
        start: Item | None = None
        states, everything = frozenset(AlertState), Range(None, None)
        while True:
            page = self.alerts.store.list_alerts(
                site_id, states=states, wanted=everything, limit=PAGE, start_key=start
            )
            yield from page.items
            start = page.next_key
            if start is None:
                return

    def _rewrite(self, site_id: str, alert_id: str, plate: str) -> None:
        fault: Exception | None = None
        for _ in self.alerts.backoff.tries():
            loaded = self.alerts.store.find(site_id, alert_id)
            changed = forget(loaded, plate) if loaded else None
            if loaded is None or changed is None or changed == loaded:
                return
            try:
                self.alerts.store.save(loaded, changed)
                return
            except (AlertChanged, Unavailable) as error:
                fault = error
        raise Unavailable(f"alert {alert_id} could not be changed: {fault}") from fault


def forget(alert: Alert, plate: str) -> Alert:
    """The alert without the plate in its words, where it is one of a vehicle and has it. Pure."""
    if alert.concern.kind is not AlertKind.BLOCKED_VEHICLE:
        return alert
    whole = re.compile(rf"(?<![A-Z0-9]){re.escape(plate)}(?![A-Z0-9])", re.IGNORECASE)
    steps = tuple(replace(step, text=whole.sub(INSTEAD, step.text)) for step in alert.steps)
    note = whole.sub(INSTEAD, alert.note) if alert.note else alert.note
    if (steps, note) == (alert.steps, alert.note):
        return alert
    return replace(alert, steps=steps, note=note, revision=alert.revision + 1)


def open_plate_erasing(
    alerts: AlertService, *, registry: Table, presence: Table, objects: ObjectStore
) -> PlateErasureService:
    """The erasure of plates, from alerts too."""
    return PlateErasureService(
        alerts.sites,
        TraceStore(GateStore(presence), alerts.backoff),
        ListingTraces(registry, presence, alerts.backoff),
        objects,
        PlateErasureStore(registry),
        AlertErasure(alerts).forget_plate,
        alerts.clock,
    )
