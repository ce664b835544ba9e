"""Many vehicles at once, from a file: all of them checked first, nothing saved if any is wrong.

What a file says is what shall be listed, so the same file again changes nothing: an import that broke off
is gone on with by importing it again. What it doesn't name stays as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Fault, Faulty, Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import TransactionRefused
from floorsight.sites.service import SiteService
from floorsight.vehicles.lists.cells import read_fields, read_list
from floorsight.vehicles.lists.changes import Change, cut_changes, plan_again, plan_change
from floorsight.vehicles.lists.csv_rows import Row, read_rows
from floorsight.vehicles.lists.model import VehicleRef, make_vehicle
from floorsight.vehicles.lists.naming import name_plate
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import ListedVehicle, ListName
from floorsight.vehicles.plates import clean
from floorsight.vehicles.policy.store import GatePolicyStore

MAX_ROWS = 5000
MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_FAULTS = 100
# API Gateway waits for 30; the transaction that is under way then may still meet throttling.
SAVING_SECONDS = 20.0


@dataclass(frozen=True)
class Corrected:
    """A plate that was not saved as it was typed."""

    line: int
    typed: str
    plate: str


@dataclass(frozen=True)
class Imported:
    """What an import came to, or would; every row is new, changed, unchanged or repeated."""

    rows: int
    new: int
    changed: int
    unchanged: int
    repeated: int  # rows that say the same as an earlier one
    unblocked: int  # of the changed: blocks in force that end now, or sooner than the list said
    corrected: tuple[Corrected, ...]


@dataclass(frozen=True)
class _Checked:
    """What a file says: vehicles by their place in the lists, and where it says so first."""

    rows: int
    wanted: dict[VehicleRef, ListedVehicle]
    line_of: dict[VehicleRef, int]
    corrected: tuple[Corrected, ...]


@dataclass(frozen=True)
class ImportService:
    """Imports into a site's lists. Errors: NotFound (`unknown_site`), Malformed, Unavailable."""

    sites: SiteService
    store: VehicleStore
    policies: GatePolicyStore
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)
    monotonic: Callable[[], float] = time.monotonic

    def import_file(self, site_id: str, content: bytes, *, by: str, dry_run: bool = False) -> Imported:
        """Check a CSV file and, if nothing is wrong and it is no dry run, save what it says.

        The blocked are saved first. Raises Faulty with what is wrong by line, Malformed for a file that
        can't be read, and Unavailable (`import_unfinished`) when saving broke off: import it again.
        """
        now = self.clock()
        checked = self._check(site_id, content, by, now)
        changes = self._compare(checked, by, now)
        if not dry_run:
            self._save(changes)
        new = sum(change.is_new for change in changes)
        return Imported(
            rows=checked.rows,
            new=new,
            changed=len(changes) - new,
            unchanged=len(checked.wanted) - len(changes),
            repeated=checked.rows - len(checked.wanted),
            unblocked=sum(change.unblocks for change in changes),
            corrected=checked.corrected,
        )

    def _check(self, site_id: str, content: bytes, by: str, now: datetime) -> _Checked:
        site = self.sites.get_site(site_id)
        if len(content) > MAX_FILE_BYTES:
            raise Malformed(
                f"a file has at most {MAX_FILE_BYTES // 1024**2} MB; cut it into several",
                code="file_too_large",
                field="body",
            )
        rows = read_rows(content, max_rows=MAX_ROWS)
        reading = _Reading(site_id, ZoneInfo(site.time_zone), self.policies.find(site_id).profiles, by, now)
        for row in rows:
            reading.take(row)
        return reading.finish()

    def _compare(self, checked: _Checked, by: str, now: datetime) -> list[Change]:
        """What is to be changed for the lists to say what the file does. Raises Faulty (`over_already`)."""
        stored = self.store.find_many(list(checked.wanted))
        changes: list[Change] = []
        faults: list[Fault] = []
        for ref, vehicle in checked.wanted.items():
            try:
                changes += plan_change(stored.get(ref), vehicle, by, now)
            except Malformed as error:
                faults.append(_fault(checked.line_of[ref], error))
        _check_faults(faults)
        return changes

    def _save(self, changes: Sequence[Change]) -> None:
        stop_at = self.monotonic() + SAVING_SECONDS
        saved = 0
        # Who is to be kept out is kept out even if the rest has to wait.
        ordered = sorted(changes, key=lambda change: change.ref.list_name is not ListName.BLOCKED)
        for part in cut_changes(ordered):
            if self.monotonic() > stop_at:
                raise _unfinished(saved, len(ordered))
            try:
                self._save_part(part)
            # Malformed: somebody changed an entry since all was checked, and the row says nothing any more.
            except (Unavailable, Malformed) as error:
                raise _unfinished(saved, len(ordered)) from error
            saved += len(part)

    def _save_part(self, part: list[Change]) -> None:
        """All of it in one transaction; planned anew when somebody else has changed some of it meanwhile.

        What was new and is there by then takes more writes: then it may be two transactions.
        """
        left = part
        for _ in self.backoff.tries():
            try:
                for piece in cut_changes(left):
                    self.store.replace_all([(change.after, change.before) for change in piece])
                    left = left[len(piece) :]
                return
            except TransactionRefused:
                stored = self.store.find_many([change.ref for change in left])
                left = [again for each in left for again in plan_again(stored.get(each.ref), each)]
                if not left:  # it was saved, and the answer got lost
                    return
        raise Unavailable("others are changing the same vehicles; try again", code="contention")


