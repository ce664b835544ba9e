"""Whose faces a backend outside was given, in the registry table."""

from __future__ import annotations

from dataclasses import dataclass

from floorsight.platform.items import ItemType, TableName
from floorsight.platform.table import Delete, Put, Table

GIVEN_OUTSIDE = ItemType(
    name="faces_given_outside",
    table=TableName.REGISTRY,
    pk="GALLERY#{site_id}",
    sk="OUTSIDE#{employee_id}",
    purpose="Faces of this employee were given to Rekognition, or may have been: it is written before. "
    "Whoever erases asks there only if there is this mark, and removes it when nothing is left.",
    writers=("query_api", "analyse_image", "run_job"),
    readers=("query_api", "analyse_image", "run_job"),
)
ITEM_TYPES: tuple[ItemType, ...] = (GIVEN_OUTSIDE,)


@dataclass(frozen=True)
class OutsideStore:
    """One mark an employee."""

    table: Table

    def mark(self, site_id: str, employee_id: str) -> None:
        names = {"site_id": site_id, "employee_id": employee_id}
        self.table.write(Put(GIVEN_OUTSIDE.item({**names}, **names)))

    def is_marked(self, site_id: str, employee_id: str) -> bool:
        return self.table.get(GIVEN_OUTSIDE.key(site_id=site_id, employee_id=employee_id)) is not None

    def unmark(self, site_id: str, employee_id: str) -> None:
        self.table.write(Delete(GIVEN_OUTSIDE.key(site_id=site_id, employee_id=employee_id)))
