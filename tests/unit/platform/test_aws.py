"""Clients give up before whoever waits for them does."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from floorsight.platform import aws
from infra.constructs.python_function import PythonFunction

FUNCTION_TIMEOUT_SECONDS = inspect.signature(PythonFunction.__init__).parameters["timeout_seconds"].default
# botocore's standard mode waits less than a second before the second attempt, less than two before the third.
WAITS_SECONDS = {1: 0, 2: 1, 3: 3}


@pytest.fixture
def make_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Clients of a process of its own: others must not inherit this region."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws._client.cache_clear()
    yield aws.client
    aws._client.cache_clear()


@pytest.mark.parametrize("service", ["dynamodb", "cognito-idp", "events"])
def test_a_call_ends_before_its_function_does(make_client: Any, service: str) -> None:
    config = make_client(service).meta.config
    attempts = config.retries["total_max_attempts"]
    longest = attempts * (config.connect_timeout + config.read_timeout) + WAITS_SECONDS[attempts]
    assert longest < FUNCTION_TIMEOUT_SECONDS
    assert 3 <= config.read_timeout <= 5


@pytest.mark.parametrize("service", ["s3", "kinesis"])
def test_video_has_time_to_come_and_go(make_client: Any, service: str) -> None:
    assert make_client(service).meta.config.read_timeout == 20


def test_nobody_but_its_caller_repeats_what_is_charged_by_the_answer(make_client: Any) -> None:
    assert make_client("rekognition").meta.config.retries["total_max_attempts"] == 1
    assert make_client("dynamodb").meta.config.retries["total_max_attempts"] == aws.MAX_ATTEMPTS
