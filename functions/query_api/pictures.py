"""Links to pictures in the media bucket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 600


@dataclass(frozen=True)
class PictureLinks:
    """Makes presigned URLs: who has one sees that picture for ten minutes, and nothing else."""

    bucket: str
    client: Callable[[], S3Client]

    def link(self, key: str) -> str:
        return self.client().generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=LINK_SECONDS
        )

    def origin(self) -> str:
        """The origin of all links, for the page's content security policy."""
        parts = urlsplit(self.link("origin"))
        return f"{parts.scheme}://{parts.netloc}"
