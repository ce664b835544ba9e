"""Asking Rekognition: within the budget, again when that helps, and never for longer than somebody waits."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from floorsight.identity.rekognition.faults import Fault, meaning_of, meaning_of_silence
from floorsight.identity.rekognition.model import Asking, NoAnswer, Usage
from floorsight.identity.rekognition.prices import FREE
from floorsight.identity.rekognition.rules import MAX_ATTEMPTS, wait_before
from floorsight.identity.rekognition.store import SpendLedger
from floorsight.platform.aws import CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS

_log = logging.getLogger(__name__)
Connect = Callable[[], Any]  # boto3's client of Rekognition, made when it is needed
Call = Callable[[Any], Any]
LONGEST_ATTEMPT_SECONDS = CONNECT_TIMEOUT_SECONDS + READ_TIMEOUT_SECONDS
# What the asking function needs afterwards, to write down and publish what it knows.
ROOM_TO_ANSWER_SECONDS = 3.0


@dataclass
class _Money:
    """What is set aside for a call and not used up yet."""

    ledger: SpendLedger
    asking: Asking
    price: int
    reserved: int = 0

    def set_aside(self) -> None:
        if self.price and not self.reserved:
            self.ledger.reserve(self.asking, self.price)
            self.reserved = self.price

    def use_up(self) -> int:
        """What was charged."""
        used, self.reserved = self.reserved, 0
        return used


@dataclass
class Account:
    """What the calls for one question took so far; it is right after a failure, too."""

    usage: Usage = field(default_factory=Usage)

    def note(self, *, charged_micro_usd: int, charged: bool) -> None:
        self.usage += Usage(1, int(charged), charged_micro_usd)


@dataclass(frozen=True)
class Caller:
    """Calls of Rekognition. botocore repeats none of them (`platform.aws`)."""

    connect: Connect
    ledger: SpendLedger
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = field(default=random.uniform)

    def call(self, asking: Asking, call: Call, account: Account, *, price_micro_usd: int = FREE) -> Any:
        """What AWS answers. What it took is added to `account`, and to the site's day, whatever happens.

        Raises:
            SpendCapReached: there is no money left; AWS was not asked any more.
            NoAnswer: not after all attempts, or there is no time for another one.
            Unavailable: the site's day could not be read or written; AWS was not asked.
            PictureRefused, CollectionMissing, Forbidden, Conflict: as `faults` explains.
        """
        before, money = account.usage, _Money(self.ledger, asking, price_micro_usd)
        try:
            return self._try_until_answered(asking, call, account, money)
        finally:
            since = Usage(
                account.usage.attempts - before.attempts,
                account.usage.charged - before.charged,
                account.usage.micro_usd - before.micro_usd,
            )
            if since.attempts or money.reserved:
                self.ledger.settle(asking, since, unused_micro_usd=money.reserved)

    def _try_until_answered(self, asking: Asking, call: Call, account: Account, money: _Money) -> Any:
        fault: Fault | None = None
        for attempt in range(1, MAX_ATTEMPTS + 1):
            self._wait(asking, attempt, fault)
            money.set_aside()
            answer, fault = self._try(call)
            charged = bool(money.price) and (fault is None or fault.charged)
            account.note(charged_micro_usd=money.use_up() if charged else 0, charged=charged)
            if fault is None:
                return answer
            if not fault.passing:
                raise fault.error
            _log.warning("Rekognition: attempt failed", extra={"attempt": attempt, "fault": str(fault.error)})
        assert fault is not None  # noqa: S101 - the last attempt failed, or it would have returned
        raise fault.error

    def _wait(self, asking: Asking, attempt: int, fault: Fault | None) -> None:
        """Until the next attempt. Raises NoAnswer at once when there is no time for wait and attempt."""
        pause = wait_before(attempt, self.uniform) if attempt > 1 else 0.0
        if asking.seconds_left() < pause + LONGEST_ATTEMPT_SECONDS + ROOM_TO_ANSWER_SECONDS:
            why = f" after {fault.error}" if fault else ""
            raise NoAnswer(f"no time left to ask Rekognition{why}")
        if pause:
            self.sleep(pause)

    def _try(self, call: Call) -> tuple[Any, Fault | None]:
        from botocore import exceptions as boto

        try:
            return call(self.connect()), None
        except boto.ParamValidationError:
            raise
        except boto.ClientError as error:
            return None, meaning_of(error)
        except boto.BotoCoreError as error:
            return None, meaning_of_silence(error)
