"""Ids of counters in paths: a zone's id is no camera's, and the reverse."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from floorsight.events.occupancy import CounterKind
from floorsight.occupancy.model import kind_of
from floorsight.platform.errors import NotFound
from functions.query_api.routers.cameras import CameraId
from functions.query_api.routers.zones import ZoneId


def _read_camera_id(camera_id: CameraId) -> str:
    return _check(camera_id, CounterKind.CAMERA)


def _read_zone_id(zone_id: ZoneId) -> str:
    return _check(zone_id, CounterKind.ZONE)


def _check(counter_id: str, kind: CounterKind) -> str:
    if kind_of(counter_id) is not kind:
        raise NotFound(f"there is no {kind} {counter_id}", code=f"unknown_{kind}")
    return counter_id


CameraCounterId = Annotated[str, Depends(_read_camera_id)]
ZoneCounterId = Annotated[str, Depends(_read_zone_id)]