class _Reading:
    """Goes through the rows and collects what they say, and what is wrong with them."""

    def __init__(self, site_id: str, zone: ZoneInfo, profiles: Sequence[str], by: str, now: datetime) -> None:
        self._site_id, self._zone, self._profiles, self._by, self._now = site_id, zone, profiles, by, now
        self._rows = 0
        self._wanted: dict[VehicleRef, ListedVehicle] = {}
        self._line_of: dict[VehicleRef, int] = {}
        self._corrected: list[Corrected] = []
        self._faults: list[Fault] = []

    def take(self, row: Row) -> None:
        self._rows += 1
        try:
            vehicle = self._read(row)
            ref = VehicleRef.of(vehicle)
            known = self._wanted.setdefault(ref, vehicle)
            first_line = self._line_of.setdefault(ref, row.line)
            if known != vehicle:
                raise Malformed(
                    f"line {first_line} says something else of the same vehicle on the same list",
                    code="row_contradicts",
                    field="plate",
                )
        except Malformed as error:
            self._faults.append(_fault(row.line, error))

    def finish(self) -> _Checked:
        """Raises Faulty."""
        _check_faults(self._faults)
        return _Checked(self._rows, self._wanted, self._line_of, tuple(self._corrected))

    def _read(self, row: Row) -> ListedVehicle:
        for column in ("list", "plate"):
            if column not in row.cells:
                raise Malformed(f"{column} is missing", code=f"{column}_missing", field=column)
        list_name, typed = read_list(row.cells["list"]), row.cells["plate"]
        plate, profile = name_plate(typed, self._profiles)
        fields = read_fields(row.cells, self._zone)
        vehicle = make_vehicle(self._site_id, list_name, plate, profile, by=self._by, at=self._now, **fields)
        if clean(typed) != plate:
            self._corrected.append(Corrected(row.line, typed, plate))
        return vehicle


def _fault(line: int, error: Malformed) -> Fault:
    column = "list" if error.field == "list_name" else error.field or "plate"
    return Fault(f"lines.{line}.{column}", error.code, error.message)


def _check_faults(faults: list[Fault]) -> None:
    """Raises Faulty."""
    if len(faults) > MAX_FAULTS:
        more = len(faults) - MAX_FAULTS
        raise Faulty([*faults[:MAX_FAULTS], Fault("body", "more_faults", f"{more} more lines are wrong")])
    if faults:
        raise Faulty(faults)


def _unfinished(saved: int, changes: int) -> Unavailable:
    return Unavailable(
        f"storage is busy, or others change the same vehicles: {saved} of {changes} changes are saved, the "
        "blocked vehicles first. Import the same file again: what is saved stays as it is, and the rest "
        "follows, or is told by line",
        code="import_unfinished",
    )
