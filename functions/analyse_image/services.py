"""What the routes work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from floorsight.identity.enrolling.service import EnrolmentService
from floorsight.images.plates import PicturePlates
from floorsight.images.service import ImageService
from floorsight.vehicles.trying import TryingService
from functions.analyse_image.uploads import Uploads


@dataclass(frozen=True)
class Services:
    """Use cases of the images, identity and vehicles rooms, and where large images are put."""

    images: ImageService
    uploads: Uploads
    enrolment: EnrolmentService
    picture_plates: PicturePlates
    plate_trials: TryingService


MakeServices = Callable[[], Services]


def _services(request: Request) -> Services:
    make: MakeServices = request.app.state.make_services
    return make()


Wired = Annotated[Services, Depends(_services)]
