"""Answering frames that come by the API, in whichever process each arrives."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from floorsight.events.identity import FaceSeen
from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.events.vision import LineCrossed
from floorsight.images.model import FrameAnswer, GateAnswer, NamedFace, PostedFrame
from floorsight.images.rules import find_answer
from floorsight.images.store import Overtaken, load_stream
from floorsight.images.turn import FrameTurn, ImagePorts, Unreadable, digest_of, frame_id_of
from floorsight.occupancy.model import Crossing
from floorsight.platform.bus import Message
from floorsight.platform.errors import Conflict, Malformed, Unavailable
from floorsight.platform.retry import Backoff

_log = logging.getLogger(__name__)

# A frame that somebody sends is analysed, whatever rate its camera is set to: a millisecond later is due.
EVERY_FRAME_FPS = 1000.0
WAIT_FOR_OTHER_FRAMES = Backoff(attempts=4, base_seconds=0.05)


@dataclass(frozen=True)
class ImageService:
    """Use cases of the images room."""

    ports: ImagePorts
    backoff: Backoff = WAIT_FOR_OTHER_FRAMES

    def take_frame(self, posted: PostedFrame) -> FrameAnswer:
        """Analyse a frame as the next of its camera's stream, and count what happened in it.

        The same frame again is answered the same and counted once, as long as it is among the latest of its
        camera.

        Raises:
            NotFound: unknown camera.
            Malformed: it can't be decoded (`undecodable`), or was captured in the future.
            Conflict: the camera is streamed, or the frame comes out of order, or its id is another's.
            Unavailable: something did not answer; the same frame may be sent again.
        """
        begun = self.ports.monotonic()
        plan = replace(self.ports.plan_of(posted.camera_id), analyse_fps=EVERY_FRAME_FPS)
        overtaken: FrameAnswer | None = None
        for _ in self.backoff.tries():
            stored = load_stream(self.ports.presence, posted.camera_id)
            known = find_answer(stored.answers, frame_id_of(posted), digest_of(posted.jpeg))
            if known is None and overtaken in (stored.answers or ()):
                known = overtaken  # by itself: the commit stood, and only the word of it was lost
            if known is not None:
                self._settle_again(posted.camera_id, stored.committed.outbox)
                return known
            turn = FrameTurn(self.ports, posted, plan, stored, begun)
            try:
                answer = turn.take()
            except Overtaken:
                overtaken = turn.answer
                continue
            except Unreadable as error:
                raise Malformed(error.message, code=error.code, field=error.field) from error
            self._count(posted.camera_id, turn.crossings)
            self._recognise(turn.questions)
            self._decide(turn.at_gates)
            return answer
        raise Conflict(
            "other frames of this camera came at the same time; send a camera's frames one after the other",
            code="camera_busy",
        )

    def name_people(self, camera_id: str, answer: FrameAnswer) -> list[NamedFace]:
        """The people of an answered frame whose names are known by now, by track. Raises Unavailable."""
        plan = self.ports.plan_of(camera_id)
        if self.ports.faces is None or not plan.identifies:
            return []
        return self.ports.faces.name_people(plan.site_id, camera_id, answer)

    def find_decisions(self, camera_id: str, answer: FrameAnswer) -> list[GateAnswer]:
        """What gates have decided by now about an answered frame's vehicles. Raises Unavailable."""
        plan = self.ports.plan_of(camera_id)
        if self.ports.gates is None or plan.gate is None:
            return []
        return self.ports.gates.find_answers(plan.site_id, camera_id, answer)

    def _decide(self, events: Sequence[PlateRead | VehicleLeft]) -> None:
        if self.ports.gates is not None:
            self.ports.gates.decide(events)

    def _recognise(self, questions: Sequence[FaceSeen]) -> None:
        if self.ports.faces is not None:
            self.ports.faces.recognise(questions)

    def _settle_again(self, camera_id: str, outbox: Sequence[Message]) -> None:
        """Whoever took the frame may have died right after its commit."""
        self.ports.bus.publish(outbox)
        crossed = [LineCrossed.parse(m.detail) for m in outbox if m.detail_type == LineCrossed.detail_type()]
        self._count(camera_id, [Crossing.of(event) for event in crossed])
        self._recognise([FaceSeen.parse(m.detail) for m in outbox if m.detail_type == FaceSeen.detail_type()])
        self._decide(
            [
                kind.parse(message.detail)
                for message in outbox
                for kind in (PlateRead, VehicleLeft)
                if message.detail_type == kind.detail_type()
            ]
        )

    def _count(self, camera_id: str, crossings: Sequence[Crossing]) -> None:
        """Have the crossings in the ledger before the next frame asks for the count.

        The reaction on the bus does the same, a moment later and in any case: it finds them there.
        """
        if not crossings:
            return
        try:
            self.ports.occupancy.record_crossings(camera_id, crossings)
        except Unavailable as error:
            _log.warning("left to the bus: %s", error.message, extra={"camera_id": camera_id})
