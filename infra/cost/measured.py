"""What one of each thing uses, as `python -m benchmarks.cost` measured it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

MEASURED_FILE = Path(__file__).with_name("measured.json")


class UseCase(StrEnum):
    """What is done to tables, and how often: the unit of each figure."""

    CROSSING = "crossing"
    ZONE_VISIT = "zone visit"
    STREAM_MINUTE = "minute of a camera's stream"
    PUBLISHER_REPORT = "report of a publisher"
    TRACK = "track"
    COMMIT = "commit of a camera's state"
    CHANGE = "alerts looked at after a change"
    ROLL_UP = "camera hour rolled up"
    CHECK_ALERTS = "minute of checking a site"


@dataclass(frozen=True)
class TableUse:
    """DynamoDB requests, request units, and bytes that stay."""

    requests: float
    write_units: float
    read_units: float
    bytes_stored: float


def load_measured(file: Path = MEASURED_FILE) -> Mapping[UseCase, TableUse]:
    """The stored figures."""
    stored = json.loads(file.read_text())
    return {use_case: TableUse(**stored[use_case.name.lower()]) for use_case in UseCase}


def save_measured(measured: Mapping[UseCase, TableUse], file: Path = MEASURED_FILE) -> None:
    """Store figures for the command line and the test of the budget."""
    values = {use_case.name.lower(): asdict(use) for use_case, use in measured.items()}
    file.write_text(json.dumps(values, indent=2) + "\n")
