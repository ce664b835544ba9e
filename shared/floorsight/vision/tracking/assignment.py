"""Optimal one-to-one assignment under a cost limit."""

from __future__ import annotations

import lap
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def assign(cost: npt.NDArray[np.float64], limit: float) -> tuple[Ints, Ints]:
    """Rows and columns that belong together: the cheapest assignment in which no pair costs over `limit`.

    Solver: Jonker and Volgenant (1987), from lapx. Rows come in rising order.
    """
    if cost.size == 0:
        empty = np.zeros(0, np.int64)
        return empty, empty
    _, columns, _ = lap.lapjv(np.ascontiguousarray(cost), extend_cost=True, cost_limit=limit)
    columns = np.asarray(columns, np.int64)
    rows = np.flatnonzero(columns >= 0)
    return rows, columns[rows]
