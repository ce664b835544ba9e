"""Reviews in the presence table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from floorsight.identity.model import Track, Unknown
from floorsight.identity.review.model import Review, ReviewState
from floorsight.identity.review.rules import site_of
from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import ABSENT, Delete, Expectation, Page, Put, Table

REVIEW = ItemType(
    name="identity_review",
    table=TableName.PRESENCE,
    pk="REVIEWS#{site_id}",
    sk="{review_id}",
    gsi1pk="REVIEWS_OPEN#{site_id}",
    gsi1sk="{review_id}",
    purpose="Somebody whom nobody recognised: why, the picture's key, the key of the object with the faces, "
    "and who named or dismissed it when. Its id begins with its site and when they were seen. It is in the "
    "index only while it is open. No biometrics.",
    writers=("recognise_person", "analyse_image", "query_api", "run_job"),
    readers=("recognise_person", "analyse_image", "query_api", "run_job"),
    retention="as the site's policy says, at most 30 days",
)
UNTOLD = ItemType(
    name="untold_naming",
    table=TableName.PRESENCE,
    pk="NAMINGS_UNTOLD#{site_id}",
    sk="{review_id}",
    purpose="A review that was named, and may not have been told yet.",
    writers=("query_api", "run_job"),
    readers=("run_job",),
    retention="until it is told, at most as long as the review",
)
ITEM_TYPES: tuple[ItemType, ...] = (REVIEW, UNTOLD)
_TIMES = ("occurred_at", "first_seen_at", "last_seen_at")


@dataclass(frozen=True)
class ReviewStore:
    """Reviews by site, in order of when people were seen."""

    table: Table

    def find(self, review_id: str) -> Review | None:
        """A review, whether it is over or not. Raises NotFound for an id that can't be one."""
        item = self.table.get(REVIEW.key(site_id=site_of(review_id), review_id=review_id))
        return _read(item) if item else None

    def list_reviews(
        self, site_id: str, *, only_open: bool, limit: int, start_key: Item | None = None
    ) -> Page[Review]:
        """Newest first; those that are over may be among them. Open ones by the index: a moment late."""
        partition = str(REVIEW.gsi1pk) if only_open else REVIEW.pk
        page = self.table.query(
            partition.format(site_id=site_id),
            newest_first=True,
            limit=limit,
            start_key=start_key,
            index=only_open,
        )
        return page.map(_read)

    def add_write(self, review: Review) -> Put:
        """Write a new review."""
        return Put(_item(review), ABSENT)

    def remove(self, review: Review) -> None:
        """Forget a review, whatever it is by now. Its objects are the caller's to remove, before."""
        self.table.write(Delete(REVIEW.key(site_id=review.track.site_id, review_id=review.review_id)))

    def settle_write(self, review: Review) -> Put:
        """Write a settled review in place of the open one."""
        return Put(_item(review), Expectation(equals={"state": ReviewState.OPEN.value}))


def _item(review: Review) -> Item:
    body: Item = {
        **vars(review.track),
        "review_id": review.review_id,
        "question": review.question,
        **{name: to_sort_key(getattr(review, name)) for name in _TIMES},
        "reason": review.reason.value,
        "faces": review.faces,
        "snapshot_key": review.snapshot_key,
        "faces_key": review.faces_key,
        "over_at": to_sort_key(review.expires_at),
        "expires_at": _epoch_seconds(review.expires_at),
        "state": review.state.value,
        "employee_id": review.employee_id,
        "settled_by": review.settled_by,
        "settled_at": moment_text(review.settled_at),
    }
    item = REVIEW.item(body, site_id=review.track.site_id, review_id=review.review_id)
    if review.state is not ReviewState.OPEN:
        del item["GSI1PK"], item["GSI1SK"]
    return item


def _read(item: Item) -> Review:
    return Review(
        review_id=item["review_id"],
        track=Track(item["site_id"], item["camera_id"], item["stream_session"], item["track_id"]),
        question=item["question"],
        occurred_at=from_sort_key(item["occurred_at"]),
        first_seen_at=from_sort_key(item["first_seen_at"]),
        last_seen_at=from_sort_key(item["last_seen_at"]),
        reason=Unknown(item["reason"]),
        faces=item["faces"],
        snapshot_key=item.get("snapshot_key"),
        faces_key=item["faces_key"],
        expires_at=from_sort_key(item["over_at"]),
        state=ReviewState(item["state"]),
        employee_id=item.get("employee_id"),
        settled_by=item.get("settled_by"),
        settled_at=read_moment(item.get("settled_at")),
    )


def _epoch_seconds(moment: datetime) -> int:
    return int(moment.timestamp())
