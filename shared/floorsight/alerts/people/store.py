"""What is kept for alerts of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from floorsight.alerts.model import Alert
from floorsight.alerts.people.model import Followed, PeoplePolicy, TrackName, Visit
from floorsight.alerts.store import alert_write, write_alerts
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.revisions import put_next
from floorsight.platform.table import Put, Table, at_revision

# Longer than events are kept anywhere: queues, dead letters, the archive.
KEPT = timedelta(days=30)

FOLLOWED = ItemType(
    name="followed_track",
    table=TableName.PRESENCE,
    pk="FOLLOWED#{site_id}#{camera_id}",
    sk="{stream_session}#{track_id}",
    gsi1pk="FOLLOWED_DUE#{site_id}",
    gsi1sk="{due}",
    purpose="A track's visits to restricted zones and whether it was recognised, joined in any order; the "
    "alert that each visit raised. It is in the index while a visit that is over waits for an answer. Who it "
    "was is not kept.",
    writers=("raise_alert", "run_job"),
    readers=("raise_alert", "run_job"),
    retention=f"{KEPT.days} days",
)
POLICY = ItemType(
    name="people_policy",
    table=TableName.REGISTRY,
    pk="SITE#{site_id}",
    sk="PEOPLE_POLICY",
    purpose="What a site wants to be told of its employees. Missing as long as nobody asked for anything.",
    writers=("query_api",),
    readers=("query_api", "raise_alert", "run_job"),
)
ITEM_TYPES: tuple[ItemType, ...] = (FOLLOWED, POLICY)


@dataclass(frozen=True)
class FollowedStore:
    """Tracks in the presence table."""

    table: Table

    def load(self, name: TrackName) -> Followed:
        item = self.table.get(FOLLOWED.key(**_parts(name)))
        return _read_followed(item) if item else Followed(name)

    def list_due(self, site_id: str, now: datetime) -> list[TrackName]:
        """Tracks with visits that are to be judged by now; one of a moment ago may be missing."""
        partition = str(FOLLOWED.gsi1pk).format(site_id=site_id)
        items = self.table.query(partition, until=to_sort_key(now), index=True).items
        return [_read_followed(item).name for item in items]

    def save(self, changed: Followed, alerts: Sequence[Alert], now: datetime) -> None:
        """Write a track, if it is still at the revision before, and the alerts that it raises.

        Raises AlertChanged: somebody else was faster. Unavailable: contention, or no answer.
        """
        track = Put(_followed_item(changed, now), expect=at_revision(changed.revision - 1))
        write_alerts(self.table, [track, *(alert_write(None, alert) for alert in alerts)])


@dataclass(frozen=True)
class PeoplePolicyStore:
    """One policy a site, in the registry table."""

    table: Table

    def find(self, site_id: str) -> PeoplePolicy:
        """The site's policy; that nothing is told, at revision 0, where there is none."""
        item = self.table.get(POLICY.key(site_id=site_id))
        return _read_policy(item) if item else PeoplePolicy(site_id)

    def replace(self, changed: PeoplePolicy) -> PeoplePolicy:
        """Store a policy in place of the one of its revision; returns it with its next revision.

        Raises Conflict (`revision_changed`) when somebody else was faster.
        """
        stored = replace(changed, revision=changed.revision + 1)
        put_next(
            self.table,
            _policy_item(stored),
            instead_of=changed.revision,
            is_stored=lambda: self.find(stored.site_id) == stored,
            what="policy",
        )
        return stored


def _expiry(now: datetime) -> int:
    return int((now + KEPT).timestamp())


def _parts(name: TrackName) -> dict[str, str]:
    return {part: str(value) for part, value in vars(name).items()}


def _followed_item(followed: Followed, now: datetime) -> Item:
    due = followed.waits_until
    body: Item = {
        **vars(followed.name),
        "visits": [_visit_body(visit) for visit in followed.visits],
        "recognised": followed.recognised,
        "review_id": followed.review_id,
        "revision": followed.revision,
        "expires_at": _expiry(now),
    }
    item = FOLLOWED.item(body, **_parts(followed.name), due=to_sort_key(due) if due else "")
    if due is None:
        del item["GSI1PK"], item["GSI1SK"]
    return item


def _visit_body(visit: Visit) -> Item:
    return {
        "zone_id": visit.zone_id,
        "visit_number": visit.visit_number,
        "entered_at": to_sort_key(visit.entered_at),
        "left_at": moment_text(visit.left_at),
        "wait_until": moment_text(visit.wait_until),
        "alert_id": visit.alert_id,
    }


def _read_followed(item: Item) -> Followed:
    return Followed(
        TrackName(*(item[part] for part in TrackName.__dataclass_fields__)),
        tuple(map(_read_visit, item["visits"])),
        item["recognised"],
        item.get("review_id"),
        item["revision"],
    )


def _read_visit(item: Item) -> Visit:
    return Visit(
        item["zone_id"],
        item["visit_number"],
        from_sort_key(item["entered_at"]),
        read_moment(item.get("left_at")),
        read_moment(item.get("wait_until")),
        item.get("alert_id"),
    )


def _policy_item(policy: PeoplePolicy) -> Item:
    body: Item = {**vars(policy), "digest_at": policy.digest_at and policy.digest_at.isoformat()}
    return POLICY.item(body, site_id=policy.site_id)


def _read_policy(item: Item) -> PeoplePolicy:
    at = item.get("digest_at")
    return PeoplePolicy(
        item["site_id"], item["outside_hours"], time.fromisoformat(at) if at else None, item["revision"]
    )
