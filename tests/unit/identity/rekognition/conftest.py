"""Rekognition's stand-in, boto3 that talks to it, and a day's budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from floorsight.identity.model import Search
from floorsight.identity.rekognition.backend import RekognitionBackend
from floorsight.identity.rekognition.calling import Account, Caller
from floorsight.identity.rekognition.collections import Collections, collection_name
from floorsight.identity.rekognition.model import Asking, RekognitionPolicy
from floorsight.identity.rekognition.store import DaySpend, SpendLedger
from floorsight.platform import aws
from floorsight.platform.retry import Backoff
from tests.fakes.clock import ManualClock
from tests.fakes.rekognition_server import RekognitionServer, Vector
from tests.fakes.table import MemoryTable

SITE = "works"
DAY = date(2026, 3, 2)
CALL = 1_000  # micro-dollars
NAME = collection_name("test", SITE)
ANNA: Vector = (1.0, 0.0, 0.0)
ANNA_TODAY: Vector = (1.0, 0.05, 0.0)  # 99.88 % alike
BERT: Vector = (0.0, 1.0, 0.0)
TWIN: Vector = (1.0, 0.06, 0.0)  # of Anna


@dataclass
class Time:
    """How long the function has yet; waiting uses it up."""

    left: float = 100.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.left -= seconds

    def seconds_left(self) -> float:
        return self.left


@dataclass
class Bench:
    """Everything of this room, on the stand-in."""

    server: RekognitionServer
    client: Any
    table: Any = field(default_factory=MemoryTable)
    time: Time = field(default_factory=Time)
    clock: ManualClock = field(default_factory=ManualClock)
    cap: int = 1_000_000
    account: Account = field(default_factory=Account)
    jitter: float = 1.0

    @property
    def ledger(self) -> SpendLedger:
        return SpendLedger(self.table, self.clock, Backoff(sleep=lambda _: None))

    @property
    def collections(self) -> Collections:
        caller = Caller(lambda: self.client, self.ledger, self.time.sleep, lambda *_: self.jitter)
        return Collections("test", caller, RekognitionPolicy())

    @property
    def asking(self) -> Asking:
        return Asking(SITE, DAY, self.cap, self.time.seconds_left)

    @property
    def spend(self) -> DaySpend:
        return self.ledger.find(SITE, DAY)

    def enrol(self, employee_id: str, *vectors: Vector) -> list[str]:
        """Enrols by pictures that show one face each; not counted in `account`."""
        return [
            self.collections.enrol(
                self.asking,
                employee_id,
                f"face-{n}",
                self.server.show(f"{employee_id}-{n}".encode(), vector),
                Account(),
            )
            for n, vector in enumerate(vectors)
        ]

    def ask(self, *jpegs: bytes, min_votes: int = 1) -> Any:
        search = Search(SITE, "door-1", DAY, jpegs, min_votes, self.cap, self.time.seconds_left)
        return RekognitionBackend(self.collections).search(search)


@pytest.fixture
def server() -> Iterator[RekognitionServer]:
    with RekognitionServer() as running:
        yield running


@pytest.fixture
def read_seconds() -> float:
    """How long an answer is waited for. Long: what a busy machine keeps waiting would be asked twice."""
    return 30.0


@pytest.fixture
def connect(
    monkeypatch: pytest.MonkeyPatch, server: RekognitionServer, read_seconds: float
) -> Iterator[Callable[[], Any]]:
    """The process's own client, by the address that boto3 reads from the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", server.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr(aws, "READ_TIMEOUT_SECONDS", read_seconds)
    aws._client.cache_clear()
    yield lambda: aws.client("rekognition")
    aws._client.cache_clear()


@pytest.fixture
def bench(server: RekognitionServer, connect: Callable[[], Any]) -> Bench:
    return Bench(server, connect())
