"""Who is in a frame: recognised at once for whoever waits, by the answers that everybody gets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from floorsight.employees.service import EmployeeService
from floorsight.events.identity import FaceSeen
from floorsight.identity.answers.model import Answer
from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.recognising import RecognitionService
from floorsight.images.model import FrameAnswer, NamedFace
from floorsight.platform.errors import FloorsightError

_log = logging.getLogger(__name__)
# Of the 29 s in which a frame is answered; the frame itself has had its share.
SECONDS_FOR_FACES = 20.0


@dataclass(frozen=True)
class FrameFaces:
    """Recognises the tracks of frames in place, and tells their names.

    The reaction on the bus is asked the same, and answers the same: whoever comes second finds the answer.
    """

    recognition: RecognitionService
    answers: AnswerStore
    employees: EmployeeService
    monotonic: Callable[[], float] = time.monotonic

    def recognise(self, questions: Sequence[FaceSeen]) -> None:
        """Answer what a frame has asked. What can't be answered now is logged, and left to the bus."""
        ends_at = self.monotonic() + SECONDS_FOR_FACES
        for question in questions:
            try:
                self.recognition.recognise(question, lambda: ends_at - self.monotonic())
            except FloorsightError as error:
                about = {"camera_id": question.camera_id, "track": question.track_id, "code": error.code}
                _log.warning("left to the bus: %s", error.message, extra=about)

    def name_people(self, site_id: str, camera_id: str, answer: FrameAnswer) -> list[NamedFace]:
        """The people of a frame whose names are known now, by track. Raises Unavailable."""
        session, now = answer.stream_session, self.recognition.clock()
        known = self.answers.find_answers(site_id, camera_id, session, answer.people_tracks, now=now)
        named = (self._name(track_id, found) for track_id, found in sorted(known.items()))
        return [face for face in named if face is not None]

    def _name(self, track_id: int, answer: Answer) -> NamedFace | None:
        """None for who is not known, or must not be recognised any more."""
        match = answer.decision.match
        if match is None:
            return None
        employee = self.employees.get_employee(match.employee_id)
        if not employee.may_be_recognised:
            return None
        return NamedFace(track_id, employee.name, match.similarity, answer.decision.source.value)
