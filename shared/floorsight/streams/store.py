"""What the streams room keeps: when cameras were live (presence table), and paths of tracks (trails)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.events.publishing import PublisherReported
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import Expectation, Put, Table, Update, Write
from floorsight.streams.model import PublisherReport, Seen, Trajectory

REPORTS_KEPT = timedelta(days=7)
HEARTBEAT_DAYS = 31  # a day longer than the minute rows that are made from them
TRAJECTORY_DAYS = 97  # as long as the pictures of crossings: a quarter, and a week to dispute it

SEEN = ItemType(
    name="camera_seen",
    table=TableName.PRESENCE,
    pk="SEEN#{site_id}",
    sk="CAMERA#{camera_id}",
    purpose="The capture time of the last frame of a camera that is known to be analysed; it only rises. "
    "One query reads a whole site.",
    writers=("record_stream",),
    readers=("record_stream", "run_job"),
)
HEARTBEAT = ItemType(
    name="heartbeat",
    table=TableName.PRESENCE,
    pk="HEARTBEAT#{camera_id}",
    sk="{slot}",
    purpose="Frames of a camera were analysed in the five minutes from `slot` on: it has minute rows then, "
    "even if nobody crossed.",
    writers=("record_stream",),
    readers=("run_job",),
    retention=f"{HEARTBEAT_DAYS} days",
)
TRAJECTORY = ItemType(
    name="trajectory",
    table=TableName.TRAILS,
    pk="TRAJECTORY#{camera_id}",
    sk="{ended_at}#{event_id}",
    purpose="The path of a track that has ended, in order of when it did: what counts are checked with, and "
    "other lines tried on.",
    writers=("record_stream",),
    readers=("query_api",),
    retention=f"{TRAJECTORY_DAYS} days",
)
PUBLISHER = ItemType(
    name="publisher_report",
    table=TableName.PRESENCE,
    pk="PUBLISHERS#{site_id}",
    sk="CAMERA#{camera_id}",
    purpose="What a camera's publisher said of itself last (`event`, a `PublisherReported.v1` as JSON) and "
    "when. Only a newer report replaces it. One query reads a whole site.",
    writers=("record_stream",),
    readers=("record_stream", "query_api", "run_job"),
    retention=f"{REPORTS_KEPT.days} days after the last report",
)
ITEM_TYPES: tuple[ItemType, ...] = (SEEN, HEARTBEAT, TRAJECTORY, PUBLISHER)


@dataclass(frozen=True)
class HealthStore:
    """When cameras were live, in the presence table. DynamoDB deletes late: expiry is compared here too."""

    table: Table

    def find_seen(self, site_id: str, camera_id: str) -> Seen | None:
        item = self.table.get(SEEN.key(site_id=site_id, camera_id=camera_id))
        return _read_seen(item) if item else None

    def list_seen(self, site_id: str) -> list[Seen]:
        """A site's cameras by id; those of which nothing was seen yet are missing."""
        return [_read_seen(item) for item in self.table.query(SEEN.partition(site_id=site_id)).items]

    def map_seen(self, site_id: str) -> dict[str, Seen]:
        """What was seen last of a site's cameras, by camera id."""
        return {seen.camera_id: seen for seen in self.list_seen(site_id)}

    def list_last_seen(self, site_id: str) -> dict[str, datetime]:
        """When a site's cameras were seen last, by camera id; not in what was then the future."""
        return {seen.camera_id: seen.alive_at for seen in self.list_seen(site_id)}

    def seen_update(self, site_id: str, loaded: Seen | None, new: Seen) -> Update:
        """Writes what was seen last, if nobody wrote since `loaded` was loaded."""
        return Update(
            SEEN.key(site_id=site_id, camera_id=new.camera_id),
            set={
                "type": SEEN.name,
                "v": SEEN.version,
                "site_id": site_id,
                "camera_id": new.camera_id,
                "last_seen_at": to_sort_key(new.last_seen_at),
                "alive_at": to_sort_key(new.alive_at),
                "frames_per_second": new.frames_per_second,
                "stream_session": new.stream_session,
            },
            expect=Expectation(equals={"last_seen_at": to_sort_key(loaded.last_seen_at) if loaded else None}),
        )

    def heartbeat_put(self, camera_id: str, slot: datetime) -> Put:
        """Writes that a camera was live in a slot; again changes nothing."""
        expires_at = int((slot + timedelta(days=HEARTBEAT_DAYS)).timestamp())
        body: Item = {"camera_id": camera_id, "expires_at": expires_at}
        return Put(HEARTBEAT.item(body, camera_id=camera_id, slot=to_sort_key(slot)))

    def write(self, writes: Sequence[Write]) -> None:
        """All or none. Raises TransactionRefused."""
        self.table.transact(writes)

    def list_heartbeats(self, camera_id: str, after: datetime, until: datetime) -> list[datetime]:
        """Beginnings of the slots in which a camera was live, `after` < slot <= `until`, in order."""
        page = self.table.query(
            HEARTBEAT.partition(camera_id=camera_id), after=to_sort_key(after), until=to_sort_key(until)
        )
        return [from_sort_key(item["SK"]) for item in page.items]


