"""Rekognition as the port that `recognise_person` asks (`identity.model.Backend`)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from floorsight.identity.model import Decision, FaceMatch, Search, SearchResult, Unknown
from floorsight.identity.rekognition.calling import Account
from floorsight.identity.rekognition.collections import Collections
from floorsight.identity.rekognition.model import (
    Asking,
    CollectionMissing,
    NoAnswer,
    PictureRefused,
    SpendCapReached,
)
from floorsight.identity.rekognition.rules import decide, nobody
from floorsight.platform.errors import Forbidden

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RekognitionBackend:
    """Asks about one face after the other, best first, and stops as soon as the rest makes no difference."""

    collections: Collections

    def search(self, search: Search) -> SearchResult:
        account = Account()
        decision = self._decide(search, account)
        return SearchResult(decision, account.usage.attempts, account.usage.micro_usd)

    def _decide(self, search: Search, account: Account) -> Decision:
        where = {"site": search.site_id, "camera": search.camera_id}
        try:
            return self._vote(search, account)
        except SpendCapReached:  # the ledger has told it
            return nobody(Unknown.SPEND_CAP)
        except CollectionMissing:
            return nobody(Unknown.NOBODY_ENROLLED)
        except NoAnswer as error:
            _log.warning("nobody was asked: %s", error, extra=where)
        except Forbidden as error:
            _log.error("%s", error, extra={**where, "code": error.code})
        return nobody(Unknown.BACKEND_UNAVAILABLE)

    def _vote(self, search: Search, account: Account) -> Decision:
        asking = Asking(search.site_id, search.day, search.spend_cap_micro_usd, search.seconds_left)
        found: list[FaceMatch] = []
        waiting = list(search.jpegs)
        while True:
            decision = decide(
                found, self.collections.policy, min_votes=search.min_votes, to_come=len(waiting)
            )
            if decision is not None:
                return decision
            try:
                found.append(self.collections.search(asking, waiting.pop(0), account))
            except PictureRefused as error:  # the others may do
                _log.info("a face has no vote: %s", error, extra={"code": error.code})
