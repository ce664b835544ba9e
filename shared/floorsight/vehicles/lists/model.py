"""A list's entry with who changed it, and how it comes to say what is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Malformed, NotFound
from floorsight.vehicles.model import ListedVehicle, ListName

# What a person may set; the rest says what the entry is of, and who made it.
SETTABLE = ("valid_from", "valid_until", "reason", "host", "max_visits", "note")
# What is listed without a beginning counts for whoever was seen so shortly before, too: they may stand at the
# gate, by a camera whose clock is a little slow. Older readings are late, and open nothing.
COUNTS_BEFORE = timedelta(seconds=30)
FIRST_YEAR, LAST_YEAR = 1970, 9000  # near the ends of the calendar nothing can be reckoned with
_ROUND = re.compile(r"[1-9]\d{0,8}", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """A listed vehicle as it is, or was until its next revision; `changed_*` is the latest change's.

    A removed entry is on no list. It is kept, as decisions name it.
    """

    vehicle: ListedVehicle
    changed_at: datetime
    changed_by: str
    removed: bool = False

    def changed_to(self, wanted: ListedVehicle, *, by: str, at: datetime) -> Entry:
        """The next revision, with what may be set as `wanted` has it."""
        fields = {name: getattr(wanted, name) for name in SETTABLE}
        # The plate's format may be another one by now: the policy's are changed, not the plate.
        after = replace(self.vehicle, **fields, profile=wanted.profile, revision=self.vehicle.revision + 1)
        return Entry(after, at, by)

    def listed_again(self, wanted: ListedVehicle, *, by: str, at: datetime) -> Entry:
        """On the list again as `wanted` has it; a visitor by a new id, by which no visit is counted yet."""
        after = self.changed_to(wanted, by=by, at=at)
        if wanted.list_name is not ListName.VISITOR:
            return after
        ref = VehicleRef.of(self.vehicle)
        vehicle_id = replace(ref, round=ref.round + 1).vehicle_id
        return replace(after, vehicle=replace(after.vehicle, vehicle_id=vehicle_id))

    def is_done_at(self, at: datetime) -> bool:
        """Whether to add it then is to list it anew: it was removed, or is a visitor whose time is over."""
        return self.removed or (self.vehicle.list_name is ListName.VISITOR and self.vehicle.is_over_at(at))

    def removed_by(self, by: str, at: datetime) -> Entry:
        after = replace(self.vehicle, revision=self.vehicle.revision + 1)
        return Entry(after, at, by, removed=True)

    def says_the_same_as(self, wanted: ListedVehicle) -> bool:
        """Whether nothing would change: it is on the list, and has these values."""
        return not self.removed and all(
            getattr(self.vehicle, name) == getattr(wanted, name) for name in (*SETTABLE, "profile")
        )


@dataclass(frozen=True)
class VehicleRef:
    """What a `vehicle_id` says: an entry's place. A plate is on a list once; as a visitor once a `since`.

    `since` is a visitor's `valid_from` where one was given, which is why that one can't be changed. `round`
    counts how often a visitor was listed anew in this place; it is in the id, by which visits are counted.
    """

    site_id: str
    list_name: ListName
    plate: str
    since: datetime | None = None
    round: int = field(default=1, compare=False)

    @classmethod
    def of(cls, vehicle: ListedVehicle) -> VehicleRef:
        return cls.read(vehicle.vehicle_id)

    @property
    def place(self) -> str:
        """The plate, its list, and a visitor's `since`, as text that sorts."""
        return ".".join([self.plate, self.list_name.value, *([_compact(self.since)] if self.since else [])])

    @property
    def vehicle_id(self) -> str:
        return f"{self.site_id}.{self.place}" + (f".{self.round}" if self.round > 1 else "")

    @classmethod
    def read(cls, vehicle_id: str) -> VehicleRef:
        """Raises NotFound (`unknown_vehicle`): no id of ours."""
        try:
            site_id, plate, list_name, *more = vehicle_id.split(".", 4)
            number = int(more.pop()) if more and _ROUND.fullmatch(more[-1]) else 1
            (since,) = map(_read_compact, more) if more else (None,)
            ref = cls(site_id, ListName(list_name), plate, since, number)
        except ValueError as error:
            raise unknown(vehicle_id) from error
        if ref.vehicle_id != vehicle_id or not (site_id and plate):
            raise unknown(vehicle_id)
        return ref


