"""Delivery of a source that can wait, by way of a spool that would drop the oldest."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from containers.edge_publisher.spooled_delivery import SpooledDelivery
from floorsight.vision.chunk import Chunk


@dataclass(frozen=True)
class PatientDelivery:
    """`Delivery` that waits for room in the spool before it stores a chunk, so that none is ever dropped.

    For files that are read as fast as they are taken. A camera does not wait.
    """

    spooled: SpooledDelivery
    stop: threading.Event

    def send(self, chunk: Chunk) -> int:
        """Store one chunk to be sent; the bytes stored: 0 if it was told to stop before there was room.

        Raises as `SpooledDelivery.send` does.
        """
        if not self.spooled.wait_for_room(chunk, self.stop.is_set):
            return 0
        return self.spooled.send(chunk)
