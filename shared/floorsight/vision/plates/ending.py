"""What is told of the plates of tracks that are over, at whichever gate they were seen."""

from __future__ import annotations

from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.vision.decoding import Frame
from floorsight.vision.plan import CountingPlan
from floorsight.vision.plates.consensus import SURE, combine
from floorsight.vision.plates.facts import gate_of, plate_event, vehicle_left_event
from floorsight.vision.plates.picking import NEAR_LOOKS
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage
from floorsight.vision.track_log import NO_PLATES, TrackLog
from floorsight.vision.tracking.tracker import Observed
from floorsight.vision.watching import Logs, Settled


def end_plates(
    track_id: int, log: TrackLog, plan: CountingPlan, state: StreamState, cause: str
) -> list[PlateRead | VehicleLeft]:
    """What is told of a track that is over: that it left, if its plate was told, else what is known of it.

    Nothing of what never came near, unless it was read surely from afar.
    """
    plates = log.plates
    gate = gate_of(plates, plan.gate)
    if plates == NO_PLATES or not gate.gate_id:
        return []
    if plates.told:
        return [vehicle_left_event(track_id, log, plan, gate, state, cause)]
    is_sure = bool(plates.readings) and combine(plates.readings).confidence >= SURE
    if is_sure or (plates.readings and plates.near) or plates.near >= NEAR_LOOKS:
        return [plate_event(track_id, log, plan, gate, state, cause)]
    return []


class EndedPlates:
    """A chunk's watch where no plates are read: of vehicles that were looked at before, the end is told."""

    stage = Stage.PLATES

    def __init__(self, plan: CountingPlan, sequence: int) -> None:
        self._plan, self._cause = plan, f"chunk/{sequence}"

    def look(
        self,
        frame: Frame,  # noqa: ARG002
        observed: Observed,  # noqa: ARG002
        logs: Logs,
        at_ms: int,  # noqa: ARG002
    ) -> dict[int, TrackLog]:
        """Nothing is looked at."""
        return dict(logs)

    def settle(self, logs: Logs, ended: Logs, state: StreamState) -> Settled:
        """Tell of the tracks that were given up."""
        events = [
            event
            for track_id, log in ended.items()
            for event in end_plates(track_id, log, self._plan, state, self._cause)
        ]
        return Settled(dict(logs), events)
