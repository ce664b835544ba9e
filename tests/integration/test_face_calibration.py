"""`floorsight faces calibrate --site`: a site's gallery out of the deployed table, found by either way."""

from __future__ import annotations

import json
import uuid

import pytest
from typer.testing import CliRunner

from floorsight.identity.gallery.model import EnrolledFace, EnrolledPerson
from floorsight.identity.gallery.store import GalleryStore
from floorsight.platform.aws import client
from floorsight.platform.dynamo import DynamoTable
from infra.local.deployment import Deployment
from infra.local.faces_cli import faces_app
from tests.fakes.clock import NOON
from tests.fakes.portraits import EMBEDDER, face_of, stored

pytestmark = pytest.mark.cloud

PEOPLE, FACES = 6, 3


@pytest.fixture(scope="module")
def site_id(cloud: Deployment) -> str:
    """A site whose gallery has six people with three faces each."""
    site_id = f"plant-{uuid.uuid4().hex[:8]}"
    gallery = GalleryStore(DynamoTable(cloud.registry_table_name, client("dynamodb")))
    for person in range(PEOPLE):
        faces = tuple(
            EnrolledFace(f"{person}-{shot}", stored(face_of(person, shot)), EMBEDDER, NOON, "olga")
            for shot in range(FACES)
        )
        gallery.put(EnrolledPerson(site_id, f"e{person}", faces))
    return site_id


@pytest.mark.parametrize("by_table", [False, True])
def test_a_sites_own_gallery_is_calibrated(cloud: Deployment, site_id: str, by_table: bool) -> None:
    where = ["--table", cloud.registry_table_name] if by_table else ["--port", str(cloud.port)]
    done = CliRunner().invoke(faces_app, ["calibrate", "--site", site_id, "--json", *where])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert (report["people"], report["enrolled_faces"], report["embedder"]) == (6, 18, EMBEDDER)
    (condition,) = report["conditions"]
    assert condition["rates"]["false_accepts"] | {"interval_95": None} == {
        "count": 0,
        "of": PEOPLE * FACES * (PEOPLE - 1),
        "interval_95": None,
    }


def test_a_site_without_faces_is_told(cloud: Deployment) -> None:
    done = CliRunner().invoke(faces_app, ["calibrate", "--site", "nowhere", "--port", str(cloud.port)])
    assert done.exit_code == 1
    assert "no enrolled faces" in done.output
