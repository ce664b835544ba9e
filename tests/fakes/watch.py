"""Alerts of a site with a hall of fifty people, on rooms in memory or on the tables given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from floorsight.alerts.checks import CountChecks, SiteChecks
from floorsight.alerts.model import Alert, AlertPolicy
from floorsight.alerts.service import AlertService
from floorsight.alerts.store import AlertStore
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.sites.model import Limits
from tests.fakes.scene import CAMERA, SITE, Scene, no_wait
from tests.fakes.topic import MemoryTopic

HALL_LIMITS = Limits(max_occupancy=50)


class Watch:
    """A site with one camera, live counts that tests set, and everything that watches them."""

    def __init__(
        self,
        *,
        presence: Table | None = None,
        around_presence: Callable[[Table], Table] = lambda table: table,
        policy: AlertPolicy | None = None,
        limits: Limits = HALL_LIMITS,
    ) -> None:
        self.scene = Scene(presence=presence).with_camera()
        self.clock, self.sites = self.scene.clock, self.scene.sites
        self.topic = MemoryTopic()
        self.counts: dict[str, int] = {}
        self.seen: dict[str, datetime] = {}
        self.alerts = AlertService(
            self.sites,
            AlertStore(around_presence(self.scene.presence)),
            self.topic,
            self.clock,
            policy or AlertPolicy(),
            Backoff(attempts=20, sleep=no_wait),
        )
        self.count_checks = CountChecks(self.alerts, self.sites, lambda site_id: self.counts)
        self.checks = SiteChecks(self.alerts, self.sites, self.count_checks, lambda site_id: self.seen)
        self.limit(limits)

    def limit(self, limits: Limits) -> None:
        """Give the site these limits."""
        self.sites.update_site(replace(self.sites.get_site(SITE), limits=limits))

    def count(self, inside: int, *, seconds: float = 1.0) -> None:
        """So many are inside from now on, and it is said; then time goes on."""
        self.counts[CAMERA] = inside
        self.count_checks.check_counters(SITE, [CAMERA])
        self.clock.advance(seconds)

    def tick(self, seconds: float = 0.0) -> Any:
        """Time goes on, and the job runs."""
        self.clock.advance(seconds)
        return self.checks.check_site(SITE)

    @property
    def history(self) -> list[Alert]:
        """All alerts, newest first."""
        return self.alerts.list_alerts(SITE, limit=500).items

    @property
    def alert(self) -> Alert:
        """The newest alert."""
        return self.history[0]