def unknown(vehicle_id: str) -> NotFound:
    return NotFound(f"there is no listed vehicle {vehicle_id}", code="unknown_vehicle")


def list_wanted(before: Entry | None, wanted: ListedVehicle, *, by: str, at: datetime) -> Entry:
    """What a list comes to have of a vehicle that shall be on it: `before` itself, if that says so already.

    Without a `valid_from` it counts from now on, or since when it does already. Raises Malformed
    (`over_already`).
    """
    if before is not None and not before.removed:
        changed = list_change(before, wanted, by=by, at=at)
        if changed == before or not before.is_done_at(at):
            return changed
    fresh = _since_now(wanted, at)
    if before is None:
        return Entry(replace(fresh, revision=1), at, by)
    return before.listed_again(fresh, by=by, at=at)


def list_change(before: Entry, wanted: ListedVehicle, *, by: str, at: datetime) -> Entry:
    """As `list_wanted`, of an entry that is on the list and goes on."""
    kept = _since_before(before, wanted, at)
    return before if before.says_the_same_as(kept) else before.changed_to(kept, by=by, at=at)


def _since_before(before: Entry, wanted: ListedVehicle, at: datetime) -> ListedVehicle:
    """What shall count from now on and does so already keeps its beginning."""
    if wanted.valid_from is not None:
        return wanted
    known = before.vehicle
    if known.list_name is not ListName.VISITOR and known.is_early_at(at):
        return _since_now(wanted, at)
    if known.valid_from and wanted.valid_until and wanted.valid_until <= known.valid_from:
        raise _over_already()
    return replace(wanted, valid_from=known.valid_from)


def _since_now(wanted: ListedVehicle, at: datetime) -> ListedVehicle:
    if wanted.valid_from is not None:
        return wanted
    if wanted.is_over_at(at):
        raise _over_already()
    return replace(wanted, valid_from=at - COUNTS_BEFORE)


def _over_already() -> Malformed:
    return Malformed(
        "valid_until is over already; correct it, or say valid_from as well if that is meant",
        code="over_already",
        field="valid_until",
    )


def make_vehicle(
    site_id: str, list_name: ListName, plate: str, profile: str, *, by: str, at: datetime, **fields: Any
) -> ListedVehicle:
    """A new entry with its id. `fields` are those of SETTABLE; times are kept in UTC. Raises Malformed."""
    for name in ("valid_from", "valid_until"):
        if fields.get(name) is not None:
            fields[name] = _in_utc(name, fields[name])
    since = fields.get("valid_from") if list_name is ListName.VISITOR else None
    return ListedVehicle(
        vehicle_id=VehicleRef(site_id, list_name, plate, since).vehicle_id,
        site_id=site_id,
        plate=plate,
        profile=profile,
        list_name=list_name,
        created_at=at,
        created_by=by,
        **fields,
    )


def _in_utc(name: str, moment: datetime) -> datetime:
    """Raises Malformed (`out_of_range`)."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise out_of_calendar(name)
    return moment.astimezone(UTC)


def out_of_calendar(name: str) -> Malformed:
    """What is said of a time of no year that an entry may have."""
    return Malformed(
        f"{name} must be between the years {FIRST_YEAR} and {LAST_YEAR}; leave it empty if there is none",
        code="out_of_range",
        field=name,
    )


def _compact(moment: datetime) -> str:
    """Such as `20260302T070000000000Z`: safe in paths, and text order is time order."""
    return to_sort_key(moment).translate(str.maketrans("", "", "-:."))


def _read_compact(text: str) -> datetime:
    if len(text) != len("20260302T070000000000Z"):
        raise ValueError(text)
    day, clock = f"{text[:4]}-{text[4:6]}-{text[6:8]}", f"{text[9:11]}:{text[11:13]}:{text[13:15]}"
    return from_sort_key(f"{day}{text[8]}{clock}.{text[15:]}")
