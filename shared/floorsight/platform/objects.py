"""Objects in a bucket: pictures, payloads too large for a record, chunks put aside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from floorsight.platform.errors import NotFound, Unavailable

if TYPE_CHECKING:
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


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """A missing object is NotFound; whatever else goes wrong says nothing about the object: Unavailable.

    S3 answers 404 only to those who may list the key's prefix, and 403 to all others.
    """
    from botocore import exceptions as boto

    try:
        yield
    except boto.ParamValidationError:
        raise  # a fault of ours, which no repeat mends
    except boto.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("NoSuchKey", "404"):
            raise NotFound(f"there is no object {key}", code="no_such_object") from error
        raise Unavailable(f"S3 refused {key}: {code}") from error
    except boto.BotoCoreError as error:
        raise Unavailable(f"S3 did not answer: {error}") from error
