"""Plates on the bus → decisions in the store, through the real function; and lists that count at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from floorsight.events.vehicles import Alarm, GateDecided, OverrideAction, PlateRead, Verdict
from floorsight.events.vision import Direction
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import Conflict
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vehicles.gate.listing import GateLists, LogFilter, VisitFilter
from floorsight.vehicles.gate.model import GateDecision
from floorsight.vehicles.gate.overriding import OverridingService
from floorsight.vehicles.gate.store import GateStore
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.e2e.square import recorded
from tests.fakes.gatehouse import ALL, PLATE, left_after, plate_read
from tests.waiting import eventually

pytestmark = pytest.mark.cloud

OTHERS = 200


@dataclass
class Works:
    """A site of this test's own, with a gate."""

    cloud: Deployment
    api: ApiClient
    name: str = field(default_factory=lambda: f"gate-{uuid.uuid4().hex[:8]}")

    def __post_init__(self) -> None:
        self.api.post("/api/sites", {"site_id": self.name, "name": "Works", "time_zone": "Asia/Kolkata"})
        # Of an alarm at a camera that nobody knows raise_alert would be told again and again.
        camera = {"camera_id": self.name, "site_id": self.name, "name": "Gate", "role": "bidirectional"}
        self.api.post("/api/occupancy/cameras", camera)
        dynamodb = client("dynamodb")
        self.store = GateStore(DynamoTable(self.cloud.presence_table_name, dynamodb))
        sites = SiteService(SiteStore(DynamoTable(self.cloud.registry_table_name, dynamodb)))
        self.lists = GateLists(self.store, sites)
        self.bus = EventBridgeBus(self.cloud.event_bus_name, client("events"))

    def list_as(self, name: str, plate: str = PLATE, **fields: str) -> None:
        body = {"site_id": self.name, "list": name, "plate": plate, **fields}
        self.api.post("/api/v1/vehicle/vehicles", body)

    def read(self, text: str, track: int, way: Direction = Direction.IN) -> PlateRead:
        """A vehicle that was seen in the last two seconds."""
        now = utc_now()
        return plate_read(
            text,
            way=way,
            track=track,
            event_id=uuid.uuid4().hex,
            site_id=self.name,
            camera_id=self.name,
            occurred_at=now,
            first_seen_at=now - timedelta(seconds=2),
            last_seen_at=now,
        )

    def publish(self, *reads: PlateRead) -> None:
        self.bus.publish([read.to_message() for read in reads])

    def decision_on(self, read: PlateRead, plate: str = PLATE) -> GateDecision:
        """The decision of the plate's passage once this reading is among its evidence."""

        def find() -> GateDecision | None:
            for decided in self.lists.list_decisions(self.name, LogFilter(plate=plate), ALL).items:
                evidence = self.lists.get_evidence(decided.decision_id)
                if any(each.read.event_id == read.event_id for each in evidence.readings):
                    return evidence.decided
            return None

        found = eventually(find, f"a decision on {read.text}")
        assert isinstance(found, GateDecision)
        return found


@pytest.fixture
def works(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[Works]:
    with ApiClient(cloud.api_url) as api:
        api.sign_in("operator", accounts["operator"].password)
        yield Works(cloud, api)


def test_who_is_allowed_is_let_in_and_the_visit_ends_when_it_goes(works: Works) -> None:
    works.list_as("allowed", "ka 01 ab 1234")
    read = works.read(PLATE, 1)
    with recorded(works.cloud, f"{works.name}-decided", GateDecided) as told:
        works.publish(read, read)  # the bus delivers at least once
        decided = works.decision_on(read)
        assert (decided.decision.verdict, decided.revision) == (Verdict.ALLOW, 1)
        mine = eventually(lambda: [each for each in told() if each["site_id"] == works.name], "what is told")
        assert {each["event_id"] for each in mine} == {mine[0]["event_id"]}
        assert (mine[0]["decision_id"], mine[0]["verdict"]) == (decided.decision_id, "allow")
    assert [each.plate for each in works.lists.list_on_site(works.name).items] == [PLATE]
    assert [each.read for each in works.lists.get_evidence(decided.decision_id).readings] == [read]

    changes = {"event_id": uuid.uuid4().hex, "track_id": 2, "direction": Direction.OUT, "gate_id": "south"}
    gone = works.read(PLATE, 2).model_copy(update=changes)
    works.publish(gone)
    works.decision_on(gone)
    assert works.lists.list_on_site(works.name).items == []
    [visit] = works.lists.list_visits(works.name, VisitFilter(plate=PLATE), ALL).items
    assert (visit.visit.state, visit.visit.admitted) == ("ended", True)
    guard = OverridingService(works.store, works.bus)
    guard.override(decided.decision_id, OverrideAction.REFUSE, "no papers", by="gita")
    with pytest.raises(Conflict):
        guard.override(decided.decision_id, OverrideAction.OPEN, "papers", by="hari")


def test_blocked_through_the_api_it_is_refused_at_once_under_load(works: Works) -> None:
    works.list_as("allowed")
    first = works.read(PLATE, 1)
    works.publish(first)
    assert works.decision_on(first).decision.verdict is Verdict.ALLOW

    others = [works.read(f"MH12DE{1000 + number}", 100 + number) for number in range(OTHERS)]
    works.publish(*others[: OTHERS // 2])
    works.list_as("blocked", reason="stolen")
    # Of the very vehicle that stands there, let in a moment ago.
    next_read = works.read(PLATE, 2).model_copy(update={"first_seen_at": first.last_seen_at})
    works.publish(next_read, *others[OTHERS // 2 :])

    refused = works.decision_on(next_read)
    assert (refused.decision.verdict, refused.decision.alarm) == (Verdict.DENY, Alarm.BLOCKED)
    assert refused.revision == 2
    assert works.lists.list_on_site(works.name).items == []
    eventually(
        lambda: (
            len(works.lists.list_decisions(works.name, LogFilter(verdict=Verdict.HOLD), ALL).items) == OTHERS
        ),
        "a decision on each of the others",
    )


def test_a_vehicle_that_left_before_its_plate_was_told_is_one_passage(works: Works) -> None:
    read = works.read(PLATE, 1)
    left = left_after(read, 0).model_copy(update={"occurred_at": read.last_seen_at + timedelta(seconds=5)})
    works.bus.publish([left.to_message()])
    works.publish(read)
    decided = works.decision_on(read)

    def reaches() -> bool:
        found = works.store.find_decision(decided.decision_id)
        return found is not None and found.passage.last_seen == left.occurred_at

    eventually(reaches, "the passage to last until the vehicle left")
