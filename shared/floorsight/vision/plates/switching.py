"""Plates are switched off where what reads them can't be loaded: people are counted all the same.

Faces are not: who is paid by them can wait, and nothing is lost while a stream is held back. A gate can't
wait, and counting must not wait for it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from floorsight.platform.errors import FloorsightError
from floorsight.platform.observability import emit_metrics
from floorsight.vision.plates.reading import PlateReads

log = logging.getLogger(__name__)


class SwitchablePlates:
    """What reads plates, or None for the rest of the process once it could not be loaded."""

    def __init__(self, open_reader: Callable[[], PlateReads]) -> None:
        self._open, self._is_off = open_reader, False

    def __call__(self) -> PlateReads | None:
        """What reads plates, the same each time; each time that there is none is counted (`PlatesOff`)."""
        if not self._is_off:
            try:
                return self._open()
            except FloorsightError:
                self._is_off = True
                log.exception("no plates are read until this worker is started again")
        emit_metrics({"PlatesOff": 1}, dimensions={})
        return None
