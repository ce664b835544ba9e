"""What an import changes in the lists, and what it means for who is blocked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from floorsight.platform.table import MAX_TRANSACTION_WRITES
from floorsight.vehicles.lists.model import Entry, VehicleRef, list_wanted
from floorsight.vehicles.model import ListedVehicle, ListName


@dataclass(frozen=True)
class Change:
    """An entry as it is to be, in place of the one that is there, and what was wanted of it."""

    before: Entry | None
    after: Entry
    wanted: ListedVehicle

    @property
    def ref(self) -> VehicleRef:
        return VehicleRef.of(self.after.vehicle)

    @property
    def writes(self) -> int:
        return 1 if self.before is None else 2

    @property
    def is_new(self) -> bool:
        return self.before is None or self.before.is_done_at(self.after.changed_at)

    @property
    def unblocks(self) -> bool:
        """Whether it ends a block that is in force, or has it end sooner."""
        if self.before is None or self.before.removed:
            return False
        was, will_be, at = self.before.vehicle, self.after.vehicle, self.after.changed_at
        if was.list_name is not ListName.BLOCKED or not was.is_valid_at(at):
            return False
        ends_sooner = will_be.valid_until is not None and (
            was.valid_until is None or will_be.valid_until < was.valid_until
        )
        return ends_sooner or not will_be.is_valid_at(at)


def plan_change(before: Entry | None, wanted: ListedVehicle, by: str, at: datetime) -> list[Change]:
    """How the list comes to say what is wanted: nothing to do, or one change. Raises Malformed."""
    after = list_wanted(before, wanted, by=by, at=at)
    return [] if after == before else [Change(before, after, wanted)]


def plan_again(before: Entry | None, change: Change) -> list[Change]:
    """The same change of what somebody else has changed meanwhile."""
    return plan_change(before, change.wanted, change.after.changed_by, change.after.changed_at)


def cut_changes(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Parts that are one transaction each."""
    part: list[Change] = []
    for change in changes:
        if sum(each.writes for each in part) + change.writes > MAX_TRANSACTION_WRITES:
            yield part
            part = []
        part.append(change)
    if part:
        yield part
