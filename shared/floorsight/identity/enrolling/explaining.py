"""Why an image can't be enrolled, in words."""

from __future__ import annotations

from floorsight.identity.enrolling.model import ImageFault, image_field
from floorsight.platform.errors import Fault
from floorsight.vision.faces.quality import Verdict

_WORDS: dict[ImageFault | Verdict, str] = {
    ImageFault.NO_FACE: "no face is found; take the picture from nearer, and upright",
    ImageFault.SEVERAL_FACES: "there are several faces; cut the picture so that one is left",
    ImageFault.OTHER_PERSON: "this is not the person of the other images, or of the enrolled faces",
    ImageFault.ENROLLED_AS_OTHER: "this face is enrolled already, as employee {of}; remove it there if that "
    "is wrong",
    Verdict.TOO_SMALL: "the face is too small; take the picture from nearer",
    Verdict.UNSURE: "what is found is hardly a face; take another picture, in better light",
    Verdict.TURNED_AWAY: "the face is turned away; look into the camera",
    Verdict.BLURRED: "the face is blurred; take another picture, and hold still",
}


def explain(index: int, code: ImageFault | Verdict, of: str = "") -> Fault:
    """What is wrong with the image of this index; `of`: as whom it is enrolled."""
    return Fault(image_field(index), code.value, _WORDS[code].format(of=of))
