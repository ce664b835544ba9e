"""Enrolled faces: which there are, and taking one away. `analyse_image` adds them."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from functions.gateway.access import Role, requires
from functions.gateway.problems import document
from functions.query_api.services import Wired

router = APIRouter(prefix="/employees", tags=["employees"])
EmployeeId = Annotated[str, Path(max_length=128)]
FaceId = Annotated[str, Path(max_length=128)]
OPERATORS = [requires(Role.OPERATOR)]
PROBLEMS = document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class FaceOut(BaseModel):
    face_id: str
    enrolled_at: datetime
    enrolled_by: str
    picture_url: str | None = Field(description="Good for ten minutes.")


class FaceList(BaseModel):
    faces: list[FaceOut] = Field(description="In order of their enrolment; five at most.")


@router.get("/{employee_id}/faces", dependencies=OPERATORS, responses=PROBLEMS)
def list_faces(employee_id: EmployeeId, services: Wired) -> FaceList:
    """An employee's enrolled faces."""
    employee = services.employees.get_employee(employee_id)
    faces = [
        FaceOut(
            face_id=face.face_id,
            enrolled_at=face.enrolled_at,
            enrolled_by=face.enrolled_by,
            picture_url=services.pictures.link(face.snapshot_key) if face.snapshot_key else None,
        )
        for face in services.faces.list_faces(employee)
    ]
    return FaceList(faces=faces)


@router.delete(
    "/{employee_id}/faces/{face_id}",
    dependencies=OPERATORS,
    status_code=HTTPStatus.NO_CONTENT,
    responses=PROBLEMS | document(HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
)
def remove_face(employee_id: EmployeeId, face_id: FaceId, services: Wired) -> None:
    """Take one face away, with its picture."""
    services.faces.remove(services.employees.get_employee(employee_id), face_id)
