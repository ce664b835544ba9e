"""Objects in a bucket: pictures, payloads too large for a record, chunks put aside."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from floorsight.platform.aws import translated
from floorsight.platform.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client


class ObjectStore(Protocol):
    """Bytes by key."""

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        """Write an object, replacing what was there. Raises Unavailable."""

    def get(self, key: str) -> bytes:
        """Read an object. Raises NotFound (`no_such_object`) or Unavailable."""


class S3Objects:
    """`ObjectStore` on one bucket; encryption is the bucket's default."""

    def __init__(self, bucket: str, client: S3Client) -> None:
        self.bucket = bucket
        self._client = client

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        with _translated(key):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, key: str) -> bytes:
        with _translated(key):
            return self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()


def _translated(key: str) -> AbstractContextManager[None]:
    """A missing object is NotFound; whatever else goes wrong says nothing about the object: Unavailable.

    S3 answers 404 only to those who may list the key's prefix, and 403 to all others.
    """

    def translate(error: ClientError) -> Exception:
        code = error.response["Error"]["Code"]
        if code in ("NoSuchKey", "404"):
            return NotFound(f"there is no object {key}", code="no_such_object")
        return Unavailable(f"S3 refused {key}: {code}")

    return translated("S3", translate)
