"""An answer about a track."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from floorsight.identity.model import Decision, Track


@dataclass(frozen=True)
class Answer:
    """Who a track is, by a decision that holds until `holds_until` (exclusive): then it is asked anew.

    `questions` are the events that were answered by it or by earlier answers about the track; one that
    comes again is told the same and counts no more. `review_id` is where it can be named, if it was ever
    unknown. `revision` is 0 before it is stored.
    """

    track: Track
    decision: Decision
    decided_at: datetime
    holds_until: datetime
    questions: tuple[str, ...] = ()
    snapshot_key: str | None = None
    review_id: str | None = None
    revision: int = 0

    def holds_at(self, moment: datetime) -> bool:
        return moment < self.holds_until
