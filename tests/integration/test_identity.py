"""Faces in the bucket and a question on the bus → who it is, through the real functions."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.events.identity import FaceSeen, PersonNotRecognised, PersonRecognised
from floorsight.identity.gallery.model import EnrolledFace, EnrolledPerson
from floorsight.identity.gallery.store import GalleryStore
from floorsight.platform.aws import client
from floorsight.platform.bus import EventBridgeBus
from floorsight.platform.clock import utc_now
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.objects import S3Objects
from floorsight.sites.service import SiteService
from floorsight.sites.store import SiteStore
from floorsight.vision.faces.record import RECORD_TYPE, FaceRecord, KeptFace, dump_record, record_key
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.e2e.square import recorded
from tests.fakes.portraits import EMBEDDER, face_of, jpeg_of, stored
from tests.waiting import HTTP_SECONDS, eventually

pytestmark = pytest.mark.cloud

ANNA, STRANGER = 1, 2
SESSION = "20260302T110000.000000Z-0001"


@dataclass
class Door:
    """A camera of a site of its own, where Anna is enrolled and Carl has only consented."""

    cloud: Deployment
    api: ApiClient
    site_id: str

    @property
    def objects(self) -> S3Objects:
        return S3Objects(self.cloud.media_bucket_name, client("s3"))

    def set_up(self) -> None:
        site = {"site_id": self.site_id, "name": "Works", "time_zone": "Europe/Berlin"}
        self.api.post("/api/sites", site)
        table = DynamoTable(self.cloud.registry_table_name, client("dynamodb"))
        employees = EmployeeService(EmployeeStore(table), SiteService(SiteStore(table)))
        for employee_id in (self.anna, self.carl):
            employees.create_employee(
                employee_id=employee_id, site_id=self.site_id, name=employee_id, by="olga"
            )
            employees.record_consent(employee_id, version="1", by="olga")
        face = EnrolledFace("1", stored(face_of(ANNA)), EMBEDDER, utc_now(), "olga")
        GalleryStore(table).put(EnrolledPerson(self.site_id, self.anna, (face,)))

    @property
    def anna(self) -> str:
        return f"{self.site_id}-anna"

    @property
    def carl(self) -> str:
        return f"{self.site_id}-carl"

    def pass_by(self, track_id: int, person: int) -> FaceSeen:
        """Three faces of somebody are seen, and it is asked who that is."""
        now = utc_now()
        faces = tuple(
            KeptFace(now, 0.9, 0.9, face_of(person, 10 * track_id + shot), jpeg_of(person, shot))
            for shot in range(3)
        )
        key = record_key(self.site_id, "door", SESSION, track_id, 1)
        self.objects.put(key, dump_record(FaceRecord(EMBEDDER, faces)), content_type=RECORD_TYPE)
        seen = FaceSeen(
            event_id=uuid.uuid4().hex,
            occurred_at=now,
            site_id=self.site_id,
            camera_id="door",
            stream_session=SESSION,
            cause="chunk/1",
            track_id=track_id,
            faces=3,
            first_seen_at=now,
            last_seen_at=now + timedelta(seconds=1),
            record_keys=(key,),
        )
        EventBridgeBus(self.cloud.event_bus_name, client("events")).publish([seen.to_message()])
        return seen


@pytest.fixture
def door(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[Door]:
    with ApiClient(cloud.api_url) as api:
        api.sign_in("operator", accounts["operator"].password)
        door = Door(cloud, api, f"faces-{uuid.uuid4().hex[:8]}")
        door.set_up()
        yield door


def test_who_is_enrolled_is_recognised_and_who_is_not_is_named_by_a_person(door: Door) -> None:
    name = door.site_id
    with (
        recorded(door.cloud, f"{name}-known", PersonRecognised) as known,
        recorded(door.cloud, f"{name}-unknown", PersonNotRecognised) as unknown,
    ):

        def told(track_id: int, events: list[dict[str, Any]]) -> dict[str, Any] | None:
            mine = [event for event in events if event["site_id"] == name and event["track_id"] == track_id]
            return mine[0] if mine else None

        asked = door.pass_by(1, ANNA)
        recognised = eventually(lambda: told(1, known()), "Anna's name")
        assert (recognised["employee_id"], recognised["source"]) == (door.anna, "gallery")
        assert recognised["cause"] == asked.event_id
        assert door.objects.get(recognised["snapshot_key"]) in {jpeg_of(ANNA, shot) for shot in range(3)}

        door.pass_by(2, STRANGER)
        stranger = eventually(lambda: told(2, unknown()), "that nobody knows the stranger")
        eventually(lambda: not list(door.objects.list(f"faces/{name}/")), "faces to be forgotten")
        [review] = door.api.get("/api/identity/review", site_id=name)["items"]
        assert (review["review_id"], review["reason"]) == (stranger["review_id"], "below_threshold")
        assert httpx.get(review["snapshot_url"], timeout=HTTP_SECONDS).content in {
            jpeg_of(STRANGER, shot) for shot in range(3)
        }

        path = f"/api/identity/review/{review['review_id']}/name"
        answer = door.api.post(path, {"employee_id": door.carl})
        assert (answer["state"], answer["enrolled"]) == ("named", 3)
        named = eventually(lambda: told(2, known()), "the stranger's name")
        assert (named["employee_id"], named["source"]) == (door.carl, "review")

        door.pass_by(3, STRANGER)  # the function holds the gallery in memory, and sees that it has changed
        again = eventually(lambda: told(3, known()), "Carl's name")
        assert (again["employee_id"], again["source"]) == (door.carl, "gallery")

    counted = door.api.get("/api/identity/metrics", site_id=name)["total"]
    assert (counted["questions"], counted["recognised"], counted["unknown"]) == (3, 2, 1)
