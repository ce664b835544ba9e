"""What gates decide about the vehicles of a frame: at once for whoever waits, as everybody is told it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.images.model import FrameAnswer, GateAnswer
from floorsight.platform.errors import FloorsightError
from floorsight.vehicles.gate.deciding import DecidingService
from floorsight.vehicles.gate.model import Track
from floorsight.vehicles.gate.moments import is_late

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FrameGates:
    """Decides about the vehicles of frames in place, and tells what was decided.

    The reaction on the bus is asked the same, and decides the same: whoever comes second finds the decision.
    """

    deciding: DecidingService

    def decide(self, events: Sequence[PlateRead | VehicleLeft]) -> None:
        """Take what a frame tells. What can't be decided now is logged, and left to the bus."""
        for event in events:
            try:
                if isinstance(event, PlateRead):
                    self.deciding.take_read(event)
                else:
                    self.deciding.take_leaving(event)
            except FloorsightError as error:
                about = {"camera_id": event.camera_id, "track": event.track_id, "code": error.code}
                _log.warning("left to the bus: %s", error.message, extra=about)

    def find_answers(self, site_id: str, camera_id: str, answer: FrameAnswer) -> list[GateAnswer]:
        """What is decided by now about a frame's vehicles, by track. Raises Unavailable.

        A frame that comes late, or again, opens nothing; nor does a decision that is no longer new.
        """
        now = self.deciding.clock()
        found = []
        for vehicle in answer.vehicles:
            track = Track(site_id, camera_id, answer.stream_session, vehicle.track_id)
            taken = self.deciding.find_taken(track)
            decided = taken.decided
            if decided is not None:
                found.append(
                    GateAnswer(
                        track_id=vehicle.track_id,
                        decision_id=decided.decision_id,
                        verdict=decided.decision.verdict.value,
                        explanation=decided.decision.explanation,
                        admitted=decided.admits,
                        opens=not is_late(answer.captured_at, now) and self.deciding.opens_now(taken),
                    )
                )
        return found
