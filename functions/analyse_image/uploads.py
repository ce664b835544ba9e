"""Images too large for a request: put into the bucket by a presigned URL, and named in the request then."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from floorsight.platform.errors import NotFound
from floorsight.platform.objects import ObjectStore
from floorsight.vision.service import JPEG

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "uploads"
KEY_PATTERN = rf"^{PREFIX}/[0-9a-f]{{32}}\.jpg$"
URL_SECONDS = 300
MAX_UPLOAD_BYTES = 24 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """Where to put an image: by PUT, with exactly these headers."""

    key: str
    url: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Uploads:
    """A day's images under `uploads/`; whoever knows a key was told it by us."""

    bucket: str
    objects: ObjectStore
    client: Callable[[], S3Client]

    def invite(self, size_bytes: int) -> Upload:
        """A place for an image of this size: S3 takes no other, as the size is signed."""
        key = f"{PREFIX}/{secrets.token_hex(16)}.jpg"
        url = self.client().generate_presigned_url(
            "put_object",
            Params={"Bucket": self.bucket, "Key": key, "ContentType": JPEG, "ContentLength": size_bytes},
            ExpiresIn=URL_SECONDS,
        )
        return Upload(key, url, {"Content-Type": JPEG, "Content-Length": str(size_bytes)})

    def forget(self, keys: Sequence[str]) -> None:
        """Remove what was put there."""
        if keys:
            self.objects.delete(keys)

    def fetch(self, key: str) -> bytes:
        """What was put there. Raises NotFound (`unknown_upload`)."""
        try:
            return self.objects.get(key)
        except NotFound as error:
            raise NotFound(
                f"there is no upload {key}: PUT the image to the URL that came with it (within "
                f"{URL_SECONDS} s), and name it within a day",
                code="unknown_upload",
            ) from error
