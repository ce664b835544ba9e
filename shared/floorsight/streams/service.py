"""Remembering when cameras were live, and the paths of what they saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from floorsight.events.publishing import PublisherReported
from floorsight.events.vision import StreamHealth, TrackEnded
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import TransactionRefused, Write
from floorsight.streams.model import PublisherReport, Seen, Trajectory
from floorsight.streams.rules import heartbeat_slot, newly_seen
from floorsight.streams.store import HealthStore, PublisherStore, TrajectoryStore

# Makes the write that tells the roll-up of a new heartbeat: site, camera, slot, id of the event. It is
# part of the same transaction, so that no heartbeat goes unnoticed.
MarkHeartbeat = Callable[[str, str, datetime, str], Write]
# Tracks are kept by when they ended: how long after a period to look for those that were there in it.
LONGEST_TRACK = timedelta(hours=1)


@dataclass(frozen=True)
class StreamService:
    """Use cases of the streams room. That the camera exists is the worker's to know, who read its plan."""

    health: HealthStore
    trajectories: TrajectoryStore
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def record_health(self, event: StreamHealth, mark: MarkHeartbeat) -> None:
        """Take a minute of a stream: any order and any number of deliveries give the same state.

        Raises:
            Unavailable: the table was busy for too long.
        """
        self.backoff.until_done(
            lambda: self._record_health_once(event, mark),
            passing=(TransactionRefused, Unavailable),  # somebody else was faster: look again
            failure=f"the health of camera {event.camera_id} could not be kept",
        )

    def _record_health_once(self, event: StreamHealth, mark: MarkHeartbeat) -> None:
        seen = self.health.find_seen(event.site_id, event.camera_id)
        if writes := self._decide_writes(event, seen, mark):
            self.health.write(writes)

    def _decide_writes(self, event: StreamHealth, seen: Seen | None, mark: MarkHeartbeat) -> list[Write]:
        """Where something was seen last, its slot's heartbeat is kept already: both are one transaction."""
        writes: list[Write] = []
        # A camera that only shows recordings is not missed when they end.
        new = seen if event.recorded else newly_seen(seen, event, self.clock())
        if new is not None and new != seen:
            writes.append(self.health.seen_update(event.site_id, seen, new))
        slot = heartbeat_slot(event.occurred_at)
        if seen is None or slot != heartbeat_slot(seen.last_seen_at):
            writes.append(self.health.heartbeat_put(event.camera_id, slot))
            writes.append(mark(event.site_id, event.camera_id, slot, event.event_id))
        return writes

    def record_track(self, event: TrackEnded) -> None:
        """Keep a track's path. Raises Unavailable."""
        self.trajectories.save(Trajectory.of(event))

    def list_last_seen(self, site_id: str) -> dict[str, Seen]:
        """What was seen last of a site's cameras, by camera id; those never seen are missing."""
        return {seen.camera_id: seen for seen in self.health.list_seen(site_id)}

    def list_tracks(
        self, camera_id: str, start: datetime, end: datetime, *, limit: int | None = None
    ) -> list[Trajectory]:
        """A camera's tracks that were there at some time from `start` to before `end`, by when they ended.

        `limit` bounds how many are read. Tracks that ended more than an hour after `end` are not found.
        """
        found = self.trajectories.list_ended(camera_id, start, end + LONGEST_TRACK, self.clock(), limit=limit)
        return [trajectory for trajectory in found if trajectory.started_at < end]


@dataclass(frozen=True)
class PublisherService:
    """Use cases of what publishers say of themselves."""

    store: PublisherStore
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def record_report(self, event: PublisherReported) -> None:
        """Take a report: any order and any number of deliveries leave the newest.

        Raises:
            Unavailable: the table was busy for too long.
        """
        self.backoff.until_done(
            lambda: self._record_report_once(event),
            passing=(Conflict, Unavailable),  # somebody else was faster: look again
            failure=f"the report of {event.camera_id}'s publisher could not be kept",
        )

    def _record_report_once(self, event: PublisherReported) -> None:
        loaded = self.store.load(event.site_id, event.camera_id)
        new = PublisherReport.of(event, self.clock())
        if loaded is None or new.is_newer_than(loaded):
            self.store.replace(loaded, new)

    def find_report(self, site_id: str, camera_id: str) -> PublisherReport | None:
        """What a camera's publisher said last, unless that is a week ago."""
        return self.store.find(site_id, camera_id, self.clock())

    def list_reports(self, site_id: str) -> dict[str, PublisherReport]:
        """What the publishers of a site's cameras said last, by camera id."""
        return {report.event.camera_id: report for report in self.store.list_reports(site_id, self.clock())}
