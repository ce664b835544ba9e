"""What is known of cameras as such."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from floorsight.events.envelope import Event


class CameraWentOffline(Event):
    """Nothing of a camera was analysed for longer than it may be silent, found at `occurred_at`.

    `stream_session` is that in which it was seen last. It is followed by one `CameraCameBack`, unless the
    camera is deleted meanwhile.
    """

    last_seen_at: AwareDatetime = Field(description="Capture time of the last frame that was analysed.")
    alert_id: str | None = Field(description="The alert of it, unless a person has resolved that already.")


class CameraCameBack(Event):
    """A camera that went offline is analysed again. `occurred_at` is when that was found."""

    last_seen_at: AwareDatetime = Field(description="Capture time of the last frame that was analysed.")
    offline_since: AwareDatetime = Field(description="`occurred_at` of the `CameraWentOffline`.")
