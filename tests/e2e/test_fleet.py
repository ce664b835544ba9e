"""Two workers share four shards; one is killed, the other takes over, and the ledger shows nothing of it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from containers.edge_publisher.delivery import Delivery
from infra.constructs.lease_tables import LeaseTables
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from tests.e2e import fleet, square
from tests.e2e.conftest import SITE
from tests.fakes.videos import cut_video
from tests.waiting import eventually

pytestmark = [pytest.mark.cloud, pytest.mark.media]

CAMERAS_A_SHARD = 2
CLIP_FRAMES, FPS, CHUNK_FRAMES = 100, 10, 10
HELD_CHUNKS = 4  # of each camera, that come once a worker is killed: it can't have done all
CLIP_STEP = 90  # the clips begin so many frames apart: no two cameras see the same


@pytest.fixture(scope="module")
def clips(square_video: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    return [
        cut_video(
            square_video,
            folder / f"{number}.mp4",
            first=number * CLIP_STEP,
            frames=CLIP_FRAMES,
            fps=FPS,
            group=CHUNK_FRAMES,
        )
        for number in range(fleet.SHARDS * CAMERAS_A_SHARD)
    ]


def publish_all(delivery: Delivery, api: ApiClient, clips: list[Path], cameras: list[str]) -> dict[str, int]:
    """A camera for every clip; the number of chunks of each."""
    for camera_id in cameras:
        square.add_camera(api, SITE, camera_id, analyse_fps=5)
    return {
        camera_id: fleet.publish(delivery, clip, SITE, camera_id)
        for camera_id, clip in zip(cameras, clips, strict=True)
    }


@pytest.fixture(scope="module")
def undisturbed(cloud: Deployment, api: ApiClient, clips: list[Path]) -> list[str]:
    """The cameras of one process that read everything in one go."""
    cameras = fleet.camera_ids("alone", CAMERAS_A_SHARD)
    publish_all(fleet.deliver_to(cloud), api, clips, cameras)
    square.work_until_idle(cloud, fleet.PATIENCE_SECONDS)
    square.settle(cloud)
    return cameras


def template_schemas(cloud: Deployment) -> list[dict[str, Any]]:
    """Keys and indexes of the tables that the template makes for a fleet on AWS."""
    stack = Stack(App(analytics_reporting=False), "fleet")
    LeaseTables(stack, "Fleet", application=cloud.worker_settings().fleet_application)
    tables = Template.from_stack(stack).find_resources("AWS::DynamoDB::Table").values()
    return sorted((fleet.schema_of(table["Properties"]) for table in tables), key=str)


@pytest.fixture
def workers(cloud: Deployment) -> Iterator[list[fleet.Worker]]:
    """Workers of the fleet that a test has started; killed with all their processes at its end."""
    started: list[fleet.Worker] = []
    yield started
    for worker in started:
        if worker.child.running:
            os.killpg(worker.child.process.pid, signal.SIGKILL)
            worker.child.process.wait()


def test_one_worker_killed_changes_nothing(
    cloud: Deployment,
    api: ApiClient,
    clips: list[Path],
    undisturbed: list[str],
    workers: list[fleet.Worker],
    capsys: pytest.CaptureFixture[str],
) -> None:
    shared = fleet.make_stream(cloud, "fleet")
    cameras = fleet.camera_ids("shared", CAMERAS_A_SHARD)
    delivery = fleet.HeldDelivery(fleet.deliver_to(shared), CLIP_FRAMES // CHUNK_FRAMES - HELD_CHUNKS)
    chunks = publish_all(delivery, api, clips, cameras)
    leases = fleet.Leases(shared)

    began = time.monotonic()
    workers += [fleet.start_worker(shared, name) for name in ("a", "b")]
    patience = fleet.PATIENCE_SECONDS
    eventually(lambda: any(worker.taken_at() for worker in workers), "a first shard taken", patience)
    first_lease_seconds = time.monotonic() - began
    eventually(lambda: leases.are_spread_over(workers), "shards spread over both workers", patience)
    leader = leases.leader()
    (survivor,) = (worker for worker in workers if worker.worker_id == leader)
    (victim,) = (worker for worker in workers if worker.worker_id != leader)

    def find_taken() -> set[str]:
        """The victim's shards, of one look, once it works on all of them and something is counted."""
        mine = {shard for shard, owner in leases.owners().items() if owner == victim.worker_id}
        is_under_way = any(fleet.sequence_of(shared, camera_id) >= 2 for camera_id in cameras)
        return mine if is_under_way and mine <= victim.taken_at().keys() else set()

    lost = eventually(find_taken, "work under way", patience)
    killed_at = datetime.now(UTC)
    os.killpg(victim.child.process.pid, signal.SIGKILL)
    assert delivery.let_go() == HELD_CHUNKS * len(cameras)

    # Some of them may have been the survivor's before: only what it takes from now on is taken over.
    eventually(lambda: lost <= survivor.taken_since(killed_at).keys(), "the other has taken over", patience)
    taken = survivor.taken_since(killed_at)
    took_over_seconds = max((taken[shard] - killed_at).total_seconds() for shard in lost)
    with capsys.disabled():
        sys.stdout.write(
            f"\nfirst shard taken after {first_lease_seconds:.1f} s, "
            f"taken over in {took_over_seconds:.1f} s\n"
        )
    fleet.wait_for_chunks(shared, chunks)
    square.settle(shared)

    alone = [square.ledger(api, camera_id) for camera_id in undisturbed]
    assert [square.ledger(api, camera_id) for camera_id in cameras] == alone
    assert sum(map(len, alone)) >= len(cameras)
    assert leases.schemas() == template_schemas(shared)
    # Told to stop it settles: the checkpoints it leaves are the shards' ends.
    survivor.child.process.send_signal(signal.SIGTERM)
    assert survivor.child.process.wait(patience) == 0, survivor.child.last_lines(20)
    # A shard that moved between the two before the kill was settled then as well.
    assert len({line["shard"] for line in survivor.said("settled")}) == fleet.SHARDS
