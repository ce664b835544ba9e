"""An image as a request gives it: in itself, or by the key of an upload."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager

from floorsight.platform.errors import Malformed
from functions.analyse_image.uploads import Uploads

MAX_IMAGE_BYTES = 4 * 1024 * 1024  # a Lambda function's request has 6 MB, in which base64 takes a third more
MAX_BASE64_LENGTH = -(-MAX_IMAGE_BYTES // 3) * 4


def check_one_given(field: str, coded: str | None, upload_key: str | None) -> None:
    """Raises ValueError unless the image is given in one of the two ways; the first is the field `field`."""
    if (coded is None) == (upload_key is None):
        raise ValueError(f"give the image in `{field}` or name it in `upload_key`, one of the two")


@contextmanager
def told_of(field: str, upload_key: str | None) -> Iterator[None]:
    """What is wrong with an image is told of the request's field that gave it: `field`, or `upload_key`."""
    try:
        yield
    except Malformed as error:
        if error.field != "frame":  # as the images room calls it
            raise
        named = field if upload_key is None else "upload_key"
        raise Malformed(error.message, code=error.code, field=named) from error


def read_given(coded: str | None, upload_key: str | None, uploads: Uploads) -> bytes:
    """The image's bytes. Raises Malformed (`not_base64`) or NotFound (`unknown_upload`)."""
    if upload_key is not None:
        return uploads.fetch(upload_key)
    try:
        return base64.b64decode(coded or "", validate=True)
    except ValueError as error:  # binascii.Error is one, and text that is not ASCII makes another
        raise Malformed(
            f"the image is no base64 ({error}); send the file's bytes, coded, with nothing before them",
            code="not_base64",
            field="frame",
        ) from error
