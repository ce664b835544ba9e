"""Items that people change, each in place of the revision that they read."""

from __future__ import annotations

from collections.abc import Callable

from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item
from floorsight.platform.table import Put, Table, at_revision


def put_next(table: Table, item: Item, *, instead_of: int, is_stored: Callable[[], bool], what: str) -> None:
    """Write an item in place of the one whose `revision` is `instead_of`; 0: there is none yet.

    `is_stored` is asked when that was refused: whether this very item is there, as its answer got lost.

    Raises:
        Conflict: `revision_changed`, when somebody else was faster; `what` is the name of the thing.
    """
    try:
        table.write(Put(item, at_revision(instead_of)))
    except Conflict as error:
        if not is_stored():
            raise changed_meanwhile(f"the {what}") from error


def changed_meanwhile(what: str = "it") -> Conflict:
    """What whoever changes something is told when somebody else was faster (`revision_changed`)."""
    return Conflict(
        f"somebody else has changed {what} meanwhile; read it again and repeat your change",
        code="revision_changed",
    )
