"""The motion gate: leaves out chunks in which nothing moves."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from floorsight.platform.errors import Malformed
from floorsight.video.chunking import Stamped
from floorsight.video.motion import MotionMeter, MotionSettings, small_pictures

log = logging.getLogger(__name__)

_HAIR_SECONDS = 0.05  # chunks that should be a second apart are not to the millisecond


@dataclass(frozen=True)
class GateSettings:
    """Open while a `share` of the picture moves, and `linger_seconds` longer.

    While it is closed one frame in `still_seconds` is let through.
    """

    share: float = 0.0003
    linger_seconds: float = 5.0
    still_seconds: float = 10.0
    motion: MotionSettings = field(default_factory=MotionSettings)

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise Malformed("the share of the picture that moves: between 0 and 1", code="bad_setting")
        if self.linger_seconds < 0 or self.still_seconds <= 0:
            raise Malformed("seconds of the motion gate: above 0", code="bad_setting")


class MotionGate:
    """One camera's gate.

    A chunk without motion is held until the next one is known: when that moves, both go on, so that whoever
    comes into the picture is seen from before. Else it is left out, or its first frame goes on alone when
    one is due. It comes before chunks are numbered: what is left out leaves no gap.
    """

    def __init__(self, settings: GateSettings | None = None) -> None:
        self._settings = settings or GateSettings()
        self._meter = MotionMeter(self._settings.motion)
        self._session: str | None = None
        self._held: Stamped | None = None
        self._open_until: datetime | None = None
        self._shown_until: datetime | None = None
        self.skipped = 0
        """Chunks left out, all or but for a frame."""

    def pass_on(self, stamped: Iterable[Stamped]) -> Iterator[Stamped]:
        """What goes on of a stream. Sessions may change in it."""
        for each in stamped:
            for passed in self.take(each):
                self._shown_until = passed.ended_at
                yield passed

    def take(self, coming: Stamped) -> list[Stamped]:
        """What goes on, now that this chunk has come."""
        if coming.stream_session != self._session:
            self._start_over(coming.stream_session)
        if self._is_open(coming):
            passed = [self._held, coming] if self._held is not None else [coming]
            self._held = None
            return passed
        before, self._held = self._held, coming
        return self._still(before) if before is not None else []

    def _start_over(self, session: str) -> None:
        # Capture times of another session may be earlier: this machine's clock was set back.
        self.skipped += self._held is not None
        self._session, self._held, self._open_until, self._shown_until = session, None, None, None

    def _is_open(self, coming: Stamped) -> bool:
        was_open = self._open_until is not None and coming.captured_at <= self._open_until
        if self._moves(coming, keys_only=was_open):
            self._open_until = coming.ended_at + timedelta(seconds=self._settings.linger_seconds)
            return True
        return was_open

    def _moves(self, coming: Stamped, *, keys_only: bool) -> bool:
        # While it is open the key frames do: what they miss the lingering covers.
        try:
            shares = [
                self._meter.moving_share(picture, at)
                for at, picture in small_pictures(coming.cut, keys_only=keys_only)
            ]
        except Malformed as error:
            log.warning("%s: let through", error.message)
            return True
        return max(shares, default=1.0) >= self._settings.share

    def _still(self, before: Stamped) -> list[Stamped]:
        self.skipped += 1
        since = self._shown_until
        due_seconds = self._settings.still_seconds - _HAIR_SECONDS
        if since is not None and (before.captured_at - since).total_seconds() < due_seconds:
            return []
        return [replace(before, cut=before.cut.without_rest())]
