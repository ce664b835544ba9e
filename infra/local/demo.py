"""`floorsight demo`: everything, on one machine, on real video, cleaned up at the end."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from floorsight.platform.errors import Unavailable
from floorsight.platform.settings import DEFAULT_DETECTOR
from infra.local.accounts import Account, create_accounts
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.emulator import DEFAULT_PORT, check_port_free
from infra.local.processes import Child, start_publisher, start_worker
from infra.local.scene import Scene, set_up_scene
from infra.local.steps import Steps

SAMPLE_VIDEO = "vtest"
# Often enough that nobody sees it stop, few enough for a count to stay readable.
FOREVER = 1_000_000
# After the last chunk was sent, counts that stand still for this long are final: a commit, the bus, a
# queue's poll and the function lie between.
SETTLE_SECONDS = 6.0


@dataclass(frozen=True)
class DemoOptions:
    """`once`: play the video once, print the counts and end; for scripts and tests."""

    video: Path | None = None
    cameras: int = 1
    port: int = DEFAULT_PORT
    detector: str = DEFAULT_DETECTOR
    once: bool = False


@dataclass(frozen=True)
class RunningDemo:
    """A demo under way: where to look, who may, and what runs."""

    deployment: Deployment
    accounts: tuple[Account, ...]
    scene: Scene
    worker: Child
    publishers: tuple[Child, ...]

    @property
    def page(self) -> str:
        return f"{self.deployment.api_url}/"

    def account(self, role: str) -> Account:
        return next(account for account in self.accounts if account.role == role)


@contextlib.contextmanager
def run_demo(options: DemoOptions, console: Console) -> Iterator[RunningDemo]:
    """Start everything and end it when the block is left, whatever happens.

    Raises:
        FloorsightError: a step failed; the message says what to do.
    """
    steps = Steps(console)
    check_port_free(options.port)
    with ExitStack() as stack:
        steps.pull_models(options.detector)
        video = options.video or steps.pull_video(SAMPLE_VIDEO)
        emulator = steps.start_emulator(options.port)
        stack.callback(emulator.stop)
        deployment = steps.deploy(emulator)
        stack.callback(Deployment.forget, options.port)
        with steps.step("Users, site, cameras and lines, through the API"):
            accounts = create_accounts(deployment)
            scene = _set_up(deployment, accounts, options.cameras)
        with steps.step("Vision worker"):
            settings = deployment.worker_settings(detector=options.detector)
            worker = start_worker(deployment.environment(settings))
            stack.callback(worker.stop)
            worker.wait_until_ready()
        with steps.step(f"Edge publisher{'s' if options.cameras > 1 else ''}"):
            publishers = tuple(
                _publish(stack, deployment, video, scene.site_id, camera_id, once=options.once)
                for camera_id in scene.camera_ids
            )
        yield RunningDemo(deployment, tuple(accounts), scene, worker, publishers)


def _set_up(deployment: Deployment, accounts: list[Account], cameras: int) -> Scene:
    operator = next(account for account in accounts if account.role == "operator")
    with ApiClient(deployment.api_url) as api:
        api.sign_in(operator.username, operator.password)
        return set_up_scene(api, cameras)


def _publish(
    stack: ExitStack, deployment: Deployment, video: Path, site_id: str, camera_id: str, *, once: bool
) -> Child:
    environment = deployment.environment(deployment.publisher_settings())
    extra = () if once else ("--times", str(FOREVER))
    child = start_publisher(environment, video, site_id=site_id, camera_id=camera_id, extra=extra)
    stack.callback(child.stop)
    return child


def show_demo(options: DemoOptions, console: Console) -> None:
    """Run the demo in a terminal until Ctrl-C (or the end of the video with `once`)."""
    stop = threading.Event()
    with _stopping_on_signals(stop), run_demo(options, console) as demo:
        _print_invitation(demo, console)
        with ApiClient(demo.deployment.api_url) as api:
            viewer = demo.account("viewer")
            api.sign_in(viewer.username, viewer.password)
            _follow(demo, api, console, stop, once=options.once)
        console.print("Cleaning up …")
    console.print("Done. Nothing is left running.")


@contextlib.contextmanager
def _stopping_on_signals(stop: threading.Event) -> Iterator[None]:
    def _ask_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        if stop.is_set():
            raise KeyboardInterrupt  # asked twice: now
        stop.set()

    before = {number: signal.signal(number, _ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print_invitation(demo: RunningDemo, console: Console) -> None:
    console.print()
    console.print(f"[bold]Open the page:[/] {demo.page}", soft_wrap=True)
    console.print("Users, shown only now:")
    for account in demo.accounts:
        console.print(f"  {account.username:<10} {escape(account.password)}", soft_wrap=True, highlight=False)
    console.print("Ctrl-C ends everything.\n")


def _follow(
    demo: RunningDemo, api: ApiClient, console: Console, stop: threading.Event, *, once: bool
) -> None:
    """Show the counts every second until it is over."""
    with Live(console=console, auto_refresh=False, transient=not once) as live:
        quiet_since: float | None = None
        before: Any = None
        while not stop.wait(1.0):
            counts = api.get("/api/occupancy/live", site_id=demo.scene.site_id)
            live.update(_table(counts), refresh=True)
            _check_alive(demo)
            over = once and not any(publisher.running for publisher in demo.publishers)
            if not over or counts != before:
                quiet_since, before = None, counts
                continue
            quiet_since = quiet_since or time.monotonic()
            if time.monotonic() - quiet_since > SETTLE_SECONDS:
                return


def _check_alive(demo: RunningDemo) -> None:
    if not demo.worker.running:
        raise Unavailable(f"the vision worker ended; {demo.worker.log}:\n{demo.worker.last_lines()}")
    for publisher in demo.publishers:
        if not publisher.running and publisher.process.returncode != 0:
            raise Unavailable(f"{publisher.name} failed; {publisher.log}:\n{publisher.last_lines()}")


def _table(counts: dict[str, Any]) -> Table:
    table = Table(title=f"Inside now: {counts['occupancy']}")
    for column in ("camera", "in", "out", "inside"):
        table.add_column(column, justify="left" if column == "camera" else "right")
    for camera in counts["cameras"]:
        table.add_row(
            camera["camera_id"], str(camera["entries"]), str(camera["exits"]), str(camera["occupancy"])
        )
    return table
