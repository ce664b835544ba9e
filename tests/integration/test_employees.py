"""Enrolment and erasure through the deployed API, by real photographs."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from floorsight.platform.aws import client
from floorsight.platform.errors import Conflict, FloorsightError
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.paths import REPOSITORY

pytestmark = [pytest.mark.cloud, pytest.mark.media]

SITE = "offices"
NAME = "offices-anna"  # ids are given once, and others of this cloud have an anna
EMPLOYEE = f"/api/employees/{NAME}"
MEDIA = REPOSITORY / ".floorsight" / "media"
ANNA, OTHER = ("portrait-a-1.jpg", "portrait-a-2.jpg"), "portrait-b-1.jpg"


def image(name: str) -> dict[str, str]:
    path: Path = MEDIA / name
    if not path.is_file():
        pytest.fail(f"{path} is missing: run `make setup` or `floorsight media pull --all`", pytrace=False)
    return {"image": base64.b64encode(path.read_bytes()).decode()}


@pytest.fixture(scope="module")
def admin(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[ApiClient]:
    with ApiClient(cloud.api_url) as api:
        api.sign_in("admin", accounts["admin"].password)
        api.post("/api/sites", {"site_id": SITE, "name": "Offices", "time_zone": "Europe/Vienna"})
        api.post("/api/employees", {"employee_id": NAME, "site_id": SITE, "name": "Anna"})
        yield api


def everything(cloud: Deployment) -> Iterator[tuple[str, bytes]]:
    """Every item of the registry and presence tables and every object, as bytes."""
    dynamodb: Any = client("dynamodb")
    for table in (cloud.registry_table_name, cloud.presence_table_name):
        for item in dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]:
            yield f"{item['PK']['S']} {item['SK']['S']}", _flat(item)
    s3: Any = client("s3")
    for found in s3.list_objects_v2(Bucket=cloud.media_bucket_name).get("Contents", []):
        yield found["Key"], s3.get_object(Bucket=cloud.media_bucket_name, Key=found["Key"])["Body"].read()


def _flat(value: Any) -> bytes:
    if isinstance(value, dict):
        return b"\n".join(_flat(each) for each in value.values())
    if isinstance(value, list):
        return b"\n".join(map(_flat, value))
    return value if isinstance(value, bytes) else str(value).encode()


def embeddings_of(cloud: Deployment) -> list[bytes]:
    key = {"PK": {"S": f"GALLERY#{SITE}"}, "SK": {"S": f"EMPLOYEE#{NAME}"}}
    item: Any = client("dynamodb").get_item(TableName=cloud.registry_table_name, Key=key)["Item"]  # type: ignore[arg-type]
    return [bytes(face["M"]["embedding"]["B"]) for face in item["faces"]["L"]]


def test_somebody_is_enrolled_and_erased(cloud: Deployment, admin: ApiClient) -> None:
    two = {"images": [image(name) for name in ANNA]}
    with pytest.raises(Conflict, match="consent"):
        admin.post(f"{EMPLOYEE}/faces", two)
    admin.put(f"{EMPLOYEE}/consent", {"version": "2026-01"})
    with pytest.raises(FloorsightError, match="not the person"):
        admin.post(f"{EMPLOYEE}/faces", {"images": [*two["images"], image(OTHER)]})
    answer = admin.post(f"{EMPLOYEE}/faces", two)
    assert [each["added"] for each in answer["images"]] == [True, True]
    faces = admin.get(f"{EMPLOYEE}/faces")["faces"]
    assert {face["face_id"] for face in faces} == {each["face_id"] for each in answer["images"]}

    embeddings = embeddings_of(cloud)
    traces = [*embeddings, *(base64.b64encode(each)[:160] for each in embeddings)]
    assert [name for name, content in everything(cloud) if any(trace in content for trace in traces)]
    report = admin.post(f"{EMPLOYEE}/erase", {})
    assert (report["removed"]["faces"], report["removed"]["enrolled_pictures"]) == (2, 2)
    left = list(everything(cloud))
    assert not [name for name, content in left if any(trace in content for trace in traces)]
    assert not [name for name, _ in left if name.startswith(f"enrolled/{SITE}/")]
    assert admin.get(f"{EMPLOYEE}/faces") == {"faces": []}
    assert admin.get(EMPLOYEE)["erased_at"] is not None
