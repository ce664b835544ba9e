"""A live camera over RTSP (RFC 2326), by FFmpeg, over TCP."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
import av.error
from av.container.input import InputContainer

from floorsight.platform.errors import FloorsightError, Forbidden, Malformed, NotFound, Unavailable
from floorsight.video.addresses import CameraAddress
from floorsight.video.capture_clock import Monotonic
from floorsight.video.source import VideoPacket, VideoSource
from floorsight.video.steady import SteadyTimes

log = logging.getLogger(__name__)

_OPTIONS = {
    # Interleaved in the RTSP connection: no picture is lost on the way and no port is opened for it.
    "rtsp_transport": "tcp",
    # With sound beside it FFmpeg would set the video's times anew by the camera's wall clock.
    "allowed_media_types": "video",
}

_HIGHEST_RATE = 240
_INTERRUPTED = av.error.tag_to_code(b"EXIT")


@dataclass(frozen=True)
class CameraTimeouts:
    """Seconds to connect (and to see the first pictures), and of silence that count as a disconnect."""

    connect_seconds: float = 10.0
    stall_seconds: float = 10.0

    @property
    def longest_seconds(self) -> float:
        """The longest that anything may take: for what PyAV can't interrupt, such as saying good-bye."""
        return max(self.connect_seconds, self.stall_seconds)

    def __post_init__(self) -> None:
        if self.connect_seconds <= 0 or self.stall_seconds <= 0:
            raise Malformed("seconds to connect and of silence: above 0", code="bad_setting")


@dataclass(frozen=True)
class Arrival:
    """A picture that came: its time on the stream's clock, when by our monotonic one, and its bytes."""

    at: Fraction
    arrived: float
    size: int


@dataclass(frozen=True)
class CameraHooks:
    """What is told while a camera is read: every picture, every jump of its clock (seconds)."""

    on_arrival: Callable[[Arrival], None]
    on_jump: Callable[[float], None]
    keep_reading: Callable[[], bool] = lambda: True
    monotonic: Monotonic = time.monotonic


class Camera(VideoSource):
    """A connection to a camera. Times of its pictures rise, whatever its clock does.

    Its packets end when the connection does, so that what was read is not lost; `ended_by` says why, and is
    None when reading was no longer wanted.

    Raises:
        Forbidden: `camera_refused`. NotFound: `no_camera_stream`. Unavailable: `camera_unreachable`,
        `camera_silent`. Malformed: `not_a_camera`, and as `VideoSource`.
    """

    is_live = True

    def __init__(self, address: CameraAddress, timeouts: CameraTimeouts, hooks: CameraHooks) -> None:
        self.ended_by: FloorsightError | None = None
        self._address, self._timeouts, self._hooks = address, timeouts, hooks
        self._times = SteadyTimes(hooks.on_jump)
        opened = _open(address, timeouts)
        if isinstance(opened, FloorsightError):
            # Raised here and not there: FFmpeg's error, which would be its context, has the URL in it, and
            # that the password.
            raise opened
        super().__init__(opened, str(address))

    @property
    def frame_rate(self) -> Fraction:
        """Nominal frames per second; 25 where the camera does not say, or says nonsense."""
        told = super().frame_rate
        return told if 0 < told <= _HIGHEST_RATE else Fraction(25)

    def packets(self) -> Iterator[VideoPacket]:
        """Packets as they come, until the connection ends.

        Each is handed on when the next one comes: FFmpeg gives out what came of the last picture too, and
        half a picture can't be decoded, or shows what was not there.
        """
        try:
            for whole, _ in pairwise(self._arriving()):
                yield whole
                if not self._hooks.keep_reading():
                    return
        except (av.error.FFmpegError, OSError) as error:
            self.ended_by = self._read_fault(error)
            return
        self.ended_by = Unavailable(f"{self._address} ended the stream", code="camera_ended")

    def _arriving(self) -> Iterator[VideoPacket]:
        for packet in self._demuxed():
            self._take(packet)
            yield packet

    def _take(self, packet: VideoPacket) -> None:
        base = packet.time_base or Fraction(1, 90_000)
        stamp = packet.pts if packet.pts is not None else packet.dts
        arrived = self._hooks.monotonic()
        at = self._times.seconds_of(None if stamp is None else stamp * base, arrived)
        packet.pts = round(at / base)
        self._hooks.on_arrival(Arrival(packet.pts * base, arrived, packet.size))

    def _read_fault(self, error: Exception) -> FloorsightError:
        if _is_timeout(error):
            return Unavailable(
                f"nothing came from {self._address} for {self._timeouts.stall_seconds:g} s",
                code="camera_stalled",
            )
        return Unavailable(
            f"the connection to {self._address} broke: {_reason(error)}", code="camera_disconnected"
        )


def _open(address: CameraAddress, timeouts: CameraTimeouts) -> InputContainer | FloorsightError:
    try:
        return av.open(
            address.url_with_credentials,
            options=_OPTIONS | {"timeout": str(round(timeouts.longest_seconds * 1_000_000))},
            timeout=(timeouts.connect_seconds, timeouts.stall_seconds),
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        return _open_fault(error, address)


def _open_fault(error: Exception, address: CameraAddress) -> FloorsightError:
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        return Forbidden(f"{address} refuses the user or the password", code="camera_refused")
    if isinstance(error, av.error.HTTPNotFoundError):
        return NotFound(
            f"the camera has no stream {address}: look up the path in its manual", code="no_camera_stream"
        )
    if isinstance(error, (av.error.InvalidDataError, av.error.HTTPBadRequestError, ValueError)):
        return Malformed(f"{address} does not answer as a camera does", code="not_a_camera")
    if _is_timeout(error):
        return Unavailable(f"{address} did not answer, or showed no picture, in time", code="camera_silent")
    return Unavailable(f"{address} can't be reached: {_reason(error)}", code="camera_unreachable")


def _is_timeout(error: Exception) -> bool:
    # The first is FFmpeg's own, the second what comes of PyAV interrupting it.
    return isinstance(error, av.error.TimeoutError) or getattr(error, "errno", None) == _INTERRUPTED


def _reason(error: Exception) -> str:
    """What FFmpeg says, without the URL."""
    return str(getattr(error, "strerror", None) or type(error).__name__)
