"""What a gate would do about a vehicle: asked as the gate asks, and nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from floorsight.events.vision import Direction
from floorsight.platform.clock import Clock, utc_now
from floorsight.sites.service import SiteService
from floorsight.vehicles.asking import ask_rules
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import Decision, GateQuestion
from floorsight.vehicles.plates import Canonical, canonical_texts, clean
from floorsight.vehicles.policy.store import GatePolicyStore


@dataclass(frozen=True)
class Trial:
    """What a text comes to: without anything but letters and digits, as which plates, and what of it."""

    cleaned: str
    candidates: tuple[Canonical, ...]
    decision: Decision


@dataclass(frozen=True)
class TryingService:
    """The use case of trying a plate. Raises NotFound (`unknown_site`)."""

    sites: SiteService
    lists: VehicleStore
    policies: GatePolicyStore
    store: GateStore
    clock: Clock = utc_now

    def try_text(
        self,
        site_id: str,
        text: str | None,
        *,
        confidence: float = 1.0,
        direction: Direction | None = None,
        at: datetime | None = None,
    ) -> Trial:
        """What the site's gates would decide if this was read, now unless `at` says when."""
        site = self.sites.get_site(site_id)
        policy = self.policies.find(site_id)
        question = GateQuestion(text, confidence, direction, at or self.clock())
        zone = ZoneInfo(site.time_zone)
        asked = ask_rules(question, policy, lists=self.lists, visits=self.store, zone=zone)
        cleaned = clean(text or "")
        return Trial(cleaned, canonical_texts(cleaned, policy.profiles), asked.decision)
