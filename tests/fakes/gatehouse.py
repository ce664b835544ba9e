"""A site with gates: what is read there, its lists, and what is decided."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from floorsight.events.vehicles import GateDecided, PlateRead, VehicleLeft
from floorsight.events.vision import Direction
from floorsight.platform.ids import derived_id
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.listing import GateLists, LogFilter, VisitFilter
from floorsight.vehicles.gate.log import PlateVisit, Slice
from floorsight.vehicles.gate.model import GateDecision
from floorsight.vehicles.gate.overriding import OverridingService
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.lists.model import Entry
from floorsight.vehicles.lists.service import VehicleListService
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import GatePolicy, ListedVehicle, ListName
from floorsight.vehicles.policy.store import GatePolicyStore
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.scene import SESSION, SITE, no_wait
from tests.fakes.table import MemoryTable

PLATE, OTHER = "KA01AB1234", "MH12DE1433"
GHOST = "KA1"  # no plate looks like that
NORTH, SOUTH = "north", "south"
ALL = Slice(None, None, 1000)


def after_noon(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def plate_read(
    text: str | None = PLATE,
    at: float = 0.0,
    *,
    until: float | None = None,
    gate: str = NORTH,
    way: Direction | None = Direction.IN,
    track: int = 1,
    **changes: Any,
) -> PlateRead:
    """A reading of a vehicle that was seen from `at` to `until` (two seconds), in seconds after noon."""
    last = after_noon(at + 2.0 if until is None else until)
    fields: dict[str, Any] = {
        "event_id": derived_id("plate_read", gate, track),
        "occurred_at": last,
        "site_id": SITE,
        "camera_id": f"cam-{gate}",
        "stream_session": SESSION,
        "cause": "chunk/1",
        "gate_id": gate,
        "lane": "1",
        "direction": way,
        "track_id": track,
        "vehicle_type": "car",
        "text": text,
        "confidence": 0.97 if text else 0.0,
        "character_confidences": (0.97,) * len(text or ""),
        "reads": 3,
        "agreeing": 3,
        "readings": (),
        "reader": "test",
        "first_seen_at": after_noon(at),
        "last_seen_at": last,
        "crop_key": f"snapshots/{gate}-{track}-plate.jpg",
        "snapshot_key": f"snapshots/{gate}-{track}.jpg",
    }
    return PlateRead(**fields | changes)


def left_after(read: PlateRead, at: float) -> VehicleLeft:
    """The end of a reading's track."""
    names = set(VehicleLeft.model_fields) - {"event_id", "occurred_at"}
    return VehicleLeft(
        event_id=derived_id("left", read.event_id),
        occurred_at=after_noon(at),
        **{name: getattr(read, name) for name in names},
    )


@dataclass
class Gatehouse:
    """A site in India on tables in memory."""

    registry: MemoryTable = field(default_factory=MemoryTable)
    presence: MemoryTable = field(default_factory=MemoryTable)
    clock: ManualClock = field(default_factory=ManualClock)
    bus: MemoryBus = field(default_factory=MemoryBus)
    policy: GatePolicy = field(default_factory=lambda: GatePolicy(SITE, profiles=("IN",)))

    def __post_init__(self) -> None:
        self.sites.create_site(site_id=SITE, name="Works", time_zone="Asia/Kolkata")
        self.set_policy(self.policy)

    @property
    def sites(self) -> SiteService:
        return SiteService(SiteStore(self.registry), self.clock)

    @property
    def store(self) -> GateStore:
        return GateStore(self.presence)

    @property
    def policies(self) -> GatePolicyStore:
        return GatePolicyStore(self.registry)

    @property
    def lists(self) -> VehicleListService:
        return VehicleListService(self.sites, VehicleStore(self.registry), self.policies, self.clock)

    @property
    def guard(self) -> OverridingService:
        return OverridingService(self.store, self.bus, self.clock)

    @property
    def shown(self) -> GateLists:
        return GateLists(self.store, self.sites, self.clock)

    def deciding(self, presence: Table | None = None, *, attempts: int = 8) -> DecidingService:
        """The service, on another view of the table of passages if one is given."""
        return DecidingService(
            GateStore(presence or self.presence),
            VehicleStore(self.registry),
            self.policies,
            self.sites,
            self.bus,
            self.clock,
            Backoff(attempts=attempts, sleep=no_wait),
        )

    def set_policy(self, policy: GatePolicy) -> None:
        self.policies.replace(replace(policy, revision=self.policies.find(SITE).revision))

    def put_on(self, list_name: ListName, plate: str = PLATE, **fields: Any) -> ListedVehicle:
        return self.list_entry(list_name, plate, **fields).vehicle

    def list_entry(self, list_name: ListName, plate: str, **fields: Any) -> Entry:
        return self.lists.add(SITE, list_name, plate, by="olga", **fields)

    def allow(self, plate: str = PLATE) -> ListedVehicle:
        return self.put_on(ListName.ALLOWED, plate)

    def block(self, plate: str = PLATE) -> ListedVehicle:
        return self.put_on(ListName.BLOCKED, plate, reason="stolen")

    def expect(self, plate: str = PLATE, *, visits: int | None = 1, **fields: Any) -> ListedVehicle:
        """A visitor for a day."""
        until = self.clock() + timedelta(days=1)
        fields = {"host": "Ravi", "valid_until": until, "max_visits": visits} | fields
        return self.put_on(ListName.VISITOR, plate, **fields)

    def take(self, *events: PlateRead | VehicleLeft) -> GateDecision:
        """Handle events in this order, each when it is told; what is decided of the last reading."""
        decided: GateDecision | None = None
        for event in events:
            if isinstance(event, PlateRead):
                self.clock.now = max(self.clock.now, event.last_seen_at)
                decided = self.deciding().take_read(event)
            else:
                self.clock.now = max(self.clock.now, event.occurred_at)
                self.deciding().take_leaving(event)
        if decided is None:
            raise AssertionError("no reading was taken")
        return decided

    def told(self) -> list[GateDecided]:
        """Decisions as who remembers them learns of them: each revision's first telling, oldest first."""
        first: dict[tuple[str, int], GateDecided] = {}
        for each in self.tellings():
            first.setdefault((each.decision_id, each.revision), each)
        return list(first.values())

    def tellings(self) -> list[GateDecided]:
        """Decisions as they were published, repeats and all, oldest first."""
        kind = GateDecided.detail_type()
        return [GateDecided.parse(each.detail) for each in self.bus.messages if each.detail_type == kind]

    def decisions(self, **wanted: Any) -> list[GateDecision]:
        """The log, oldest first."""
        return self.shown.list_decisions(SITE, LogFilter(**wanted), ALL).items[::-1]

    def visits(self, **wanted: Any) -> list[PlateVisit]:
        """Oldest first."""
        return self.shown.list_visits(SITE, VisitFilter(**wanted), ALL).items[::-1]

    def on_site(self) -> list[str]:
        return [each.plate for each in self.shown.list_on_site(SITE).items]

    def used(self, vehicle: ListedVehicle) -> int:
        return self.store.count_visits([vehicle.vehicle_id])[vehicle.vehicle_id]
