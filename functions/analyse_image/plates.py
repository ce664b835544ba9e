"""What a gate would do about a plate, typed or in a picture. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from floorsight.events.vehicles import Alarm, Verdict
from floorsight.events.vision import Direction
from floorsight.images.plates import PicturePlate, PictureVehicle
from floorsight.images.portrait import read_portrait
from floorsight.vehicles.model import Decision, Reason, ReasonCode
from floorsight.vehicles.plates import Canonical
from floorsight.vehicles.trying import Trial
from functions.analyse_image.given_images import MAX_BASE64_LENGTH, MAX_IMAGE_BYTES, read_given, told_of
from functions.analyse_image.services import Services, Wired
from functions.analyse_image.uploads import KEY_PATTERN
from functions.gateway.access import Role, requires
from functions.gateway.moments import Moment, check_moment
from functions.gateway.problems import document

router = APIRouter(prefix="/v1/vehicle", tags=["gate policy"])
_PROBLEMS = document(
    HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE
)


class PlateTrial(BaseModel):
    """A plate in `text`, or a picture of it in `image` or under `upload_key`: one of the three."""

    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(max_length=128)
    text: str | None = Field(default=None, max_length=40, examples=["mh 12-ab 1234"])
    image: str | None = Field(
        default=None,
        max_length=MAX_BASE64_LENGTH,
        description=f"A JPEG in base64, no more than {MAX_IMAGE_BYTES // 1024**2} MB before coding. An "
        "orientation in Exif is followed.",
    )
    upload_key: str | None = Field(
        default=None, pattern=KEY_PATTERN, description="Of an image that was put by `/api/process/uploads`."
    )
    confidence: float | None = Field(
        default=None, ge=0, le=1, description="As if it were read so surely; a text: 1, a picture: as it is."
    )
    direction: Direction | None = Field(default=None, description="Which way it goes; null: not known.")
    at: Moment | None = Field(default=None, description="As if it came then. Default: now.")

    @model_validator(mode="after")
    def _one_plate(self) -> Self:
        if [self.text, self.image, self.upload_key].count(None) != 2:
            raise ValueError(
                "give the plate in `text`, or its picture in `image` or `upload_key`: one of them"
            )
        return self


class TrialCandidate(BaseModel):
    plate: str = Field(examples=["MH12AB1234"])
    profile: str = Field(examples=["IN"])


class TrialReason(BaseModel):
    code: ReasonCode
    text: str = Field(examples=["not on a list"])
    vehicle_id: str | None = Field(description="The list's entry that it rests on.")

    @classmethod
    def all_of(cls, reasons: Sequence[Reason]) -> list[Self]:
        return [cls(**vars(reason)) for reason in reasons]


class TrialDecision(BaseModel):
    verdict: Verdict = Field(description="Only `allow` would open the gate.")
    reasons: list[TrialReason] = Field(description="The deciding one first.")
    explanation: str = Field(examples=["held: not on a list, site default is hold"])
    plate: str | None = Field(description="Null: unread, of no format, or ambiguous.")
    profile: str | None
    alarm: Alarm | None = Field(description="Whether security would be told.")
    vehicle_id: str | None = Field(description="The list's entry that decides, if one does.")
    uses_visit: bool = Field(description="Whether it would be one of a visitor's visits.")
    policy_version: int

    @classmethod
    def of(cls, decision: Decision) -> Self:
        fields = {name: value for name, value in vars(decision).items() if name in cls.model_fields}
        shown = {"reasons": TrialReason.all_of(decision.reasons), "explanation": decision.explanation}
        return cls.model_validate(fields | shown)


class PointOut(BaseModel):
    x: float = Field(description="Share of the picture's width.")
    y: float = Field(description="Share of its height.")


class VehicleBox(BaseModel):
    """A vehicle in the picture; sides as shares of its width and height."""

    type: str = Field(description="car, motorcycle, bus or truck.")
    confidence: float = Field(description="The detector's.")
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of(cls, vehicle: PictureVehicle) -> Self:
        sides = dict(zip(("left", "top", "right", "bottom"), vehicle.box, strict=True))
        return cls(type=vehicle.kind, confidence=vehicle.score, **sides)


class TriedPlate(BaseModel):
    """A plate, and what a gate would do about it; or a vehicle of which none could be read."""

    text: str | None = Field(description="As it was typed or read; null: nothing could be read.")
    confidence: float = Field(description="By which it was decided.")
    character_confidences: list[float] = Field(description="One a character that was read.")
    cleaned: str = Field(description="Upper case, letters and digits only.")
    candidates: list[TrialCandidate] = Field(description="The plates that it may be by the site's formats.")
    decision: TrialDecision
    corners: list[PointOut] = Field(description="Of the plate, clockwise from its own upper left.")
    vehicle: VehicleBox | None = Field(description="Null: typed, or found without a vehicle.")

    @classmethod
    def of(cls, trial: Trial, seen: PicturePlate, confidence: float) -> Self:
        return cls(
            text=seen.text,
            confidence=confidence,
            character_confidences=list(seen.confidences),
            cleaned=trial.cleaned,
            candidates=[_show(each) for each in trial.candidates],
            decision=TrialDecision.of(trial.decision),
            corners=[PointOut(x=x, y=y) for x, y in seen.corners],
            vehicle=VehicleBox.of(seen.vehicle) if seen.vehicle else None,
        )


class PlateTrialResult(BaseModel):
    """What would become of each plate: one of a text, any number of a picture."""

    site_id: str
    at: datetime
    direction: Direction | None
    plates: list[TriedPlate] = Field(description="The largest vehicle's first.")


@router.post("/validate-plate", responses=_PROBLEMS, dependencies=[requires(Role.VIEWER)])
def validate_plate(trial: PlateTrial, services: Wired) -> PlateTrialResult:
    """What the site's gates would do about a plate, and why. Changes nothing, uses up no visit, tells nobody.

    In a picture, the plates of its vehicles are read; if none of them has one, those of the picture as a
    whole. A vehicle whose plate can't be read is answered as a gate would decide about it. An upload is
    removed when it is answered: to ask again, put it again.
    """
    check_moment("at", trial.at)
    at = trial.at or services.plate_trials.clock()
    plates = [_try(trial, seen, at, services) for seen in _see(trial, services)]
    services.uploads.forget([trial.upload_key] if trial.upload_key else [])
    return PlateTrialResult(site_id=trial.site_id, at=at, direction=trial.direction, plates=plates)


def _see(trial: PlateTrial, services: Services) -> list[PicturePlate]:
    if trial.text is not None:
        return [PicturePlate(trial.text, (), (), None)]
    services.plate_trials.sites.get_site(trial.site_id)  # before any picture is opened
    with told_of("image", trial.upload_key):
        picture = read_portrait(read_given(trial.image, trial.upload_key, services.uploads))
    return services.picture_plates.read(picture)


def _try(trial: PlateTrial, seen: PicturePlate, at: datetime, services: Services) -> TriedPlate:
    own = 1.0 if trial.text is not None else seen.confidence
    confidence = own if trial.confidence is None or seen.text is None else trial.confidence
    decided = services.plate_trials.try_text(
        trial.site_id, seen.text, confidence=confidence, direction=trial.direction, at=at
    )
    return TriedPlate.of(decided, seen, confidence)


def _show(found: Canonical) -> TrialCandidate:
    return TrialCandidate(plate=found.plate, profile=found.profile)