@dataclass(frozen=True)
class TrajectoryStore:
    """Paths of tracks in the trails table."""

    table: Table

    def save(self, trajectory: Trajectory) -> None:
        """One write; again changes nothing."""
        ended_at = to_sort_key(trajectory.ended_at)
        body: Item = {
            "event_id": trajectory.event_id,
            "camera_id": trajectory.camera_id,
            "stream_session": trajectory.stream_session,
            "track_id": trajectory.track_id,
            "object_class": trajectory.object_class,
            "started_at": to_sort_key(trajectory.started_at),
            "ended_at": ended_at,
            "observations": trajectory.observations,
            "path": trajectory.path,
            "expires_at": int((trajectory.ended_at + timedelta(days=TRAJECTORY_DAYS)).timestamp()),
        }
        keys = {"camera_id": trajectory.camera_id, "ended_at": ended_at, "event_id": trajectory.event_id}
        self.table.write(Put(TRAJECTORY.item(body, **keys)))

    def list_ended(
        self, camera_id: str, after: datetime, until: datetime, now: datetime, *, limit: int | None = None
    ) -> list[Trajectory]:
        """A camera's tracks that ended `after` < time <= `until`, in that order."""
        page = self.table.query(
            TRAJECTORY.partition(camera_id=camera_id),
            # `$` follows `#`: later than every track that ended at that very moment.
            after=to_sort_key(after) + "$",
            until=to_sort_key(until) + "$",
            limit=limit,
        )
        return [_read_trajectory(item) for item in page.items if item["expires_at"] > now.timestamp()]


@dataclass(frozen=True)
class PublisherStore:
    """What publishers said last, in the presence table. DynamoDB deletes late: age is compared here too."""

    table: Table

    def load(self, site_id: str, camera_id: str) -> PublisherReport | None:
        """The last report, however old, to be replaced."""
        item = self.table.get(PUBLISHER.key(site_id=site_id, camera_id=camera_id))
        return _read_report(item) if item else None

    def find(self, site_id: str, camera_id: str, now: datetime) -> PublisherReport | None:
        """The last report, unless it is older than they are kept."""
        report = self.load(site_id, camera_id)
        return report if report and report.reported_at > now - REPORTS_KEPT else None

    def list_reports(self, site_id: str, now: datetime) -> list[PublisherReport]:
        """A site's last reports by camera id; those older than they are kept are missing."""
        reports = map(_read_report, self.table.query(PUBLISHER.partition(site_id=site_id)).items)
        return [report for report in reports if report.reported_at > now - REPORTS_KEPT]

    def replace(self, loaded: PublisherReport | None, new: PublisherReport) -> None:
        """Write a report, if nobody wrote since `loaded` was loaded. Raises Conflict or Unavailable."""
        keys = {"site_id": new.event.site_id, "camera_id": new.event.camera_id}
        item = PUBLISHER.item(report_body(new), **keys)
        before = loaded.event.event_id if loaded else None
        self.table.write(Put(item, expect=Expectation(equals={"event_id": before})))


def report_body(report: PublisherReport) -> Item:
    return {
        "event_id": report.event.event_id,
        "event": report.event.to_message().detail,
        "reported_at": to_sort_key(report.reported_at),
        "expires_at": int((report.reported_at + REPORTS_KEPT).timestamp()),
    }


def _read_report(item: Item) -> PublisherReport:
    return PublisherReport(PublisherReported.parse(item["event"]), from_sort_key(item["reported_at"]))


def _read_seen(item: Item) -> Seen:
    return Seen(
        item["camera_id"],
        from_sort_key(item["last_seen_at"]),
        from_sort_key(item.get("alive_at") or item["last_seen_at"]),
        float(item["frames_per_second"]),
        item.get("stream_session", ""),
    )


def _read_trajectory(item: Item) -> Trajectory:
    return Trajectory(
        event_id=item["event_id"],
        camera_id=item["camera_id"],
        stream_session=item["stream_session"],
        track_id=item["track_id"],
        object_class=item["object_class"],
        started_at=from_sort_key(item["started_at"]),
        ended_at=from_sort_key(item["ended_at"]),
        observations=item["observations"],
        # A whole number comes back as int.
        path=tuple((at, float(x), float(y)) for at, x, y in item["path"]),
    )
