"""Objects in a bucket: pictures, payloads too large for a record, chunks put aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from floorsight.platform.aws import translated
from floorsight.platform.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client


MAX_DELETED_AT_ONCE = 1000  # S3's own limit


@dataclass(frozen=True)
class StoredObject:
    """An object without its bytes."""

    key: str
    size_bytes: int
    modified_at: datetime


class ObjectStore(Protocol):
    """Bytes by key."""

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        """Write an object, replacing what was there. Raises Unavailable."""

    def get(self, key: str, *, at_most: int | None = None) -> bytes:
        """Read an object, or its first `at_most` bytes. Raises NotFound (`no_such_object`) or Unavailable."""

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Objects whose keys begin with `prefix`, in order of their keys. Raises Unavailable."""

    def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; one that is not there is no error. Raises Unavailable: some may be left."""


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

    def list(self, prefix: str) -> Iterator[StoredObject]:
        with _translated(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            for page in pages:
                for found in page.get("Contents", []):
                    yield StoredObject(found["Key"], found["Size"], found["LastModified"])

    def delete(self, keys: Sequence[str]) -> None:
        for first in range(0, len(keys), MAX_DELETED_AT_ONCE):
            batch = keys[first : first + MAX_DELETED_AT_ONCE]
            with _translated(batch[0]):
                answer = self._client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
                )
            # It answers 200 with those inside that it could not remove.
            if faults := answer.get("Errors"):
                fault = faults[0]
                raise Unavailable(f"S3 kept {len(faults)} objects, {fault.get('Key')}: {fault.get('Code')}")


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
