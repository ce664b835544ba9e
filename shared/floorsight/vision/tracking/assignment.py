"""Optimal one-to-one assignment."""

from __future__ import annotations

import lap
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def assign(worth: npt.NDArray[np.float64]) -> tuple[Ints, Ints]:
    """Rows and columns that belong together: each pair worth more than 0, and all together the most.

    Where every column's best row is another one, nobody has to give way and no assignment can be worth more.
    That is most frames. Else the solver (Jonker and Volgenant 1987, from lapx) gets the matrix with the
    worthless set to 0: it leaves nobody alone, but a pair for nothing adds nothing and is taken apart again.
    So it answers the question with a limit in a quarter of the matrix that lapx would build for its own.
    """
    if not worth.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    columns = (np.maximum.reduce(worth) > 0.0).nonzero()[0]
    rows = worth.argmax(axis=0).take(columns)
    if len(set(rows.tolist())) == len(rows):
        return rows, columns
    rows, columns = lap.lapjvc(-np.maximum(worth, 0.0), return_cost=False)
    taken = worth[rows, columns] > 0.0
    return rows[taken].astype(np.int64), columns[taken].astype(np.int64)
