"""boto3 clients: made here only, once a process, and not before a handler asks for one; and their errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

from floorsight.platform.call_counts import CALLS
from floorsight.platform.errors import Unavailable

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

MAX_ATTEMPTS = 3
CONNECT_TIMEOUT_SECONDS = 2
# All attempts and the waits between them end before a function's own time-out: a call that hangs becomes an
# error that is logged and answered, not a function that is killed.
READ_TIMEOUT_SECONDS = 3
BULK_READ_TIMEOUT_SECONDS = {"kinesis": 20, "s3": 20}  # video and pictures take longer to come and go
# Rekognition charges for its answers: identity/rekognition repeats calls itself, counted and within a budget.
ATTEMPTS_BY_SERVICE = {"rekognition": 1}
# Of who is waited for: one attempt, which ends soon enough that another one, the caller's own, has time left.
HURRIED_CONNECT_SECONDS = 1
HURRIED_READ_SECONDS = 2


@overload
def client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def client(service: Literal["events"]) -> EventBridgeClient: ...
@overload
def client(service: Literal["kinesis"]) -> KinesisClient: ...
@overload
def client(service: Literal["lambda"]) -> LambdaClient: ...
@overload
def client(service: Literal["s3"]) -> S3Client: ...
@overload
def client(service: Literal["sns"]) -> SNSClient: ...
@overload
def client(service: Literal["cognito-idp"]) -> CognitoIdentityProviderClient: ...
@overload
def client(service: Literal["rekognition", "timestream-write", "timestream-query"]) -> Any: ...
def client(service: str) -> Any:
    """The process's client of an AWS service.

    Credentials, region and endpoint (`AWS_ENDPOINT_URL` on the one-machine cloud) are boto3's own
    business. Short time-outs and few retries: a queue or a reader stands behind every caller.
    """
    return _client(service)


@overload
def hurried_client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def hurried_client(service: Literal["events"]) -> EventBridgeClient: ...
def hurried_client(service: str) -> Any:
    """As `client`, of a function that ends within seconds: a call that hangs is an error at once.

    Nothing is repeated: the caller does.
    """
    return _client(service, hurried=True)


@cache
def _client(service: str, *, hurried: bool = False) -> Any:
    # boto3 costs about 200 ms to import: a handler that never calls AWS never pays it.
    import boto3
    from botocore.config import Config

    connect, read = CONNECT_TIMEOUT_SECONDS, BULK_READ_TIMEOUT_SECONDS.get(service, READ_TIMEOUT_SECONDS)
    attempts = ATTEMPTS_BY_SERVICE.get(service, MAX_ATTEMPTS)
    if hurried:
        connect, read, attempts = HURRIED_CONNECT_SECONDS, HURRIED_READ_SECONDS, 1
    config = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        signature_version="s3v4" if service == "s3" else None,
        # Else a presigned URL names S3's global host, which redirects, and no signature survives that.
        s3={"addressing_style": "virtual"} if service == "s3" else None,
    )
    made = boto3.client(service, config=config)  # type: ignore[call-overload]
    made.meta.events.register("request-created", CALLS.note_request)
    return made


@contextmanager
def translated(service: str, translate: Callable[[ClientError], Exception]) -> Iterator[None]:
    """Turns botocore's errors into ours around a call of `service`.

    `translate` says what an error that the service answered means; it may give it back as it is. No answer
    (no connection, half an answer, credentials that can't be fetched) is Unavailable. A request that is
    wrong in itself stays the fault of ours that it is.
    """
    from botocore import exceptions as boto

    try:
        yield
    except boto.ParamValidationError:
        raise
    except boto.ClientError as error:
        meaning = translate(error)
        if meaning is error:
            raise
        raise meaning from error
    except boto.BotoCoreError as error:
        raise Unavailable(f"{service} did not answer: {error}") from error
