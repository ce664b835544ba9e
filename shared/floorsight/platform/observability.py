"""Structured logs and metrics, without business code knowing who collects them."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

from floorsight.platform.settings import read_stage

log = logging.getLogger(__name__)

NAMESPACE = "Floorsight"
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and whatever `extra` carried."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry.update({name: value for name, value in vars(record).items() if name not in _STANDARD})
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure_logging(level: str = "INFO") -> None:
    """Send every log record as JSON to standard output. Safe to call again."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)


def emit_metrics(
    values: dict[str, float], *, dimensions: dict[str, str], units: dict[str, str] | None = None
) -> None:
    """Print one line in CloudWatch's embedded metric format; CloudWatch Logs turns it into metrics.

    Each becomes two metrics: one by stage and its dimensions, to see where, and one by stage alone, which
    an alarm can watch (an alarm can't add up dimensions that it doesn't know). The stage is this process's:
    an account may hold several. An output that can't be written (full, or nobody reads it any more) is no
    error of who measures, as it is none of who logs: it is told to the log.

    Source: "Embedded metric format specification", CloudWatch user guide.
    """
    by_stage = ["stage"]
    dimension_sets = [by_stage + sorted(dimensions), by_stage] if dimensions else [by_stage]
    metrics = [{"Name": name, "Unit": (units or {}).get(name, "Count")} for name in values]
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": dimension_sets, "Metrics": metrics}],
        },
        "stage": read_stage(),
        **dimensions,
        **values,
    }
    _print_line(json.dumps(line))


def _print_line(line: str) -> None:
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except (OSError, ValueError) as error:  # a ValueError: it is closed
        log.warning("metrics can't be written: %s", error)
