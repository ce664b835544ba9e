"""What is kept of pay periods in the registry table."""

from __future__ import annotations

from floorsight.attendance.periods.frontier import FRONTIER
from floorsight.platform.items import ItemType

ITEM_TYPES: tuple[ItemType, ...] = (FRONTIER,)
