"""Fetching a large object of any bucket into a file, in parts, each tried again by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from floorsight.platform.aws import translated
from floorsight.platform.errors import Conflict, FloorsightError, Forbidden, Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client

PART_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Location:
    """Where an object lies."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @classmethod
    def parse(cls, url: str) -> Location:
        """Raises Malformed (`bad_object_url`)."""
        parts = urlsplit(url, allow_fragments=False)
        key = url.removeprefix(f"s3://{parts.netloc}/")
        if parts.scheme != "s3" or not parts.netloc or not key or key == url:
            raise Malformed(f"{url!r} names no object; write s3://bucket/key", code="bad_object_url")
        return cls(parts.netloc, key)


@dataclass(frozen=True)
class RemoteObject:
    """An object as it is now. `tag` is another one when the object was replaced."""

    location: Location
    size_bytes: int
    tag: str


@dataclass(frozen=True)
class Downloads:
    """Reads objects.

    Every call raises:
        NotFound: `no_such_object`. Forbidden: `no_right_to_read`. Conflict: `object_replaced`, when it is
        not the one any more that was described. Unavailable: S3 did not answer; try again later.
    """

    client: S3Client
    backoff: Backoff = field(default_factory=lambda: Backoff(attempts=6, base_seconds=0.5, cap_seconds=10.0))

    def describe(self, location: Location) -> RemoteObject:
        """Size and tag of an object."""
        with translated("S3", lambda error: _meaning(error, location)):
            answer = self.client.head_object(Bucket=location.bucket, Key=location.key)
        return RemoteObject(location, answer["ContentLength"], answer["ETag"])

    def fetch(self, remote: RemoteObject, target: Path, on_bytes: Callable[[int], None]) -> None:
        """Write the object into a file; `on_bytes` is told after every part how many there are."""
        fetched = 0
        with target.open("wb") as file:
            while fetched < remote.size_bytes:
                part = self._part(remote, fetched)
                file.write(part)
                fetched += len(part)
                on_bytes(fetched)

    def _part(self, remote: RemoteObject, start: int) -> bytes:
        last = min(start + PART_BYTES, remote.size_bytes) - 1
        fault = Unavailable(f"S3 did not give {remote.location}")
        for _ in self.backoff.tries():
            try:
                return self._part_once(remote, start, last)
            except Unavailable as error:
                fault = error
        raise fault

    def _part_once(self, remote: RemoteObject, start: int, last: int) -> bytes:
        location = remote.location
        with translated("S3", lambda error: _meaning(error, location)):
            answer = self.client.get_object(
                Bucket=location.bucket, Key=location.key, Range=f"bytes={start}-{last}", IfMatch=remote.tag
            )
            part = answer["Body"].read()
        if len(part) != last - start + 1:
            raise Unavailable(f"S3 gave {len(part)} of {last - start + 1} bytes of {location}")
        return part


def _meaning(error: ClientError, location: Location) -> FloorsightError:
    """S3 answers 404 only to those who may list the key's prefix, and 403 to all others."""
    code = error.response["Error"]["Code"]
    match code:
        case "NoSuchKey" | "NoSuchBucket" | "404":
            return NotFound(f"there is no object {location}", code="no_such_object")
        case "AccessDenied" | "Forbidden" | "403":
            return Forbidden(
                f"no right to read {location}, or it is not there: recorded video lies under recordings/ of "
                "the media bucket; for another bucket, allow the job's role to read and list it",
                code="no_right_to_read",
            )
        case "PreconditionFailed" | "412" | "InvalidRange" | "416":
            return Conflict(f"{location} was replaced since the job began", code="object_replaced")
        case _:
            return Unavailable(f"S3 refused {location}: {code}")
