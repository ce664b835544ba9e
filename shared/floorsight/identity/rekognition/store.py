"""What a site has spent on Rekognition today, and that it is never more than it may.

Money is reserved before AWS is asked, and given back only when AWS certainly charges nothing. So whatever
crashes in between, and however many functions ask at once, what was answered never exceeds the cap.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from floorsight.identity.rekognition.model import Asking, SpendCapReached, Usage
from floorsight.platform.clock import Clock, to_sort_key, utc_now
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.items import ItemType, Key, TableName
from floorsight.platform.observability import emit_metrics
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Expectation, Table, TransactionRefused, Update

_log = logging.getLogger(__name__)
KEPT = timedelta(days=400)

REKOGNITION_SPEND = ItemType(
    name="rekognition_spend",
    table=TableName.PRESENCE,
    pk="REKOGNITION_SPEND#{site_id}",
    sk="{day}",
    purpose="What a site spent on Amazon Rekognition on a local day: `micro_usd` is reserved before each "
    "call that is charged, and never passes the cap; beside it attempts, charged calls, and calls that were "
    "not made for lack of money. `capped_at` is when that happened first.",
    writers=("recognise_person", "analyse_image", "query_api"),
    readers=("recognise_person", "analyse_image", "query_api"),
    retention=f"{KEPT.days} days",
)
ITEM_TYPES: tuple[ItemType, ...] = (REKOGNITION_SPEND,)


@dataclass(frozen=True)
class DaySpend:
    """A site's local day. `micro_usd` holds what is reserved for calls under way, too."""

    day: date
    micro_usd: int = 0
    attempts: int = 0
    charged: int = 0
    refused: int = 0


@dataclass(frozen=True)
class SpendLedger:
    """The budget of all sites, in the presence table."""

    table: Table
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def reserve(self, asking: Asking, micro_usd: int) -> None:
        """Set money aside for one call.

        Raises:
            SpendCapReached: it would be more than the cap (`spend_cap`).
            Unavailable: the table did not answer; then nothing may be asked.
        """
        room = Expectation(at_most={"micro_usd": asking.cap_micro_usd - micro_usd})
        try:
            self._transact(self._update(asking, {"micro_usd": micro_usd}, expect=room))
        except TransactionRefused:
            self._note_refusal(asking)
            raise SpendCapReached(
                f"site {asking.site_id} has spent the {asking.cap_micro_usd} micro-dollars that it has for "
                f"Rekognition on {asking.day}: wait for tomorrow, or raise the cap"
            ) from None

    def settle(self, asking: Asking, usage: Usage, *, unused_micro_usd: int) -> None:
        """Count what was asked, and give back what was set aside and is surely not charged.

        Never repeated once its answer is lost: money given back twice would be spent twice. What is not
        given back stays spent.
        """
        counted = {"attempts": usage.attempts, "charged": usage.charged}
        back = {"micro_usd": -unused_micro_usd} if unused_micro_usd else {}
        try:
            self._transact(self._update(asking, {**counted, **back}))
        except Unavailable:
            _log.warning("Rekognition's usage was not counted", exc_info=True, extra=_fields(asking))
        emit_metrics(
            {
                "RekognitionCalls": usage.attempts,
                "RekognitionCharged": usage.charged,
                "RekognitionMicroUsd": usage.micro_usd,
            },
            dimensions={"site": asking.site_id},
        )

    def find(self, site_id: str, day: date) -> DaySpend:
        """What was spent on a day. Raises Unavailable."""
        item = self.table.get(_key(site_id, day)) or {}
        numbers = {name: item.get(name, 0) for name in ("micro_usd", "attempts", "charged", "refused")}
        return DaySpend(day, **numbers)

    def _note_refusal(self, asking: Asking) -> None:
        emit_metrics({"RekognitionSpendCapReached": 1}, dimensions={"site": asking.site_id})
        with suppress(Unavailable):
            self.table.write(self._update(asking, {"refused": 1}))
        first = Update(
            _key(asking.site_id, asking.day),
            set={"capped_at": to_sort_key(self.clock())},
            expect=Expectation(equals={"capped_at": None}),
        )
        try:
            self.table.write(first)
        except (Conflict, Unavailable):  # said already today, or to be said by the next one
            return
        _log.error(
            "the day's money for Rekognition is spent: nobody is looked up there until tomorrow",
            extra={**_fields(asking), "cap_micro_usd": asking.cap_micro_usd, "code": "spend_cap"},
        )

    def _update(self, asking: Asking, add: Mapping[str, int], expect: Expectation | None = None) -> Update:
        midnight = datetime.combine(asking.day, time(), UTC)
        return Update(
            _key(asking.site_id, asking.day),
            add=add,
            set={"expires_at": int((midnight + KEPT).timestamp())},
            expect=expect or Expectation(),
        )

    def _transact(self, update: Update) -> None:
        """In a transaction, which botocore repeats under one token: an addition is never made twice.

        Contention is tried again, as nothing was written then. Raises TransactionRefused or Unavailable.
        """
        busy = "others are writing the same day's spending"
        transact_again(self.table, [update], self.backoff, busy=busy)


def _key(site_id: str, day: date) -> Key:
    return REKOGNITION_SPEND.key(site_id=site_id, day=day.isoformat())


def _fields(asking: Asking) -> dict[str, str]:
    return {"site": asking.site_id, "day": asking.day.isoformat()}
