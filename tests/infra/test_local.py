"""What the one-machine cloud decides without running anything."""

from __future__ import annotations

import socket
import string
from pathlib import Path

import pytest

from floorsight.platform.errors import NotFound
from floorsight.platform.settings import child_environment
from infra.local import deployment as deployments
from infra.local import processes
from infra.local.accounts import make_password
from infra.local.deployment import Deployment, ResourceEvent, parse_event, read_outputs
from infra.local.doctor import Finding, check_chromium, check_disk, check_node, check_port, check_python
from infra.local.emulator import HOST, Endpoint
from infra.local.processes import start_child

OUTPUTS = {
    "floorsight-local-data": {
        "RegistryTableName": "registry",
        "PresenceTableName": "presence",
        "TrailsTableName": "trails",
        "MediaBucketName": "media",
        "ExportsOutputRefMedia": "media",
    },
    "floorsight-local-ingest": {"ChunkStreamName": "chunks"},
    "floorsight-local-bus": {
        "EventBusName": "bus",
        "UpdateOccupancyQueueUrl": "http://127.0.0.1:4566/queue",
        "UpdateOccupancyDlqUrl": "http://127.0.0.1:4566/dead-letters",
    },
    "floorsight-local-api": {
        "ApiId": "abc",
        "ApiUrl": "https://abc.execute-api.us-east-1.amazonaws.com/",
        "UserPoolId": "pool",
        "UserPoolClientId": "client",
    },
}


@pytest.fixture
def deployment() -> Deployment:
    return read_outputs(Endpoint(4566), OUTPUTS)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        (
            "floorsight-local-data |  3/12 | 10:11:12 AM | CREATE_COMPLETE | AWS::S3::Bucket | Media (M7)",
            ResourceEvent("floorsight-local-data", 3, 12, "CREATE_COMPLETE", "AWS::S3::Bucket", "Media"),
        ),
        (
            "CDKToolkit | 0 | 7:00:00 PM | REVIEW_IN_PROGRESS   | AWS::CloudFormation::Stack | CDKToolkit",
            ResourceEvent(
                "CDKToolkit", 0, None, "REVIEW_IN_PROGRESS", "AWS::CloudFormation::Stack", "CDKToolkit"
            ),
        ),
        ("floorsight-local-data: deploying... [1/5]", None),
        ("", None),
    ],
)
def test_progress_is_read_from_what_cdk_prints(line: str, event: ResourceEvent | None) -> None:
    assert parse_event(line) == event


def test_the_api_is_reached_by_path_on_loopback(deployment: Deployment) -> None:
    assert deployment.api_url == "http://127.0.0.1:4566/_aws/execute-api/abc/$default"


def test_a_childs_environment_points_at_the_emulator_and_at_nothing_else(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody-else")
    monkeypatch.setenv("FLOORSIGHT_EVENT_BUS", "left over")
    monkeypatch.setenv("FLOORSIGHT_REGISTRY_TABLE", "left over")
    environment = deployment.environment(deployment.publisher_settings())
    ours = {name: value for name, value in environment.items() if name.startswith(("AWS_", "FLOORSIGHT_"))}
    assert ours == {
        **deployment.endpoint.environment(),
        "FLOORSIGHT_CHUNK_STREAM": "chunks",
        "FLOORSIGHT_EVENT_BUS": "bus",
        "FLOORSIGHT_MEDIA_BUCKET": "media",
        "FLOORSIGHT_STAGE": "local",
    }
    assert "PATH" in environment


def test_worker_settings_take_overrides(deployment: Deployment) -> None:
    settings = deployment.worker_settings(detector="nanodet-g-640")
    assert (settings.chunk_stream, settings.event_bus, settings.detector) == (
        "chunks",
        "bus",
        "nanodet-g-640",
    )


def test_a_deployment_is_saved_found_and_forgotten(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployments, "STATE", tmp_path)
    with pytest.raises(NotFound, match=r"nothing was deployed on port 4566: run `floorsight up`"):
        Deployment.load(4566)
    deployment.save()
    assert Deployment.load(4566) == deployment
    Deployment.forget(4566)
    with pytest.raises(NotFound):
        Deployment.load(4566)


def test_passwords_fit_the_pools_policy_and_differ() -> None:
    passwords = {make_password() for _ in range(200)}
    assert len(passwords) == 200
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.+")
    for password in passwords:
        assert len(password) >= 12
        assert all(set(password) & set(kind) for kind in kinds), password


@pytest.mark.parametrize(
    ("finding", "ok", "remedy"),
    [
        (check_python((3, 11, 7)), True, ""),
        (check_python((3, 10, 2)), False, "3.11"),
        (check_node("v20.20.2"), True, ""),
        (check_node("v18.1.0"), False, "Node.js 20"),
        (check_node(None), False, "Node.js 20"),
        (check_disk(0.3), False, "make room"),
        (check_chromium(lambda name: None), False, "apt-get install chromium"),
        (check_chromium({"chromium": "/usr/bin/chromium"}.get), True, ""),
    ],
)
def test_the_doctor_says_how_to_mend(finding: Finding, ok: bool, remedy: str) -> None:
    assert finding.ok is ok
    assert remedy in finding.remedy
    assert bool(finding.remedy) is not ok


def test_the_doctor_finds_a_port_in_use() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert not check_port(port).ok
    assert check_port(port).ok


def test_two_clouds_on_one_machine_have_logs_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STATE", tmp_path)
    children = [
        start_child("worker", "platform", [], child_environment(Endpoint(port).environment()))
        for port in (4566, 4567)
    ]
    for child in children:
        assert child.process.wait(30) == 0
    assert [child.log.name for child in children] == ["worker-4566.log", "worker-4567.log"]
    assert all(child.log.read_text().strip() for child in children)
