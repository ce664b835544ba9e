"""Rekognition as the port that enrolment and erasure use (`identity.enrolling.indexing.FaceIndex`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from floorsight.identity.enrolling.indexing import NotIndexed
from floorsight.identity.metrics.service import local_day
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.rekognition.calling import Account
from floorsight.identity.rekognition.collections import Collections
from floorsight.identity.rekognition.model import Asking, PictureRefused
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import FloorsightError
from floorsight.sites.service import SiteService

# Of the 29 that API Gateway leaves a function; a picture must have been read before.
LIMIT_SECONDS = 20.0


@dataclass(frozen=True)
class RekognitionIndex:
    """Keeps a site's faces at Rekognition, too, where its policy asks there.

    A call gives up after about `limit_seconds`, while its function can still answer. Removing does not look
    at the policy: what was put there under an earlier one goes as well.
    """

    collections: Collections
    policies: PolicyStore
    sites: SiteService
    clock: Clock = utc_now
    limit_seconds: float = LIMIT_SECONDS
    monotonic: Callable[[], float] = time.monotonic

    def add(self, site_id: str, employee_id: str, pictures: dict[str, bytes]) -> None:
        if not self.policies.find(site_id).asks_rekognition:
            return
        asking, account, added = self._asking(site_id), Account(), list[str]()
        try:
            for face_id, picture in pictures.items():
                added.append(face_id)  # before: who does not hear the answer may have been answered
                self._add(asking, employee_id, face_id, picture, account)
        except FloorsightError:
            for face_id in added:
                self.collections.remove(asking, employee_id, account, face_id=face_id)
            raise

    def remove(self, site_id: str, employee_id: str, face_id: str | None = None) -> int:
        return self.collections.remove(self._asking(site_id), employee_id, Account(), face_id=face_id)

    def _add(self, asking: Asking, employee_id: str, face_id: str, picture: bytes, account: Account) -> None:
        try:
            self.collections.enrol(asking, employee_id, face_id, picture, account)
        except PictureRefused as refused:
            raise NotIndexed(face_id, refused.code, refused.message) from refused

    def _asking(self, site_id: str) -> Asking:
        site = self.sites.get_site(site_id, with_deleted=True)
        cap = self.policies.find(site_id).daily_cap_micro_usd
        ends_at = self.monotonic() + self.limit_seconds
        day = local_day(site, self.clock())
        return Asking(site_id, day, cap, lambda: ends_at - self.monotonic())
