"""A site never pays more for Rekognition than it wants to, whatever happens and however many ask."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from floorsight.identity.rekognition.calling import Account, Caller
from floorsight.identity.rekognition.collections import Collections
from floorsight.identity.rekognition.model import (
    Asking,
    NoAnswer,
    PictureFault,
    PictureRefused,
    SpendCapReached,
)
from floorsight.identity.rekognition.prices import MICRO_USD_PER_IMAGE
from floorsight.identity.rekognition.store import SpendLedger
from floorsight.platform import aws
from floorsight.platform.errors import Forbidden, Unavailable
from floorsight.platform.retry import Backoff
from tests.fakes.rekognition_server import Mishap, RekognitionServer
from tests.fakes.table import FaultyTable, MemoryTable

ANNA = (1.0, 0.0)
NAME = "floorsight-test-works"
DAY = date(2026, 3, 2)
Mishaps = st.lists(
    st.sampled_from([None, Mishap.THROTTLED, Mishap.TOO_FAST, Mishap.BROKEN, Mishap.GATEWAY, Mishap.DENIED]),
    max_size=40,
)


@pytest.fixture(scope="module")
def server() -> Iterator[RekognitionServer]:
    with RekognitionServer() as running:
        running.show(b"anna", ANNA)
        running.show(b"nobody")
        yield running


@pytest.fixture(scope="module")
def client(server: RekognitionServer) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_REKOGNITION", server.url)
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        aws._client.cache_clear()
        yield aws.client("rekognition")
    aws._client.cache_clear()


def locked(dice: random.Random) -> Callable[[], float]:
    lock = threading.Lock()

    def throw() -> float:
        with lock:
            return dice.random()

    return throw


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    cap=st.integers(0, 12_500),
    questions=st.integers(1, 24),
    mishaps=Mishaps,
    seed=st.integers(0, 2**16),
    trouble=st.sampled_from([0.0, 0.1, 0.4]),
)
def test_answers_never_cost_more_than_the_cap(
    server: RekognitionServer,
    client: Any,
    cap: int,
    questions: int,
    mishaps: list[Any],
    seed: int,
    trouble: float,
) -> None:
    server.collections = {NAME: []}
    server.answered.clear()
    server.mishaps.clear()
    server.mishaps.extend(mishaps)
    kept = MemoryTable()
    table = FaultyTable(
        kept,
        locked(random.Random(seed)),
        contention=trouble,
        unavailable=trouble / 4,
        answer_lost=trouble / 4,
    )
    ledger = SpendLedger(table, backoff=Backoff(sleep=lambda _: None))
    collections = Collections("test", Caller(lambda: client, ledger, lambda _: None, lambda *_: 1.0))
    asking = Asking("works", DAY, cap, lambda: 100.0)
    accounts = [Account() for _ in range(questions)]

    def ask(number: int) -> bool:
        """Whether there is an answer."""
        picture = b"nobody" if number % 5 == 4 else b"anna"
        try:
            if number % 3 == 0:
                collections.enrol(asking, "anna", f"f{number}", picture, accounts[number])
            else:
                collections.search(asking, picture, accounts[number])
        except PictureRefused as refused:
            return refused.fault is PictureFault.NO_FACE
        except (SpendCapReached, NoAnswer, Unavailable, Forbidden):
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        answered = sum(pool.map(ask, range(questions)))

    spent = SpendLedger(kept).find("works", DAY)
    assert answered <= server.charged
    assert server.charged * MICRO_USD_PER_IMAGE <= cap
    counted = sum(account.usage.micro_usd for account in accounts)
    assert server.charged * MICRO_USD_PER_IMAGE <= counted <= spent.micro_usd <= cap
    if not trouble:
        assert counted == spent.micro_usd
        assert spent.charged == sum(account.usage.charged for account in accounts)
        assert spent.attempts == sum(account.usage.attempts for account in accounts)
    if not trouble and not mishaps:
        assert server.charged == min(questions, cap // MICRO_USD_PER_IMAGE)
