"""What is written of punches and records: parts of transactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from floorsight.attendance.items import PUNCH, PUNCH_ID, RECORD, RECORD_DUE, RECORD_FENCE
from floorsight.attendance.layout import punch_body, record_body
from floorsight.attendance.model import Punch, Record
from floorsight.platform.clock import to_sort_key
from floorsight.platform.items import Item, Key
from floorsight.platform.table import ABSENT, Delete, Expectation, Put, Update, Write


@dataclass(frozen=True)
class Change:
    """A record as it is stored, and as it is to be; None where there is none."""

    before: Record | None
    after: Record | None


def punch_puts(punch: Punch) -> tuple[Put, Put]:
    """Writes a new punch, id first; refused if there is one of that id."""
    keys = {"employee_id": punch.employee_id, "punch_id": punch.punch_id, "at": to_sort_key(punch.at)}
    known_by_id = Put(PUNCH_ID.item({"at": keys["at"]}, **keys), expect=ABSENT)
    return known_by_id, Put(PUNCH.item(punch_body(punch), **keys), expect=ABSENT)


def direction_update(punch: Punch) -> Update:
    """Writes the direction that follows from a camera's facts by now."""
    known = Expectation(equals={"punch_id": punch.punch_id})
    return Update(punch_key(punch), set={"direction": punch.direction.value}, expect=known)


def punch_key(punch: Punch) -> Key:
    at = to_sort_key(punch.at)
    return PUNCH.key(employee_id=punch.employee_id, at=at, punch_id=punch.punch_id)


def fence_update(employee_id: str, fence: int) -> Update:
    """Moves the fence, if it is where it was loaded."""
    return Update(
        RECORD_FENCE.key(employee_id=employee_id),
        set={"type": RECORD_FENCE.name, "v": RECORD_FENCE.version, "revision": fence + 1},
        expect=Expectation(equals={"revision": fence or None}),
    )


def change_writes(change: Change, site_id: str) -> list[Write]:
    """Of the record, and of when it is due: at most three."""
    before, after = change.before, change.after
    if before == after:
        return []
    writes: list[Write] = []
    if after is not None:
        writes.append(_record_put(after, site_id))
    elif before is not None:
        writes.append(Delete(RECORD.key(**_record_keys(before))))
    due_before, due_after = _due_put(before, site_id), _due_put(after, site_id)
    if due_before is not None and (due_after is None or due_before.key != due_after.key):
        writes.append(Delete(due_before.key))
    if due_after is not None and due_after != due_before:
        writes.append(due_after)
    return writes


def cut_batches(changes: Iterable[list[Write]], most: int) -> Iterator[list[Write]]:
    """What belongs together stays together; at least one batch."""
    batch: list[Write] = []
    for writes in changes:
        if len(batch) + len(writes) > most:
            yield batch
            batch = []
        batch = batch + writes
    yield batch


def _record_put(record: Record, site_id: str) -> Put:
    return Put(RECORD.item(record_body(record, site_id), site_id=site_id, **_record_keys(record)))


def _due_put(record: Record | None, site_id: str) -> Put | None:
    """None once there is nothing to wait for."""
    if record is None or record.closed:
        return None
    keys = _record_keys(record)
    body: Item = dict(keys)
    closes_at = to_sort_key(record.instance.closes_at)
    return Put(RECORD_DUE.item(body, site_id=site_id, closes_at=closes_at, **keys))


def _record_keys(record: Record) -> dict[str, str]:
    instance = record.instance
    return {
        "employee_id": instance.employee_id,
        "local_date": instance.local_date.isoformat(),
        "shift_id": instance.shift.shift_id,
    }
