"""`POST /api/employees/{id}/faces`: images in, faces enrolled, or every image's fault told."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
import pytest
from anyio.from_thread import BlockingPortal

from floorsight.images.portrait import read_portrait
from functions.gateway.access import MACHINES, Role
from tests.fakes.painted import coded, painted
from tests.fakes.scene import SITE
from tests.fakes.stills import Gate
from tests.unit.functions.conftest import problem_of
from tests.unit.functions.test_analyse_image import FrameApi

PATH = "/api/employees/anna/faces"
UPLOAD = f"uploads/{'a' * 32}.jpg"


@pytest.fixture
def desk(s3: Any, portal: BlockingPortal) -> FrameApi:
    """Anna has consented, Berta has not."""
    desk = FrameApi(Gate(), s3, portal)
    employees = desk.enrolment.keeping.employees
    for name in ("anna", "berta"):
        employees.create_employee(employee_id=name, site_id=SITE, name=name, by="olga")
    employees.record_consent("anna", version="1", by="olga")
    return desk


def enrol(desk: FrameApi, *images: dict[str, str], path: str = PATH) -> Any:
    return desk.client().post(path, json={"images": list(images)})


def faults_of(answer: Any) -> list[tuple[str, str]]:
    assert problem_of(answer)[0] == 422
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


def test_images_are_enrolled_once(desk: FrameApi) -> None:
    first = enrol(desk, coded(1, 0), coded(1, 1))
    assert first.status_code == 201
    assert [image["added"] for image in first.json()["images"]] == [True, True]
    again = enrol(desk, coded(1, 0), coded(1, 1)).json()
    assert [image["added"] for image in again["images"]] == [False, False]
    assert [image["face_id"] for image in again["images"]] == [
        image["face_id"] for image in first.json()["images"]
    ]


def test_each_images_fault_is_told(desk: FrameApi) -> None:
    assert faults_of(enrol(desk, coded(1), coded(0))) == [("images.1", "no_face")]
    assert faults_of(enrol(desk, coded(1), coded(1, 1), coded(2))) == [("images.2", "other_person")]
    no_jpeg = {"image": base64.b64encode(b"GIF89a").decode()}
    no_base64, no_upload = {"image": "?"}, {"upload_key": UPLOAD}
    assert faults_of(enrol(desk, no_jpeg, coded(1), no_base64, no_upload)) == [
        ("images.0", "not_jpeg"),
        ("images.2", "not_base64"),
        ("images.3", "unknown_upload"),
    ]


@pytest.mark.parametrize("text", ["?", "é", "=", "data:image/jpeg;base64,AAAA"])
def test_text_that_is_no_base64_is_told_of(desk: FrameApi, text: str) -> None:
    assert faults_of(enrol(desk, {"image": text})) == [("images.0", "not_base64")]
    assert problem_of(desk.process(frame=text))[:2] == (422, "not_base64")


def test_nobody_is_enrolled_without_consent(desk: FrameApi) -> None:
    answer = enrol(desk, coded(1), path="/api/employees/berta/faces")
    assert problem_of(answer)[:2] == (409, "consent_missing")
    answer = enrol(desk, coded(1), path="/api/employees/dora/faces")
    assert problem_of(answer)[:2] == (404, "unknown_employee")


def test_a_face_that_is_somebody_elses_is_refused(desk: FrameApi) -> None:
    enrol(desk, coded(1))
    desk.enrolment.keeping.employees.record_consent("berta", version="1", by="olga")
    answer = enrol(desk, coded(1, 1), path="/api/employees/berta/faces")
    assert faults_of(answer) == [("images.0", "enrolled_as_other")]
    assert "employee anna" in answer.json()["detail"]


def test_an_upload_is_removed_when_it_is_enrolled(desk: FrameApi) -> None:
    desk.gate.objects.put(UPLOAD, painted(1), content_type="image/jpeg")
    assert enrol(desk, {"upload_key": UPLOAD}).status_code == 201
    assert UPLOAD not in desk.gate.objects.stored


@pytest.mark.parametrize("number", [0, 6])
def test_a_request_has_one_to_five_images(desk: FrameApi, number: int) -> None:
    assert problem_of(enrol(desk, *[coded(1)] * number))[:2] == (422, "invalid_request")


@pytest.mark.parametrize("image", [{}, {"image": "", "upload_key": UPLOAD}, {"upload_key": "uploads/../x"}])
def test_an_image_comes_in_one_way(desk: FrameApi, image: dict[str, str]) -> None:
    assert problem_of(enrol(desk, image))[:2] == (422, "invalid_request")


@pytest.mark.parametrize("group", [MACHINES, Role.VIEWER])
def test_a_machine_enrols_nobody(desk: FrameApi, group: str) -> None:
    answer = desk.client(group).post(PATH, json={"images": [coded(1)]})
    assert problem_of(answer)[:2] == (403, "role_missing")


def test_a_portrait_stands_upright_as_its_exif_says() -> None:
    """Phones lay pictures on their side and say so: orientation 6 is a quarter turn to the right."""
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:32] = 255
    done, plain = cv2.imencode(".jpg", pixels)
    assert done
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    laid = plain.tobytes()[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + plain.tobytes()[2:]
    image = read_portrait(laid)
    assert image.shape == (96, 64, 3)
    assert image[:, 40:].min() > 200
    assert image[:, :24].max() < 50
