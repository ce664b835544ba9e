"""Frames by API name whom they show: in the answer to the frame by which a track has enough faces."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import numpy as np
import pytest

from floorsight.events.identity import FaceSeen, PersonRecognised
from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.deciding import DecisionService
from floorsight.identity.enrolling.indexing import NoIndex
from floorsight.identity.enrolling.model import NewFace
from floorsight.identity.face_rooms import FaceRooms, open_face_rooms
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.keeping import Evidence
from floorsight.identity.recognising import RecognitionService
from floorsight.images.faces import FrameFaces
from floorsight.images.model import FrameAnswer, NamedFace
from floorsight.images.service import ImageService
from floorsight.images.turn import FramePipeline
from floorsight.platform.errors import Unavailable
from floorsight.sites.model import Identify
from floorsight.vision.detector import Detector
from floorsight.vision.faces import picking
from floorsight.vision.tracking.tracker import Tracker
from tests.fakes.faces import GreyFaceReader
from tests.fakes.recognition import ScriptedBackend
from tests.fakes.scene import CAMERA, SITE
from tests.fakes.stills import Gate, walking_frame

FRAMES = 20


class NamingGate(Gate):
    """A camera set to recognise people. Anna is enrolled, and is whom every frame shows."""

    def __init__(self) -> None:
        super().__init__()
        scene = self.scene
        camera = scene.sites.get_camera(CAMERA)
        scene.sites.update_camera(replace(camera, identify=Identify.RECOGNISE))
        self.rooms: FaceRooms = open_face_rooms(
            registry=scene.registry,
            presence=scene.presence,
            objects=self.objects,
            sites=scene.sites,
            outside=NoIndex(),
            clock=scene.clock,
        )
        employees = self.rooms.employees
        employees.create_employee(employee_id="anna", site_id=SITE, name="Anna Weiß", by="olga")
        agreed = employees.record_consent("anna", version="1", by="olga")
        direction = np.zeros(128, "<f4")
        direction[0] = 1.0
        self.rooms.keeping.add(
            agreed, [NewFace(GreyFaceReader.embedder, direction.tobytes(), b"x")], by="olga"
        )
        recognition = RecognitionService(
            sites=scene.sites,
            policies=self.rooms.policies,
            decisions=DecisionService(
                GalleryHolder(self.rooms.keeping.gallery), employees, ScriptedBackend()
            ),
            evidence=Evidence(self.objects),
            presence=scene.presence,
            bus=self.bus,
            clock=scene.clock,
        )
        self.faces = FrameFaces(recognition, AnswerStore(scene.presence), employees, lambda: 0.0)

    def service(self, **changes: Any) -> ImageService:
        pipeline = FramePipeline(cast("Detector", self.detector), Tracker(), GreyFaceReader)
        return super().service(**{"pipeline": pipeline, "faces": self.faces} | changes)

    def show(self, number: int) -> tuple[FrameAnswer, list[NamedFace]]:
        answer = self.post(number)
        return answer, self.service().name_people(CAMERA, answer)

    def show_until_named(self) -> tuple[int, FrameAnswer, list[NamedFace]]:
        for number in range(FRAMES):
            answer, named = self.show(number)
            if named:
                return number, answer, named
        raise AssertionError("nobody was named")

    def told(self, kind: type[Any]) -> set[str]:
        return {m.detail for m in self.bus.messages if m.detail_type == kind.detail_type()}


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> NamingGate:
    monkeypatch.setattr(picking, "LEAST_EYE_DISTANCE", 2.0)  # the miniature's people are 12 pixels wide
    return NamingGate()


def test_somebody_is_named_in_the_frame_by_which_there_are_enough_faces(gate: NamingGate) -> None:
    asked_before = 0
    for number in range(FRAMES):
        answer, named = gate.show(number)
        asked = len(gate.told(FaceSeen))
        if asked > asked_before:
            break
        assert named == []
        asked_before = asked
    assert asked == 1
    assert named == [NamedFace(answer.people_tracks[0], "Anna Weiß", 1.0, "gallery")]
    assert len(gate.told(PersonRecognised)) == 1
    assert gate.objects.keys("faces/") == []  # nothing waits any more


def test_a_frame_that_is_sent_again_is_named_again(gate: NamingGate) -> None:
    number, *first = gate.show_until_named()
    assert list(gate.show(number)) == first


def test_who_withdraws_is_named_no_more(gate: NamingGate) -> None:
    _, answer, _ = gate.show_until_named()
    gate.rooms.employees.withdraw_consent("anna")
    assert gate.service().name_people(CAMERA, answer) == []


def test_a_name_is_told_as_long_as_its_answer_holds(gate: NamingGate) -> None:
    _, answer, _ = gate.show_until_named()
    gate.scene.clock.now += timedelta(hours=1)
    assert gate.service().name_people(CAMERA, answer) == []


def test_what_can_not_be_answered_now_is_left_to_the_bus(gate: NamingGate) -> None:
    def refuse(*_: Any) -> Any:
        raise Unavailable("nobody can be recognised")

    object.__setattr__(gate.faces.recognition, "recognise", refuse)
    for number in range(FRAMES):
        _, named = gate.show(number)
    assert named == []
    assert len(gate.told(FaceSeen)) == 1


def test_a_camera_that_names_nobody_is_not_asked_about(gate: NamingGate) -> None:
    camera = gate.scene.sites.get_camera(CAMERA)
    gate.scene.sites.update_camera(replace(camera, identify=Identify.OFF))
    for number in range(FRAMES):
        answer = gate.service().take_frame(walking_frame(number, captured_at=None))
        assert gate.service().name_people(CAMERA, answer) == []
    assert gate.told(FaceSeen) == set()
