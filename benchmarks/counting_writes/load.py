"""Writers that deliver crossings of one camera as queues do: twice, out of order, and again if refused."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any

from benchmarks.counting_writes.bad_moments import TRANSACTION, BadMoments
from floorsight.events.vision import Direction, LineCrossed
from floorsight.platform.bus import Message
from floorsight.platform.ids import derived_id
from functions.update_occupancy.handler import Services, record_messages

SESSION = "20260302T110000.000000Z-0001"
MAX_RECEIVES = 5  # then a queue gives up; `infra.constructs.reaction` has the same number


@dataclass(frozen=True)
class Delivered:
    """What it took to deliver everything. `returned` messages came back to the queue; none was given up."""

    crossings: int
    messages: int
    returned: int
    seconds: float


def make_crossings(
    site_id: str, camera_id: str, number: int, until: datetime, dice: random.Random
) -> list[LineCrossed]:
    """Distinct crossings of two lines within an hour, more of them out than in."""
    return [
        LineCrossed(
            event_id=derived_id("load", camera_id, index),
            occurred_at=until - timedelta(milliseconds=dice.randrange(3_600_000)),
            site_id=site_id,
            camera_id=camera_id,
            stream_session=SESSION,
            cause="chunk/1",
            line_id=f"{camera_id}.{dice.choice(['aaaaaa', 'bbbbbb'])}",
            line_revision=1,
            track_id=index,
            crossing_number=1,
            direction=Direction.IN if dice.random() < 0.45 else Direction.OUT,
            object_class="person",
            confidence=0.9,
            anchor=(0.5, 0.5),
        )
        for index in range(number)
    ]


def share_out(
    crossings: Sequence[LineCrossed], writers: int, repeated: float, dice: random.Random
) -> list[list[LineCrossed]]:
    """Each writer's part in any order, and a share of everybody's crossings a second time."""
    shares = [list(crossings[writer::writers]) for writer in range(writers)]
    for share in shares:
        share += dice.choices(crossings, k=round(repeated * len(share)))
        dice.shuffle(share)
    return shares


def deliver(
    services: Sequence[Services], shares: Sequence[Sequence[LineCrossed]], batch_size: int
) -> Delivered:
    """Run one writer a share, all at once; what comes back is delivered when they are done: queues wait too.

    Raises RuntimeError if a message would have gone to the dead letters.
    """
    began = time.perf_counter()
    waiting = [{str(n): crossing.to_message() for n, crossing in enumerate(share)} for share in shares]
    with ThreadPoolExecutor(len(shares)) as pool:
        waiting = list(pool.map(_deliver_share, services, waiting, repeat(batch_size)))
    returned = sum(map(len, waiting))
    for _ in range(MAX_RECEIVES - 1):
        waiting = [_deliver_share(*each, batch_size) for each in zip(services, waiting, strict=True)]
        returned += sum(map(len, waiting))
    if any(waiting):
        raise RuntimeError(f"{sum(map(len, waiting))} crossings failed {MAX_RECEIVES} times")
    seconds = time.perf_counter() - began
    known = {crossing.event_id for share in shares for crossing in share}
    return Delivered(len(known), sum(map(len, shares)), returned, seconds)


def describe(delivered: Delivered, moments: BadMoments) -> str:
    """What it took, in a sentence."""
    sent, crossings = moments.requests, delivered.crossings
    return (
        f"{crossings} crossings in {delivered.messages} messages, {delivered.seconds:.1f} s: "
        f"{sent.total()} requests ({sent.total() / crossings:.2f} a crossing), "
        f"{sent[TRANSACTION]} of them transactions ({sent[TRANSACTION] / crossings:.2f}); "
        f"{delivered.returned} messages came back; {dict(sorted(moments.moments.items()))}"
    )


def _deliver_share(services: Services, share: dict[str, Message], batch_size: int) -> dict[str, Message]:
    """Deliver once, in batches; the messages that came back, by their ids."""
    messages = [_message(message_id, message) for message_id, message in share.items()]
    failed: list[str] = []
    for start in range(0, len(messages), batch_size):
        failed += record_messages(services, messages[start : start + batch_size]).message_ids
    return {message_id: share[message_id] for message_id in failed}


def _message(message_id: str, message: Message) -> dict[str, Any]:
    """The message as SQS and Lambda hand it over."""
    body = f'{{"detail-type": "{message.detail_type}", "detail": {message.detail}}}'
    return {"messageId": message_id, "body": body}
