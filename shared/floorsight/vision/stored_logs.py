"""The stored form of the tracks' logs, part of that of the stream state (docs/formats/stream-state.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from floorsight.events.vision import Direction
from floorsight.geometry.crossing import CrossingState
from floorsight.geometry.presence import PresenceState
from floorsight.vision.detections import ObjectClass
from floorsight.vision.track_log import (
    NO_FACES,
    NO_PLATES,
    FaceLog,
    LineLog,
    PlateLog,
    ReadPlate,
    TrackLog,
    ZoneLog,
)


def dump_log(log: TrackLog) -> dict[str, Any]:
    """A log as JSON has it."""
    lines = {
        line_id: {"revision": entry.revision, "crossings": entry.crossings, "state": list(entry.state)}
        for line_id, entry in log.lines.items()
    }
    zones = {
        zone_id: {
            "revision": entry.revision,
            "restricted": entry.restricted,
            "visits": entry.visits,
            "state": list(entry.state),
        }
        for zone_id, entry in log.zones.items()
    }
    return {
        "started_ms": log.started_ms,
        "object_class": int(log.object_class),
        "observations": log.observations,
        "score": log.score,
        "path": log.path,
        "lines": lines,
        "zones": zones,
        "faces": log.faces._asdict() if log.faces != NO_FACES else None,
        "plates": _dump_plates(log.plates) if log.plates != NO_PLATES else None,
    }


def load_log(values: dict[str, Any], found: int) -> TrackLog:
    """What `dump_log` made, or made when the state was of the format `found`."""
    lines = {
        line_id: LineLog(entry["revision"], CrossingState(*entry["state"]), entry["crossings"])
        for line_id, entry in values["lines"].items()
    }
    log = TrackLog(
        started_ms=values["started_ms"],
        object_class=ObjectClass(values["object_class"]),
        observations=values["observations"],
        path=tuple((at, x, y) for at, x, y in values["path"]),
        lines=lines,
    )
    if found == 1:
        return log
    faces = values["faces"] if found >= 3 else None
    plates = values["plates"] if found >= 4 else None
    return replace(
        log,
        score=values["score"],
        zones=_load_zones(values["zones"]),
        faces=FaceLog(**faces | {"keys": tuple(faces["keys"])}) if faces else NO_FACES,
        plates=_load_plates(plates) if plates else NO_PLATES,
    )


def _load_zones(values: dict[str, Any]) -> dict[str, ZoneLog]:
    return {
        zone_id: ZoneLog(
            entry["revision"], entry["restricted"], PresenceState(*entry["state"]), entry["visits"]
        )
        for zone_id, entry in values.items()
    }


def _dump_plates(plates: PlateLog) -> dict[str, Any]:
    return plates._asdict() | {
        "kind": int(plates.kind),
        "readings": [reading._asdict() for reading in plates.readings],
    }


def _load_plates(values: dict[str, Any]) -> PlateLog:
    readings = (
        ReadPlate(**reading | {"confidences": tuple(reading["confidences"])})
        for reading in values["readings"]
    )
    place, direction = values.get("place"), values.get("direction")
    known = {
        "kind": ObjectClass(values["kind"]),
        "readings": tuple(readings),
        "place": tuple(place) if place else None,
        "direction": Direction(direction) if direction else None,
    }
    return PlateLog(**values | known)
