"""What an edge publisher says of itself."""

from __future__ import annotations

from pydantic import Field

from floorsight.events.envelope import Event


class PublisherReported(Event):
    """How a camera's publisher fares: once a minute, and soon after its camera or its link came or went.

    `occurred_at` is by the service's clock, as far as the publisher knows it. `stream_session` is that of the
    last chunk, or what the publisher's own run is called before there is one. Reports are never kept to be
    sent later: one that is missing says that the publisher, or its link, was away.
    """

    publisher: str = Field(description="This run of the publisher; ids sort by their start.")
    number: int = Field(ge=1, description="1 for the run's first report.")
    publisher_version: str
    connected: bool = Field(description="Whether the camera delivers.")
    frames_per_second: float = Field(ge=0.0, description="As the camera delivers them now.")
    bits_per_second: float = Field(ge=0.0)
    reconnects: int = Field(ge=0, description="Connections to the camera after the run's first.")
    camera_error: str | None = Field(description="Why the camera was lost last, if it ever was in this run.")
    link_up: bool = Field(description="Whether the last try to send a chunk succeeded.")
    link_error: str | None = Field(description="Why a chunk could not be sent last.")
    queue_chunks: int = Field(ge=0, description="Chunks that wait to be sent.")
    queue_bytes: int = Field(ge=0)
    queue_seconds: float = Field(ge=0.0, description="How long the oldest of them has waited; 0 if none.")
    chunks_dropped: int = Field(ge=0, description="Lost in this run as the spool was full.")
    chunks_damaged: int = Field(ge=0, description="Put aside in this run as they could never be sent.")
    chunks_skipped: int = Field(
        default=0, ge=0, description="Left out in this run by the motion gate, all or but for a frame."
    )
    disk_error: str | None = Field(description="Why the spool can't be written now.")
    clock_ahead_seconds: float | None = Field(
        description="By how much the publisher's clock is ahead of the service's, to half a second; negative "
        "if it is behind, null if not known yet."
    )
    stopping: bool = Field(default=False, description="Whether this is the run's last report.")
