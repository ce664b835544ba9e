"""Counts against truth, from pixels to the API.

    python -m benchmarks.counting.run --mot FOLDER   # MOTChallenge 2015 training sequences too
    python -m benchmarks.counting.run                # the sample video against a count by eye

Everything is the product's own: publisher, stream, worker, bus, queue, function, ledger, API; the cloud is
the emulator.
The sequences TUD-Campus and TUD-Stadtmitte are from motchallenge.net (CC BY-NC-SA 3.0), their video converted
to `<name>/<name>.mp4`; neither is part of this project.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
from rich.console import Console
from rich.table import Table

from benchmarks.counting.truth import (
    LEFTWARDS,
    RIGHTWARDS,
    TrueCrossing,
    crossings_by_eye,
    crossings_of_annotations,
)
from floorsight.platform.settings import DEFAULT_DETECTOR
from infra.local.accounts import create_accounts
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment, deploy
from infra.local.emulator import free_port, run_emulator
from infra.local.models_cli import MEDIA_FOLDER
from infra.local.processes import start_publisher, start_worker

SITE = "bench"
BEGAN_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MATCH_SECONDS = 1.5
IDLE_SECONDS = 6
SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte")


@dataclass(frozen=True)
class Case:
    """A video, its vertical lines (name → share of the width) and the crossings that there are."""

    name: str
    video: Path
    lines: dict[str, float]
    truth: list[TrueCrossing]
    frames_per_second: float


@dataclass(frozen=True)
class Counted:
    """What the API says, in the terms of the truth."""

    frame: float
    line: str
    direction: str


def sequence_case(folder: Path, name: str) -> Case:
    """A MOTChallenge sequence with lines at a quarter, a half and three quarters of the width."""
    video = folder / name / f"{name}.mp4"
    width, rate = _shape(video)
    lines = {"25 %": 0.25, "50 %": 0.5, "75 %": 0.75}
    pixels = {line: share * width for line, share in lines.items()}
    truth = crossings_of_annotations(folder / name / "gt" / "gt.txt", pixels)
    return Case(name, video, lines, truth, rate)


def sample_case() -> Case:
    """The sample video with its line in the middle, counted by eye."""
    video = MEDIA_FOLDER / "vtest.avi"
    truth = crossings_by_eye(Path(__file__).with_name("vtest-middle.csv"), "50 %")
    return Case("vtest", video, {"50 %": 0.5}, truth, _shape(video)[1])


def count(
    case: Case, deployment: Deployment, api: ApiClient, analyse_fps: int, detector: str
) -> list[Counted]:
    """Run one video through the whole system."""
    camera_id = f"{case.name.lower()}-{analyse_fps}-{detector}"
    camera = {"camera_id": camera_id, "site_id": SITE, "name": case.name, "role": "bidirectional"}
    api.post("/api/occupancy/cameras", camera | {"analyse_fps": analyse_fps})
    names = {}
    for name, x in case.lines.items():
        line = {"name": name, "start": {"x": x, "y": 1.0}, "end": {"x": x, "y": 0.0}}
        names[api.post(f"/api/occupancy/cameras/{camera_id}/lines", line)["line_id"]] = name
    environment = deployment.environment(deployment.publisher_settings())
    extra = ("--fast", "--started-at", BEGAN_AT.isoformat())
    publisher = start_publisher(environment, case.video, site_id=SITE, camera_id=camera_id, extra=extra)
    environment = deployment.environment(deployment.worker_settings(detector=detector))
    worker = start_worker(environment, "--until-idle", str(IDLE_SECONDS))
    for child in (publisher, worker):
        if child.process.wait():
            raise SystemExit(f"{child.name} failed:\n{child.last_lines(20)}")
    return _crossings(api, camera_id, names, case)


def _crossings(api: ApiClient, camera_id: str, names: dict[str, str], case: Case) -> list[Counted]:
    found = []
    for item in api.get(f"/api/occupancy/cameras/{camera_id}/crossings", limit=500)["items"]:
        seconds = (datetime.fromisoformat(item["occurred_at"]) - BEGAN_AT).total_seconds()
        direction = RIGHTWARDS if item["direction"] == "in" else LEFTWARDS
        found.append(Counted(seconds * case.frames_per_second, names[item["line_id"]], direction))
    return sorted(found, key=lambda crossing: crossing.frame)


def disagreements(case: Case, counted: list[Counted]) -> tuple[list[TrueCrossing], list[Counted]]:
    """Crossings that were missed, and counts without a crossing.

    Each crossing takes the nearest count of its line and direction that is at most MATCH_SECONDS away.
    """
    left, missed = list(counted), []
    for crossing in case.truth:
        near = [
            found
            for found in left
            if (found.line, found.direction) == (crossing.line, crossing.direction)
            and abs(found.frame - crossing.frame) <= MATCH_SECONDS * case.frames_per_second
        ]
        if near:
            left.remove(min(near, key=lambda found: abs(found.frame - crossing.frame)))
        else:
            missed.append(crossing)
    return missed, left


def show(console: Console, case: Case, counted: list[Counted]) -> None:
    """A table of totals, and every disagreement with its frame."""
    table = Table("line", "direction", "truth", "counted", title=case.name)
    for line in case.lines:
        for direction in (RIGHTWARDS, LEFTWARDS):
            true = sum((c.line, c.direction) == (line, direction) for c in case.truth)
            found = sum((c.line, c.direction) == (line, direction) for c in counted)
            table.add_row(line, direction, str(true), str(found))
    error = abs(len(counted) - len(case.truth)) / len(case.truth)
    table.add_row("total", "", str(len(case.truth)), f"{len(counted)} ({error:.1%} off)")
    console.print(table)
    missed, extra = disagreements(case, counted)
    for crossing in missed:
        console.print(f"  missed: frame {crossing.frame}, {crossing.line}, {crossing.direction}")
    for found in extra:
        console.print(f"  extra: frame {found.frame:.0f}, {found.line}, {found.direction}")


def _shape(video: Path) -> tuple[int, float]:
    """Width in pixels, frames per second."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        return stream.codec_context.width, float(stream.average_rate or 25)


def main() -> int:
    """Print the tables; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mot", type=Path, metavar="FOLDER", help="folder of MOTChallenge sequences")
    parser.add_argument("--fps", type=int, nargs="+", default=[10], help="analysed frames per second")
    parser.add_argument("--detector", nargs="+", default=[DEFAULT_DETECTOR])
    options = parser.parse_args()
    cases = [sequence_case(options.mot, name) for name in SEQUENCES] if options.mot else []
    cases.append(sample_case())
    console = Console()
    with run_emulator(free_port()) as emulator:
        deployment = deploy(emulator.endpoint)
        operator = create_accounts(deployment, ("operator",))[0]
        with ApiClient(deployment.api_url) as api:
            api.sign_in(operator.username, operator.password)
            api.post("/api/sites", {"site_id": SITE, "name": "Benchmark", "time_zone": "UTC"})
            for detector in options.detector:
                for fps in options.fps:
                    console.rule(f"{detector}, {fps} frames per second analysed")
                    for case in cases:
                        show(console, case, count(case, deployment, api, fps, detector))
    return 0


if __name__ == "__main__":
    sys.exit(main())
