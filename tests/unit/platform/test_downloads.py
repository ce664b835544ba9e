"""Large objects, part by part: what S3 answers, and what it means for a job."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from floorsight.platform import downloads as module
from floorsight.platform.downloads import Downloads, Location, RemoteObject
from floorsight.platform.errors import Conflict, FloorsightError, Forbidden, Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff

VIDEO = Location("media", "recordings/yard.mp4")
REMOTE = RemoteObject(VIDEO, 10, '"tag"')


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_BYTES", 4)


@pytest.fixture
def client() -> Any:
    return boto3.client("s3", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def downloads(client: Any) -> Downloads:
    return Downloads(client, Backoff(attempts=2, sleep=lambda _: None))


def part(stub: Stubber, first: int, last: int, body: bytes) -> None:
    asked = {"Bucket": "media", "Key": VIDEO.key, "Range": f"bytes={first}-{last}", "IfMatch": '"tag"'}
    answer = {"Body": StreamingBody(io.BytesIO(body), content_length=len(body))}
    stub.add_response("get_object", answer, asked)


def test_an_object_comes_in_parts_of_the_same_object(
    stub: Stubber, downloads: Downloads, tmp_path: Path
) -> None:
    part(stub, 0, 3, b"0123")
    part(stub, 4, 7, b"4567")
    part(stub, 8, 9, b"89")
    told: list[int] = []
    downloads.fetch(REMOTE, tmp_path / "video", told.append)
    assert (tmp_path / "video").read_bytes() == b"0123456789"
    assert told == [4, 8, 10]


def test_a_part_that_fails_is_asked_for_again_alone(
    stub: Stubber, downloads: Downloads, tmp_path: Path
) -> None:
    part(stub, 0, 3, b"0123")
    stub.add_client_error("get_object", "SlowDown", http_status_code=503)
    part(stub, 4, 7, b"4567")
    part(stub, 8, 9, b"8")  # half of it
    part(stub, 8, 9, b"89")
    downloads.fetch(REMOTE, tmp_path / "video", lambda _: None)
    assert (tmp_path / "video").read_bytes() == b"0123456789"


def test_s3_that_stays_away_is_unavailable(stub: Stubber, downloads: Downloads, tmp_path: Path) -> None:
    for _ in range(2):
        stub.add_client_error("get_object", "SlowDown", http_status_code=503)
    with pytest.raises(Unavailable, match="SlowDown"):
        downloads.fetch(REMOTE, tmp_path / "video", lambda _: None)


@pytest.mark.parametrize(("code", "status"), [("PreconditionFailed", 412), ("InvalidRange", 416)])
def test_an_object_that_was_replaced_is_another_one(
    stub: Stubber, downloads: Downloads, tmp_path: Path, code: str, status: int
) -> None:
    stub.add_client_error("get_object", code, http_status_code=status)
    with pytest.raises(Conflict, match="replaced"):
        downloads.fetch(REMOTE, tmp_path / "video", lambda _: None)


def test_an_object_is_described(stub: Stubber, downloads: Downloads) -> None:
    stub.add_response("head_object", {"ContentLength": 10, "ETag": '"tag"'})
    assert downloads.describe(VIDEO) == REMOTE


@pytest.mark.parametrize(
    ("code", "kind", "meaning"),
    [
        ("404", NotFound, "no_such_object"),
        ("403", Forbidden, "no_right_to_read"),
        ("503", Unavailable, "unavailable"),
    ],
)
def test_what_is_wrong_is_told_apart(
    stub: Stubber, downloads: Downloads, code: str, kind: type[FloorsightError], meaning: str
) -> None:
    stub.add_client_error("head_object", code, http_status_code=int(code))
    with pytest.raises(kind, match="yard") as caught:
        downloads.describe(VIDEO)
    assert caught.value.code == meaning


def test_an_address_is_read_and_written() -> None:
    for url in ("s3://media/recordings/yard.mp4", "s3://media/a b?c#d.mp4"):
        assert str(Location.parse(url)) == url


@pytest.mark.parametrize(
    "url", ["", "yard.mp4", "https://media/yard.mp4", "s3://media", "s3://media/", "s3:///x"]
)
def test_what_names_no_object_is_refused(url: str) -> None:
    with pytest.raises(Malformed, match="s3://bucket/key"):
        Location.parse(url)
