"""A camera's frames, one a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from floorsight.events.vehicles import Verdict
from floorsight.images.jpeg import MAX_SIDE_PIXELS, MIN_SIDE_PIXELS, read_jpeg
from floorsight.images.model import FrameAnswer, GateAnswer, NamedFace, PostedFrame
from floorsight.images.store import ANSWERS_KEPT
from floorsight.platform.ids import IDENTIFIER_PATTERN
from functions.analyse_image.given_images import (
    MAX_BASE64_LENGTH,
    MAX_IMAGE_BYTES,
    check_one_given,
    read_given,
    told_of,
)
from functions.analyse_image.services import Wired
from functions.analyse_image.uploads import KEY_PATTERN, MAX_UPLOAD_BYTES, URL_SECONDS
from functions.gateway.access import Caller, Role, requires
from functions.gateway.moments import Moment, check_moment
from functions.gateway.problems import document

router = APIRouter(prefix="/process", tags=["frames"])

_SENDER = requires(Role.OPERATOR, or_machine=True)
Sender = Annotated[Caller, _SENDER]
_PROBLEMS = document(
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.SERVICE_UNAVAILABLE,
)


class FrameRequest(BaseModel):
    """One frame, in `frame` or under `upload_key`."""

    model_config = ConfigDict(extra="forbid")

    camera_id: str = Field(pattern=IDENTIFIER_PATTERN, examples=["door-1"])
    frame: str | None = Field(
        default=None,
        max_length=MAX_BASE64_LENGTH,
        description=f"A JPEG in base64, no more than {MAX_IMAGE_BYTES // 1024**2} MB before coding; "
        f"{MIN_SIDE_PIXELS} to {MAX_SIDE_PIXELS} pixels a side. An orientation in Exif is not followed.",
    )
    upload_key: str | None = Field(
        default=None, pattern=KEY_PATTERN, description="Of an image that was put by `/api/process/uploads`."
    )
    frame_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._:-]{1,64}$",
        description="The client's own. A repeat of one of the camera's latest "
        f"{ANSWERS_KEPT} frames is answered as the first time and counts nothing. Without it the id follows "
        "from `captured_at`; without both every request is a frame of its own.",
    )
    captured_at: Moment | None = Field(
        default=None,
        description="Default: now. Kept to the millisecond. A camera's frames come in order; after a pause "
        "of a minute everybody in view is somebody new.",
    )

    @model_validator(mode="after")
    def _one_image(self) -> Self:
        check_one_given("frame", self.frame, self.upload_key)
        return self


class RecognisedFace(BaseModel):
    track_id: int
    name: str
    confidence: float = Field(description="0 to 1; 1 if a person said it.")
    source: str = Field(description="gallery, rekognition or review.")


class GateVerdict(BaseModel):
    """What a gate has decided about a vehicle. Open by `opens`, and by nothing else."""

    decision_id: str = Field(description="Of the passage; `/api/v1/vehicle/decisions` has all about it.")
    opens: bool = Field(
        description="Whether the barrier is to be lifted now: for half a minute after the gate has decided "
        "so, or a guard; not by a frame that is older than that or from the future, for a vehicle that waits "
        "behind another, or after it has gone."
    )
    verdict: Verdict | None = Field(description="Null for who is no person: lists are not for machines.")
    explanation: str | None = Field(description="The reasons in words; null for who is no person.")
    admitted: bool | None = Field(
        description="Whether it is let through: by a guard if one acted, else by the gate. Null for who is "
        "no person."
    )

    @classmethod
    def of(cls, decided: GateAnswer, *, for_person: bool) -> Self:
        told = {name: getattr(decided, name) for name in ("verdict", "explanation", "admitted")}
        return cls.model_validate(
            {"decision_id": decided.decision_id, "opens": decided.opens}
            | (told if for_person else dict.fromkeys(told))
        )


class DetectedVehicle(BaseModel):
    track_id: int
    type: str = Field(description="car, motorcycle, bus or truck, by the vote of the track's frames.")
    confidence: float = Field(description="The detector's, in this frame.")
    plate: str | None = Field(
        description="As it was read by this frame, at cameras that are at a gate; not yet corrected by any "
        "format. Null: not read yet, or another camera."
    )
    plate_confidence: float = Field(description="That of the plate's least sure character; 0 without one.")
    decision: GateVerdict | None = Field(
        description="What the gate has decided about it by now; null as long as it has not."
    )


class FrameResult(BaseModel):
    """What a frame came to."""

    success: Literal[True]
    frame_id: str
    timestamp: datetime = Field(description="`captured_at`.")
    occupancy: int = Field(description="Inside by the camera's count, this frame's crossings included.")
    entries: int = Field(description="Of the camera since its baseline, this frame's included.")
    exits: int = Field(description="Of the camera since its baseline, this frame's included.")
    entries_this_frame: int
    exits_this_frame: int
    faces_recognized: list[RecognisedFace] = Field(
        description="People in this frame who are known by now, at cameras that are set to it (`identify`)."
    )
    vehicles_detected: list[DetectedVehicle] = Field(description="Tracked vehicles in this frame.")
    people_count: int = Field(description="People in this frame, those seen for the first time included.")
    vehicle_count: int
    processing_time_ms: float = Field(description="From the frame's arrival until its result was stored.")

    @classmethod
    def of(cls, answer: FrameAnswer, named: Sequence[NamedFace], verdicts: Mapping[int, GateVerdict]) -> Self:
        """`verdicts` are by track."""
        vehicles = [
            DetectedVehicle(
                track_id=each.track_id,
                type=each.kind,
                confidence=each.confidence,
                plate=each.plate,
                plate_confidence=each.plate_confidence,
                decision=verdicts.get(each.track_id),
            )
            for each in answer.vehicles
        ]
        return cls(
            success=True,
            frame_id=answer.frame_id,
            timestamp=answer.captured_at,
            occupancy=answer.occupancy,
            entries=answer.entries,
            exits=answer.exits,
            entries_this_frame=answer.entries_this_frame,
            exits_this_frame=answer.exits_this_frame,
            faces_recognized=[RecognisedFace(**vars(face)) for face in named],
            vehicles_detected=vehicles,
            people_count=answer.people,
            vehicle_count=len(vehicles),
            processing_time_ms=answer.processing_ms,
        )


class UploadRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size_bytes: int = Field(ge=1, le=MAX_UPLOAD_BYTES, description="Exactly: S3 takes no other size.")


class UploadInvitation(BaseModel):
    upload_key: str = Field(description="To be given to `/api/process` within a day.")
    url: str
    headers: dict[str, str] = Field(description="To be sent with the PUT.")
    expires_in_seconds: int


@router.post("", responses=_PROBLEMS)
def process_frame(request: FrameRequest, services: Wired, sender: Sender) -> FrameResult:
    """Analyse a frame of a camera whose frames come by the API, and count what happened in it.

    Each frame goes on where the camera's last one ended: people and vehicles are followed from frame to
    frame; send them one after the other. A camera's frames come by stream or by API, never both: one that
    ever streamed video is refused (409 `camera_streams`), and needs a camera of its own for frames by API.

    A gate needs at least four frames of a vehicle, 200 ms to a second apart. A plate that is not sure by
    then is told when the vehicle is gone, which only later frames say: send them for two seconds after it.
    """
    check_moment("captured_at", request.captured_at)
    with told_of("frame", request.upload_key):
        posted = PostedFrame(
            camera_id=request.camera_id,
            jpeg=read_jpeg(read_given(request.frame, request.upload_key, services.uploads)),
            frame_id=request.frame_id,
            captured_at=request.captured_at,
        )
        answer = services.images.take_frame(posted)
    named = services.images.name_people(posted.camera_id, answer)
    decided = services.images.find_decisions(posted.camera_id, answer)
    for_person = sender.role is not None
    return FrameResult.of(
        answer, named, {each.track_id: GateVerdict.of(each, for_person=for_person) for each in decided}
    )


@router.post(
    "/uploads",
    status_code=HTTPStatus.CREATED,
    responses=document(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
    dependencies=[_SENDER],
)
def invite_upload(request: UploadRequest, services: Wired) -> UploadInvitation:
    """A place for an image that is too large for a request: PUT it there, then process it by its key."""
    upload = services.uploads.invite(request.size_bytes)
    return UploadInvitation(
        upload_key=upload.key, url=upload.url, headers=upload.headers, expires_in_seconds=URL_SECONDS
    )
