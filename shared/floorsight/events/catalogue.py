"""Every event class, for documentation and for reading by detail type."""

from __future__ import annotations

from floorsight.events.attendance import PunchRecorded
from floorsight.events.cameras import CameraCameBack, CameraWentOffline
from floorsight.events.diagnostics import ProcessingMeasured
from floorsight.events.envelope import Event
from floorsight.events.identity import FaceSeen, PersonNotRecognised, PersonRecognised
from floorsight.events.occupancy import OccupancyChanged
from floorsight.events.publishing import PublisherReported
from floorsight.events.recordings import RecordingAnalysed
from floorsight.events.vehicles import GateDecided, GateOverridden, PlateRead, VehicleLeft
from floorsight.events.vision import (
    ChunkRejected,
    ChunksMissed,
    LineCrossed,
    StreamHealth,
    TrackEnded,
    ZoneEntered,
    ZoneLeft,
)

EVENTS: tuple[type[Event], ...] = (
    LineCrossed,
    ZoneEntered,
    ZoneLeft,
    TrackEnded,
    StreamHealth,
    ChunkRejected,
    ChunksMissed,
    OccupancyChanged,
    FaceSeen,
    PersonRecognised,
    PersonNotRecognised,
    PunchRecorded,
    PlateRead,
    VehicleLeft,
    GateDecided,
    GateOverridden,
    PublisherReported,
    CameraWentOffline,
    CameraCameBack,
    RecordingAnalysed,
    ProcessingMeasured,
)
BY_DETAIL_TYPE: dict[str, type[Event]] = {event.detail_type(): event for event in EVENTS}
