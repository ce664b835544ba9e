"""Objects in a bucket: pictures, payloads too large for a record, chunks put aside."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from floorsight.platform.aws import translated
from floorsight.platform.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client


class ObjectStore(Protocol):
    """Bytes by key."""

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        """Write an object, replacing what was there. Raises Unavailable."""

    def get(self, key: str, *, at_most: int | None = None) -> bytes:
        """Read an object, or its first `at_most` bytes. Raises NotFound (`no_such_object`) or Unavailable."""


class S3Objects:
    """`ObjectStore` on one bucket; encryption is the bucket's default."""

    def __init__(self, bucket: str, client: S3Client) -> None:
        self.bucket = bucket
        self._client = client

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        with _translated(key):
            self._client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def get(self, key: str, *, at_most: int | None = None) -> bytes:
        with _translated(key):
            body = self._client.get_object(Bucket=self.bucket, Key=key)["Body"]
            return body.read() if at_most is None else _read_beginning(body, at_most)


def _read_beginning(body: StreamingBody, at_most: int) -> bytes:
    """Part by part to the end: botocore notices that half is missing when nothing more comes."""
    parts: list[bytes] = []
    while at_most > 0 and (part := body.read(at_most)):
        parts.append(part)
        at_most -= len(part)
    body.close()
    return b"".join(parts)


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
