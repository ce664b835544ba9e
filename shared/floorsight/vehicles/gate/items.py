"""What is stored of gates: every item, its keys and how long it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from floorsight.platform.items import ItemType, TableName

# A year, so that a dispute about any day of it can be settled, and a month to notice that there is one.
KEPT = timedelta(days=400)
_RETENTION = f"{KEPT.days} days after the vehicle was seen last"
_WRITERS = ("decide_gate", "analyse_image", "query_api")
_READERS = ("decide_gate", "analyse_image", "query_api")

BOOK = ItemType(
    name="gate_book",
    table=TableName.PRESENCE,
    pk="GATE#{site_id}#{subject}",
    sk="BOOK",
    purpose="The revision in place of which all of one plate at a site is written, so that gates that read "
    "it at once take turns, and how long its longest passage was. `subject` is `PLATE#` and the plate as its "
    "format has it, `TEXT#` and what was read of a plate of no format or of several, or `TRACK#` and the "
    "vehicle's track if nothing was read.",
    writers=_WRITERS,
    readers=_READERS,
    retention=_RETENTION,
)
PASSAGE = ItemType(
    name="gate_passage",
    table=TableName.PRESENCE,
    pk=BOOK.pk,
    sk="PASSAGE#{first_seen}#{gate_id}",
    gsi1pk="GATE_LOG#{site_id}",
    gsi1sk="{first_seen}#{gate_id}#{passage_id}",
    purpose="A passage with its decision: the verdict with all reasons, the reading it rests on, the "
    "policy's version, what guards did instead with who and when. The index is the site's log.",
    writers=_WRITERS,
    readers=_READERS,
    retention=_RETENTION,
)
READING = ItemType(
    name="gate_reading",
    table=TableName.PRESENCE,
    pk=BOOK.pk,
    sk="READ#{gate_id}#{first_seen}#{event_id}",
    purpose="A `PlateRead` as it came, and what was decided on it alone. It belongs to the passage of its "
    "gate within which it begins.",
    writers=_WRITERS,
    readers=("query_api",),
    retention=_RETENTION,
)
VISIT = ItemType(
    name="gate_visit",
    table=TableName.PRESENCE,
    pk=BOOK.pk,
    sk="VISIT#{first_seen}#{gate_id}",
    gsi1pk="GATE_VISITS#{site_id}",
    gsi1sk="{first_seen}#{gate_id}#{visit_id}",
    purpose="A passage in and the next one out, or one of both whose other end is not known. It follows from "
    "the plate's passages. The index lists a site's.",
    writers=_WRITERS,
    readers=_READERS,
    retention=_RETENTION,
)
ON_SITE = ItemType(
    name="vehicle_on_site",
    table=TableName.PRESENCE,
    pk="GATE_ON_SITE#{site_id}",
    sk="{plate}",
    purpose="The visit of a vehicle that was let in and has neither gone nor come in again; who was "
    "refused on the way out has not gone.",
    writers=_WRITERS,
    readers=_READERS,
    retention=_RETENTION,
)
TRACK = ItemType(
    name="gate_track",
    table=TableName.PRESENCE,
    pk="GATE_TRACK#{site_id}#{camera_id}#{stream_session}",
    sk="{track_id}",
    purpose="Which readings of a vehicle's track were taken, each once, and when it left: the marker of "
    "`PlateRead` and `VehicleLeft`, whichever comes first.",
    writers=_WRITERS,
    readers=_READERS,
    retention=_RETENTION,
)
DECISION = ItemType(
    name="gate_decision",
    table=TableName.PRESENCE,
    pk="GATE_DECISION#{decision_id}",
    sk="DECISION",
    purpose="Where the decision with this id is; or which one it became when two passages turned out to be "
    "one.",
    writers=_WRITERS,
    readers=_READERS,
    retention=_RETENTION,
)
VISITS_USED = ItemType(
    name="visits_used",
    table=TableName.PRESENCE,
    pk="VISITS_USED#{vehicle_id}",
    sk="COUNT",
    purpose="How many of its visits a visitor's entry has used up. As long as the entry may be valid, hence "
    "without end.",
    writers=_WRITERS,
    readers=_READERS,
)


def expiry_seconds(last_seen: datetime) -> int:
    """When what was seen then is deleted, in epoch seconds."""
    return int((last_seen + KEPT).timestamp())
