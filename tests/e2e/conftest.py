"""The whole system on the one-machine cloud, fed with real video."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from floorsight.models.catalogue import load_media_catalogue
from floorsight.models.pulling import pull
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.demo import DemoOptions, run_demo
from infra.local.deployment import Deployment
from infra.local.emulator import free_port
from infra.local.models_cli import CACHE_FOLDER, MEDIA_CATALOGUE, MEDIA_FOLDER
from infra.local.scene import create_unless_there

SITE = "e2e"


@dataclass(frozen=True)
class RunningPage:
    """A demo under way, as a browser test needs it."""

    base_url: str
    username: str
    password: str
    site_id: str
    camera_id: str


@pytest.fixture(scope="session")
def square_video() -> Path:
    """The sample video: people on a square, 79.5 s at 10 frames per second."""
    return pull(load_media_catalogue(MEDIA_CATALOGUE).entry("vtest"), MEDIA_FOLDER, CACHE_FOLDER)


@pytest.fixture(scope="module")  # a session ends after an hour
def api(cloud: Deployment, accounts: dict[str, Account]) -> Iterator[ApiClient]:
    """An operator's session, with a site."""
    operator = accounts["operator"]
    with ApiClient(cloud.api_url) as client:
        client.sign_in(operator.username, operator.password)
        # Open always, as the demo's: else its counts begin anew when the quiet hour comes while tests run.
        site = {"site_id": SITE, "name": "End to end", "time_zone": "UTC", "always_open": True}
        create_unless_there(lambda: client.post("/api/sites", site))
        yield client


@pytest.fixture(scope="module")
def running_demo() -> Iterator[RunningPage]:
    """`floorsight demo`, started by its own code on a port of its own. It keeps a core busy: it ends soon."""
    with run_demo(DemoOptions(port=free_port()), Console(stderr=True)) as demo:
        viewer = demo.account("viewer")
        yield RunningPage(
            base_url=demo.page,
            username=viewer.username,
            password=viewer.password,
            site_id=demo.scene.site_id,
            camera_id=demo.scene.camera_ids[0],
        )
