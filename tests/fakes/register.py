"""A site's vehicle lists on a table in memory, one that may fail as DynamoDB does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vehicles.lists.importing import ImportService
from floorsight.vehicles.lists.model import Entry
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import GatePolicy, ListedVehicle, ListName
from floorsight.vehicles.plates import fold
from floorsight.vehicles.policy.store import GatePolicyStore
from tests.fakes.clock import ManualClock
from tests.fakes.scene import SITE, no_wait
from tests.fakes.table import MemoryTable

PATIENT = Backoff(attempts=4, sleep=no_wait)


@dataclass
class Register:
    """A site in Berlin whose gates know India's plates, and others as they are read."""

    registry: MemoryTable = field(default_factory=MemoryTable)
    clock: ManualClock = field(default_factory=ManualClock)
    monotonic: Callable[[], float] = lambda: 0.0

    def __post_init__(self) -> None:
        self.sites.create_site(site_id=SITE, name="Works", time_zone="Europe/Berlin")
        self.policies.replace(GatePolicy(SITE, profiles=("IN", "ANY")))

    @property
    def sites(self) -> SiteService:
        return SiteService(SiteStore(self.registry), self.clock)

    @property
    def policies(self) -> GatePolicyStore:
        return GatePolicyStore(self.registry)

    @property
    def store(self) -> VehicleStore:
        return VehicleStore(self.registry)

    @property
    def lists(self) -> VehicleListService:
        return self.lists_on(self.registry)

    def lists_on(self, table: Table) -> VehicleListService:
        return VehicleListService(self.sites, VehicleStore(table, PATIENT), self.policies, self.clock)

    def imports_on(self, table: Table) -> ImportService:
        store = VehicleStore(table, PATIENT)
        return ImportService(self.sites, store, self.policies, self.clock, PATIENT, self.monotonic)

    def add(self, list_name: ListName, text: str, **fields: Any) -> Entry:
        return self.lists.add(SITE, list_name, text, by="olga", **fields)

    def like(self, text: str) -> list[ListedVehicle]:
        """What a gate that has read this finds."""
        return self.store.find_like(SITE, fold(text))

    def listed(self) -> list[Entry]:
        return self.lists.list_vehicles(SITE).items
