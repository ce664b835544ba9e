"""From capture to the API's answer: how old is a crossing when a client can first see it?

    python -m benchmarks.latency [--cameras 1 2 4] [--fps 5] [--seconds 60]

The whole system on the emulator, cameras playing the sample video at its own speed. A client asks each
camera's crossings several times a second over HTTP; a crossing's latency is the time at which it is first in
an answer less the capture time of the frame in which it was decided. A chunk lasts at least a second, so
between a half and one second of it is waiting for the chunk's end.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.local.accounts import create_accounts
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment, deploy
from infra.local.emulator import free_port, run_emulator
from infra.local.models_cli import MEDIA_FOLDER
from infra.local.processes import Child, start_publisher, start_worker

SITE = "bench"
ASK_SECONDS = 0.1


def measure(deployment: Deployment, api: ApiClient, cameras: int, fps: int, seconds: float) -> list[float]:
    """Seconds from capture to answer of every crossing seen within the time."""
    names = [f"c{cameras}-{number}" for number in range(cameras)]
    for name in names:
        _add_camera(api, name, fps)
    with ExitStack() as stack:
        worker = stack.enter_context(_running_worker(deployment))
        publishers = [stack.enter_context(_running_publisher(deployment, name)) for name in names]
        latencies = _watch(api, names, seconds)
        for child in (worker, *publishers):
            if not child.running and child.process.returncode:
                raise SystemExit(f"{child.name} failed:\n{child.last_lines(20)}")
    return latencies


def _watch(api: ApiClient, names: list[str], seconds: float) -> list[float]:
    seen: set[str] = set()
    latencies: list[float] = []
    until = time.monotonic() + seconds
    pause = threading.Event()
    while time.monotonic() < until:
        for name in names:
            answer = api.get(f"/api/occupancy/cameras/{name}/crossings", limit=20)
            now = datetime.now(UTC)
            for item in answer["items"]:
                if item["crossing_id"] not in seen:
                    seen.add(item["crossing_id"])
                    latencies.append((now - datetime.fromisoformat(item["occurred_at"])).total_seconds())
        pause.wait(ASK_SECONDS)
    return latencies


def _add_camera(api: ApiClient, name: str, fps: int) -> None:
    camera: dict[str, Any] = {"camera_id": name, "site_id": SITE, "name": name, "role": "bidirectional"}
    api.post("/api/occupancy/cameras", camera | {"analyse_fps": fps})
    for x in (0.25, 0.5, 0.75):
        line = {"name": f"{x}", "start": {"x": x, "y": 1.0}, "end": {"x": x, "y": 0.0}}
        api.post(f"/api/occupancy/cameras/{name}/lines", line)


@contextmanager
def _running_worker(deployment: Deployment) -> Iterator[Child]:
    worker = start_worker(deployment.environment(deployment.worker_settings()))
    try:
        worker.wait_until_ready()
        yield worker
    finally:
        worker.stop()


@contextmanager
def _running_publisher(deployment: Deployment, name: str) -> Iterator[Child]:
    environment = deployment.environment(deployment.publisher_settings())
    publisher = start_publisher(environment, MEDIA_FOLDER / "vtest.avi", site_id=SITE, camera_id=name)
    try:
        yield publisher
    finally:
        publisher.stop()


def main() -> int:
    """Print a table; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cameras", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--fps", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    table = Table("cameras", "analysed fps", "crossings", "p50 s", "p95 s", "max s")
    with run_emulator(free_port()) as emulator:
        deployment = deploy(emulator.endpoint)
        operator = create_accounts(deployment, ("operator",))[0]
        with ApiClient(deployment.api_url) as api:
            api.sign_in(operator.username, operator.password)
            api.post("/api/sites", {"site_id": SITE, "name": "Benchmark", "time_zone": "UTC"})
            for cameras in options.cameras:
                found = measure(deployment, api, cameras, options.fps, options.seconds)
                cuts = quantiles(found, n=20)
                table.add_row(
                    str(cameras), str(options.fps), str(len(found)),
                    f"{cuts[9]:.2f}", f"{cuts[18]:.2f}", f"{max(found):.2f}",
                )  # fmt: skip
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
