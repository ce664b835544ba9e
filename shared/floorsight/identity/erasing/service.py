"""Removing an employee's biometrics, wherever they are.

What stops recognition comes first: the employee is marked, then the faces leave the gallery. Whoever
recognises them at that very moment looks at the mark again when the answer is written
(`identity.recognising`). All the rest may be interrupted, and is gone on with when the same is asked again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from floorsight.employees.model import Employee
from floorsight.employees.service import EmployeeService
from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.enrolling.indexing import FaceIndex
from floorsight.identity.enrolling.model import enrolled_prefix
from floorsight.identity.erasing.model import Erasure, ErasureCause, Kind
from floorsight.identity.erasing.reviewing import ReviewErasure
from floorsight.identity.erasing.rules import cause_of, counting, has_news, is_pending, taking_over
from floorsight.identity.erasing.store import ErasureStore
from floorsight.identity.gallery.store import GalleryStore
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.snapshots import employee_prefix
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Unavailable
from floorsight.platform.objects import ObjectStore
from floorsight.platform.retry import Backoff
from floorsight.platform.table import TransactionRefused, Write

# Of the 29 s that the API's function may run; Rekognition may take 17 of them (`rekognition.index`).
LONGEST_SECONDS = 10.0
UNFINISHED = "erasure_unfinished"


@dataclass(frozen=True)
class ErasureService:
    """Use cases of erasure. Errors: NotFound (`unknown_employee`), Unavailable (ask again: it goes on).

    Doing it again changes nothing but what has turned up since: that goes too, and is added to the report.
    """

    employees: EmployeeService
    gallery: GalleryStore
    answers: AnswerStore
    reviewing: ReviewErasure
    policies: PolicyStore
    objects: ObjectStore
    index: FaceIndex
    store: ErasureStore
    clock: Clock = utc_now
    monotonic: Callable[[], float] = time.monotonic
    backoff: Backoff = field(default_factory=Backoff)

    def erase(self, employee_id: str, *, by: str) -> Erasure:
        """Remove all biometrics, and see to it that none are taken but after a new consent."""
        return self._remove_all(self.employees.mark_erased(employee_id), ErasureCause.ERASED, by)

    def withdraw_consent(self, employee_id: str, *, by: str) -> Erasure:
        """End the consent in force, if there is one, and remove all biometrics."""
        return self._remove_all(self.employees.withdraw_consent(employee_id), ErasureCause.WITHDRAWN, by)

    def end_employment(self, employee_id: str, last_day: date, *, by: str) -> Erasure:
        """They leave after a local date, at once with regard to their face. Also Malformed, for the date."""
        self.employees.end_employment(employee_id, last_day)
        return self.let_go(employee_id, by=by)

    def let_go(self, employee_id: str, *, by: str) -> Erasure:
        """End the consent of somebody who has left, and remove all biometrics."""
        return self._remove_all(self.employees.withdraw_consent(employee_id), ErasureCause.LEFT, by)

    def let_go_if(self, employee_id: str, has_left: Callable[[Employee], bool], *, by: str) -> Erasure | None:
        """The same, if they have left by what is known of them when their consent ends; else None."""
        employee = self.employees.withdraw_consent(employee_id, only_if=has_left)
        return None if employee.may_be_recognised else self._remove_all(employee, ErasureCause.LEFT, by)

    def finish(self, employee_id: str, *, by: str) -> Erasure | None:
        """Go on with the last erasure, begin the one that never was, or look for what has turned up since.

        None if nothing was ever to be erased.
        """
        employee = self.employees.get_employee(employee_id)
        cause = cause_of(employee, self.store.find_last(employee_id))
        return self._remove_all(employee, cause, by) if cause else None

    def is_unfinished(self, employee_id: str) -> bool:
        """Whether something is still to be erased: no new consent may be recorded until it is.

        Raises NotFound (`unknown_employee`).
        """
        return is_pending(self.employees.get_employee(employee_id), self.store.find_last(employee_id))

    def _remove_all(self, employee: Employee, cause: ErasureCause, by: str) -> Erasure:
        ends_at = self.monotonic() + LONGEST_SECONDS
        erasure = self._begin(employee, cause, by)
        while not erasure.reviews_done:
            if self.monotonic() >= ends_at:
                raise Unavailable(
                    "the faces of people whom nobody recognised are not all looked through yet; ask again, "
                    "and it goes on",
                    code=UNFINISHED,
                )
            threshold = self.policies.find(erasure.site_id).threshold
            erasure = self.store.save(self.reviewing.remove_page(erasure, threshold))
        erasure = self._remove_rest(erasure)
        if erasure.finished_at is None:
            erasure = self.store.save(replace(erasure, finished_at=self.clock()))
        return erasure

    def _begin(self, employee: Employee, cause: ErasureCause, by: str) -> Erasure:
        """The last erasure, unless there is something new to be erased; then a new one.

        In one transaction the faces leave the gallery and are the erasure's, to look for the person by them.
        """
        for _ in self.backoff.tries():
            person = self.gallery.find(employee.site_id, employee.employee_id)
            last = self.store.find_last(employee.employee_id)
            if last is not None and person is None and not has_news(employee, last):
                return last
            if last is None or last.finished_at is not None:
                last = Erasure(employee.employee_id, employee.site_id, cause, by, self.clock())
            erasure = taking_over(last, person) if person else last
            writes: list[Write] = [self.store.put_write(erasure)]
            if person is not None:
                writes += self.gallery.put_writes(replace(person, faces=()))
            try:
                self.store.table.transact(writes)
            except TransactionRefused:
                continue  # enrolled or erased by somebody else this very moment, or contention
            return replace(erasure, revision=erasure.revision + 1)
        raise Unavailable("the employee's faces change all the time; try again", code="contention")

    def _remove_rest(self, erasure: Erasure) -> Erasure:
        """All that is found by the employee's id: what is our own, whether or not others answer."""
        names = (erasure.site_id, erasure.employee_id)
        steps: tuple[tuple[Kind, Callable[[], int]], ...] = (
            (Kind.ENROLLED_PICTURES, lambda: self._remove_objects(enrolled_prefix(*names))),
            (Kind.PICTURES, lambda: self._remove_objects(employee_prefix(*names))),
            (Kind.ANSWERS, lambda: self._remove_answers(*names)),
            (Kind.OUTSIDE_FACES, lambda: self.index.remove(*names)),
        )
        for kind, remove in steps:
            if number := remove():
                erasure = self.store.save(counting(erasure, kind, number))
        return erasure

    def _remove_objects(self, prefix: str) -> int:
        keys = [found.key for found in self.objects.list(prefix)]
        self.objects.delete(keys)
        return len(keys)

    def _remove_answers(self, site_id: str, employee_id: str) -> int:
        answers = self.answers.list_of_employee(site_id, employee_id)
        for answer in answers:
            self.answers.remove(answer)
        return len(answers)
