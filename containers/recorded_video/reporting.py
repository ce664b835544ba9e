"""The job's record while an attempt runs: written every few seconds of work, and at once where it matters."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from floorsight.events.vision import ChunkRejected
from floorsight.platform.bus import Bus, Message
from floorsight.platform.errors import Unavailable
from floorsight.recordings.model import Damage, Recording
from floorsight.recordings.rules import PROGRESS_SECONDS, with_damage
from floorsight.recordings.service import RecordingService

log = logging.getLogger(__name__)


class ProgressReport:
    """Keeps the record of one attempt. Every method raises Overtaken when another attempt has begun."""

    def __init__(
        self,
        recordings: RecordingService,
        recording: Recording,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.recording = recording
        self._recordings, self._monotonic = recordings, monotonic
        self._saved_at = monotonic()

    def update(self, **progress: Any) -> None:
        """Note how far it is; written when the last time is long enough ago."""
        changed = replace(self.recording.progress, **progress)
        self.recording = replace(self.recording, progress=changed)
        self.save_if_due()

    def save_if_due(self) -> None:
        """A table that does not answer stops nothing: what counts is committed with the stream's state."""
        if self._monotonic() - self._saved_at < PROGRESS_SECONDS:
            return
        try:
            self.save()
        except Unavailable as error:
            log.warning("the progress is not kept: %s", error.message)
            self._saved_at = self._monotonic()

    def save(self, **facts: Any) -> None:
        """Keep the record now, with further facts of the job. Raises Unavailable."""
        self.recording = self._recordings.save(replace(self.recording, **facts))
        self._saved_at = self._monotonic()

    def add_damage(self, damage: Damage) -> None:
        """Keep a damaged part at once: after a kill it would not be met again. Raises Unavailable."""
        found = with_damage(self.recording, damage)
        if found != self.recording:
            log.warning("damaged at %.1f s: %s", damage.at_seconds, damage.explanation)
            self.recording = found
            self.save()


@dataclass(frozen=True)
class DamageWatch:
    """The bus, with an eye on which chunks are put aside. `began_at` is where the video's seconds begin."""

    bus: Bus
    report: ProgressReport
    began_at: datetime

    def publish(self, messages: Sequence[Message]) -> None:
        self.bus.publish(messages)
        for message in messages:
            if message.detail_type == ChunkRejected.detail_type():
                self._note(ChunkRejected.parse(json.loads(message.detail)))

    def _note(self, event: ChunkRejected) -> None:
        at_seconds = round((event.occurred_at - self.began_at).total_seconds(), 3)
        self.report.add_damage(Damage(at_seconds, f"{event.reason}: {event.explanation}", event.sequence))
