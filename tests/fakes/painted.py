"""Portraits as JPEG files for those who send bytes: a plain colour stands for a face."""

from __future__ import annotations

import base64

import cv2
import numpy as np

from floorsight.identity.enrolling.service import EnrolmentService
from floorsight.identity.face_rooms import open_face_rooms
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.platform.objects import ObjectStore
from floorsight.vision.decoding import Image
from floorsight.vision.faces.reading import FaceFound
from tests.fakes.people import RememberedIndex
from tests.fakes.portraits import EMBEDDER, FakeReader, portrait
from tests.fakes.scene import Scene

STEP = 20  # grey levels between two people, and between two shots


def painted(person: int, shot: int = 0) -> bytes:
    """A JPEG that shows this person's face, 1 to 12; nobody's if 0."""
    pixels = np.zeros((64, 48, 3), np.uint8)
    pixels[:, :, 2], pixels[:, :, 0] = person * STEP, shot * STEP  # OpenCV has blue first
    done, coded = cv2.imencode(".jpg", pixels)
    assert done
    return coded.tobytes()


def coded(person: int, shot: int = 0) -> dict[str, str]:
    """The same as a request has it."""
    return {"image": base64.b64encode(painted(person, shot)).decode()}


class PaintedReader:
    """`PortraitReader` of painted portraits."""

    embedder = EMBEDDER

    def read(self, rgb: Image) -> list[FaceFound]:
        red, _, blue = rgb.reshape(-1, 3).mean(axis=0)
        person, shot = round(red / STEP), round(blue / STEP)
        return FakeReader().read(portrait((person, shot))) if person else []


def enrolment_on(scene: Scene, objects: ObjectStore) -> EnrolmentService:
    """Enrolment by painted portraits."""
    rooms = open_face_rooms(
        registry=scene.registry,
        presence=scene.presence,
        objects=objects,
        sites=scene.sites,
        outside=RememberedIndex(),
        clock=scene.clock,
    )
    return EnrolmentService(
        PaintedReader, rooms.keeping, GalleryHolder(rooms.keeping.gallery), rooms.policies
    )
