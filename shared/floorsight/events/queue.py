"""Events as a queue delivers them to a function: in batches, each message in the bus's envelope."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from floorsight.events.envelope import Event
from floorsight.platform.errors import Malformed

_log = logging.getLogger(__name__)

Message = Mapping[str, Any]  # an SQS message as Lambda hands it over


def read_event(body: str, *kinds: type[Event]) -> Event:
    """The event in the bus's envelope; Malformed (`bad_event`) if it is of none of these kinds."""
    try:
        envelope = json.loads(body)
        detail_type, detail = envelope["detail-type"], envelope["detail"]
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"not an event of the bus: {error!r}", code="bad_event") from error
    for kind in kinds:
        if detail_type == kind.detail_type():
            return kind.parse(detail)
    expected = " or ".join(kind.detail_type() for kind in kinds)
    raise Malformed(f"{detail_type} is no {expected}", code="bad_event")


@dataclass
class Failures:
    """The messages of a batch that must be delivered again."""

    message_ids: list[str] = field(default_factory=list)

    @contextmanager
    def catch(self, message_ids: Iterable[str]) -> Iterator[None]:
        """Whatever goes wrong inside fails these messages only: their neighbours must not share their DLQ."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and delivered again
            failed = list(message_ids)
            code = getattr(error, "code", "internal")
            _log.exception("not taken", extra={"messages": failed, "code": code})
            self.message_ids.extend(failed)

    def answer(self) -> dict[str, Any]:
        """What the function answers its event source."""
        return {"batchItemFailures": [{"itemIdentifier": each} for each in self.message_ids]}
