"""What S3 answers, and what that says of an object."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import CredentialRetrievalError, EndpointConnectionError, ParamValidationError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from floorsight.platform.errors import NotFound, Unavailable
from floorsight.platform.objects import S3Objects, StoredObject

KEY = "claims/plant-1/door-1/1.bin"


@pytest.fixture
def client() -> Any:
    return boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=1),
    )


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub


def test_a_missing_object_is_not_found(client: Any, stub: Stubber) -> None:
    stub.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    with pytest.raises(NotFound, match=KEY):
        S3Objects("b", client).get(KEY)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDenied", 403),
        ("ExpiredToken", 400),
        ("KMS.DisabledException", 400),
        ("RequestTimeTooSkewed", 403),
        ("SlowDown", 503),
        ("InternalError", 500),
    ],
)
def test_no_other_refusal_says_anything_about_the_object(
    client: Any, stub: Stubber, code: str, status: int
) -> None:
    objects = S3Objects("b", client)
    stub.add_client_error("get_object", code, http_status_code=status)
    with pytest.raises(Unavailable, match=code):
        objects.get(KEY)
    stub.add_client_error("put_object", code, http_status_code=status)
    with pytest.raises(Unavailable, match=code):
        objects.put(KEY, b"x", content_type="image/jpeg")


def test_half_a_body_is_no_answer(client: Any, stub: Stubber) -> None:
    half = StreamingBody(io.BytesIO(b"half"), content_length=8)
    stub.add_response("get_object", {"Body": half})
    with pytest.raises(Unavailable, match="4 read"):
        S3Objects("b", client).get(KEY)


@pytest.mark.parametrize(
    "fault",
    [
        CredentialRetrievalError(provider="container-role", error_msg="time-out"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_no_way_to_s3_is_unavailable(client: Any, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(client, "get_object", fail)
    with pytest.raises(Unavailable, match="did not answer"):
        S3Objects("b", client).get(KEY)


def test_a_call_that_is_wrong_in_itself_rises_as_it_is(client: Any) -> None:
    with pytest.raises(ParamValidationError):
        S3Objects("b", client).get(None)  # type: ignore[arg-type]


def test_a_beginning_is_read(client: Any, stub: Stubber) -> None:
    for _ in range(2):
        stub.add_response("get_object", {"Body": StreamingBody(io.BytesIO(b"0123456789"), content_length=10)})
    assert S3Objects("media", client).get("key", at_most=4) == b"0123"
    assert S3Objects("media", client).get("key", at_most=99) == b"0123456789"


def test_half_a_beginning_is_no_answer(client: Any, stub: Stubber) -> None:
    half = StreamingBody(io.BytesIO(b"half"), content_length=8)
    stub.add_response("get_object", {"Body": half})
    with pytest.raises(Unavailable, match="4 read"):
        S3Objects("media", client).get("key", at_most=6)


def test_listing_goes_on_page_by_page(client: Any, stub: Stubber) -> None:
    when = datetime(2026, 3, 2, tzinfo=UTC)
    pages: list[dict[str, Any]] = [
        {"Contents": [{"Key": "a/1", "Size": 3, "LastModified": when}], "IsTruncated": True},
        {"Contents": [{"Key": "a/2", "Size": 4, "LastModified": when}], "IsTruncated": False},
    ]
    pages[0]["NextContinuationToken"] = "more"
    stub.add_response("list_objects_v2", pages[0], {"Bucket": "b", "Prefix": "a/"})
    stub.add_response(
        "list_objects_v2", pages[1], {"Bucket": "b", "Prefix": "a/", "ContinuationToken": "more"}
    )
    found = list(S3Objects("b", client).list("a/"))
    assert found == [StoredObject("a/1", 3, when), StoredObject("a/2", 4, when)]


def test_a_listing_that_is_refused_is_unavailable(client: Any, stub: Stubber) -> None:
    stub.add_client_error("list_objects_v2", "SlowDown", http_status_code=503)
    with pytest.raises(Unavailable, match="SlowDown"):
        list(S3Objects("b", client).list("a/"))


def test_objects_are_deleted_a_thousand_at_once(client: Any, stub: Stubber) -> None:
    keys = [f"a/{number}" for number in range(1001)]
    for batch in (keys[:1000], keys[1000:]):
        named = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
        stub.add_response("delete_objects", {}, {"Bucket": "b", "Delete": named})
    S3Objects("b", client).delete(keys)
    stub.assert_no_pending_responses()


def test_an_object_that_s3_keeps_is_told(client: Any, stub: Stubber) -> None:
    stub.add_response("delete_objects", {"Errors": [{"Key": "a/1", "Code": "AccessDenied"}]})
    with pytest.raises(Unavailable, match="AccessDenied"):
        S3Objects("b", client).delete(["a/1"])
