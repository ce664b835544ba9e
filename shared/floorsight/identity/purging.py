"""What is kept of people only for a time, and goes then: pictures, reviews, faces of those who have left."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from floorsight.employees.model import Employee
from floorsight.employees.service import EmployeeService
from floorsight.identity.erasing.model import Erasure
from floorsight.identity.erasing.rules import is_pending
from floorsight.identity.erasing.service import UNFINISHED, ErasureService
from floorsight.identity.metrics.service import local_day
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.review.rules import faces_prefix
from floorsight.identity.review.store import ReviewStore
from floorsight.identity.snapshots import review_key, site_prefix, unknown_prefix
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import FloorsightError, Unavailable
from floorsight.platform.items import Item
from floorsight.platform.objects import MAX_DELETED_AT_ONCE, ObjectStore
from floorsight.platform.table import Page
from floorsight.sites.model import Site
from floorsight.sites.service import SiteService

BY = "purge"
MEGABYTE = 1_000_000
ITEMS_A_PAGE = 200
# A recognition that was under way when somebody was erased has ended by then, and indexes have caught up.
SWEPT_FOR = timedelta(days=2)
# Of the 900 that the job has for all sites; whose erasure is not begun by then still has one turn.
ERASING_SECONDS = 300.0
_log = logging.getLogger(__name__)
Thing = TypeVar("Thing")


@dataclass
class Purged:
    """What went."""

    objects: int = 0
    bytes: int = 0
    reviews: int = 0
    people: int = 0  # whose faces were removed, or once more looked for

    def counts(self) -> dict[str, int]:
        return {**vars(self), "megabytes": round(self.bytes / MEGABYTE)}


@dataclass(frozen=True)
class PurgeService:
    """The daily job of a site. Doing it again removes what has come of age since."""

    sites: SiteService
    employees: EmployeeService
    policies: PolicyStore
    reviews: ReviewStore
    objects: ObjectStore
    erasing: ErasureService
    clock: Clock = utc_now
    monotonic: Callable[[], float] = time.monotonic

    def purge_site(self, site_id: str) -> dict[str, int]:
        """How many objects, bytes, reviews went, and of how many people the faces.

        Raises:
            NotFound: `unknown_site`.
            Unavailable: something did not answer; what is left goes with the next run.
        """
        done, policy, now = Purged(), self.policies.find(site_id), self.clock()
        site = self.sites.get_site(site_id, with_deleted=True)
        unknown_until = now if site.deleted_at else now - timedelta(days=policy.review_days)
        self._remove_old(unknown_prefix(site_id), unknown_until, done)
        self._remove_old(faces_prefix(site_id), unknown_until, done)
        # Before people: each erasure looks through the reviews that are left.
        self._remove_reviews(site, now, done)
        # Before pictures, of which there may be millions: the bucket's own rules remove these in any case.
        faults = self._remove_people(site, now, done)
        self._remove_old(site_prefix(site_id), now - timedelta(days=policy.snapshot_days), done)
        if faults:
            raise Unavailable(
                f"faces of people are left ({len(faults)} people); the next run goes on: {faults[0]}",
                code=faults[0].code,
            )
        return done.counts()

    def _remove_old(self, prefix: str, until: datetime, done: Purged) -> None:
        old = (found for found in self.objects.list(prefix) if found.modified_at <= until)
        while batch := list(islice(old, MAX_DELETED_AT_ONCE)):
            self.objects.delete([each.key for each in batch])
            done.objects += len(batch)
            done.bytes += sum(each.size_bytes for each in batch)

    def _remove_reviews(self, site: Site, now: datetime, done: Purged) -> None:
        """Those that are over, as the policy may be new and their objects young; all of a deleted site."""
        for page in in_pages(
            lambda start: self.reviews.list_reviews(
                site.site_id, only_open=False, limit=ITEMS_A_PAGE, start_key=start
            )
        ):
            for review in page:
                if review.expires_at <= now or site.deleted_at:
                    self.objects.delete([review.faces_key, review_key(site.site_id, review.review_id)])
                    self.reviews.remove(review)
                    done.reviews += 1

    def _remove_people(self, site: Site, now: datetime, done: Purged) -> list[FloorsightError]:
        """What went wrong; nobody's faces stay because of another's."""
        until, faults = self.monotonic() + ERASING_SECONDS, list[FloorsightError]()
        for page in in_pages(
            lambda start: self.employees.store.list_of_site(site.site_id, limit=ITEMS_A_PAGE, start_key=start)
        ):
            for employee in page:
                try:
                    done.people += self._remove_person(employee, site, now, until)
                except FloorsightError as error:
                    _log.warning("faces are left", exc_info=True, extra={"employee": employee.employee_id})
                    faults.append(error)
        return faults

    def _remove_person(self, employee: Employee, site: Site, now: datetime, until: float) -> int:
        """Whether there was something to do, as a number."""
        if not employee.may_be_recognised:
            return self._sweep(employee, now, until)
        today = local_day(site, now)

        def has_left(known: Employee) -> bool:
            is_over = known.employed_until is not None and known.employed_until < today
            return is_over or site.deleted_at is not None

        if not has_left(employee):
            return 0
        # By now they may stay after all: the list is a copy, and others' erasures take minutes.
        return self._erase(lambda: self.erasing.let_go_if(employee.employee_id, has_left, by=BY), until)

    def _sweep(self, employee: Employee, now: datetime, until: float) -> int:
        """Finish what was left off, and look once more for what a moment's delay had hidden."""
        last = self.erasing.store.find_last(employee.employee_id)
        ended_at = last.finished_at if last else None
        if not is_pending(employee, last) and (ended_at is None or ended_at <= now - SWEPT_FOR):
            return 0
        return self._erase(lambda: self.erasing.finish(employee.employee_id, by=BY), until)

    def _erase(self, erase: Callable[[], Erasure | None], until: float) -> int:
        """An erasure ends its work before an API's function does: here there is time to go on."""
        while True:
            try:
                return int(erase() is not None)
            except Unavailable as error:
                if error.code != UNFINISHED or self.monotonic() >= until:
                    raise


def in_pages(ask: Callable[[Item | None], Page[Thing]]) -> Iterator[list[Thing]]:
    """The pages of a list, each asked for when the one before it is done with."""
    page = ask(None)
    yield page.items
    while page.next_key is not None:
        page = ask(page.next_key)
        yield page.items
