"""What Rekognition's errors mean: whether asking again helps, and whether the call is charged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from floorsight.identity.rekognition.model import CollectionMissing, NoAnswer, PictureFault, PictureRefused
from floorsight.platform.errors import Conflict, Forbidden

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

_THROTTLED = {"ProvisionedThroughputExceededException", "ThrottlingException", "Throttling", "SlowDown"}
_BROKEN = {"InternalServerError", "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException"}
_NO_RIGHTS = {"AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "ExpiredTokenException"}


@dataclass(frozen=True)
class Fault:
    """`error` is what to raise; `passing`: the same call may succeed later."""

    error: Exception
    passing: bool = False
    charged: bool = True


def meaning_of(error: ClientError) -> Fault:
    """What an error means that the service answered with. What nobody knows is a fault of ours, as it is."""
    code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLED or status == 429:
        return Fault(NoAnswer(f"Rekognition is busy: {code}"), passing=True, charged=False)
    if code in _BROKEN or status >= 500:
        return Fault(NoAnswer(f"Rekognition failed: {code} ({status})"), passing=True)
    if code in _NO_RIGHTS:
        # AWS's own words name the action and the role that lacks it.
        text = f"Rekognition refuses this function: {said or code}. Is the stage's setting `rekognition` on?"
        return Fault(Forbidden(text, code="rekognition_denied"), charged=False)
    if code == "ResourceNotFoundException":
        return Fault(CollectionMissing("nobody of this site is enrolled with Rekognition"), charged=False)
    if code == "ServiceQuotaExceededException":
        text = f"Rekognition takes no more: {said or code}. Ask AWS for a higher quota"
        return Fault(Conflict(text, code="rekognition_quota"))
    return Fault(_refusal(code, said) or error)


def _refusal(code: str, said: str) -> PictureRefused | None:
    if code == "InvalidImageFormatException":
        return PictureRefused(
            PictureFault.BAD_IMAGE, "Rekognition can't read the picture: send a JPEG or PNG"
        )
    if code == "ImageTooLargeException":
        return PictureRefused(PictureFault.IMAGE_TOO_LARGE, "the picture is too large for Rekognition")
    if code == "InvalidParameterException" and "no faces" in said.lower():
        return PictureRefused(PictureFault.NO_FACE, "Rekognition finds no face in the picture")
    if code == "InvalidParameterException":
        # All other parameters are constants of ours or checked before: it is about the picture.
        return PictureRefused(PictureFault.IMAGE_REFUSED, f"Rekognition refuses the picture: {said or code}")
    return None


def meaning_of_silence(error: BotoCoreError) -> Fault:
    """What it means that no answer came. A request that was never sent is not charged."""
    from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, NoCredentialsError

    never_sent = isinstance(error, ConnectTimeoutError | EndpointConnectionError | NoCredentialsError)
    said = type(error).__name__
    return Fault(NoAnswer(f"Rekognition did not answer: {said}"), passing=True, charged=not never_sent)
