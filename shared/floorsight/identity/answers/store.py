"""Answers in the presence table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.events.identity import AnswerSource
from floorsight.identity.answers.model import Answer
from floorsight.identity.model import Decision, Match, Track, Unknown
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.items import Item, ItemType, Key, TableName
from floorsight.platform.table import Delete, Expectation, Put, Table, at_revision

# Longer than a queue keeps an event: who asks again by the same event is told the same.
KEPT = timedelta(days=5)

ANSWER = ItemType(
    name="identity_answer",
    table=TableName.PRESENCE,
    pk="IDENTITY#{site_id}#{camera_id}#{stream_session}",
    sk="TRACK#{track_id}",
    gsi1pk="ANSWERS_OF#{site_id}#{employee_id}",
    gsi1sk="{decided_at}",
    purpose="Who a track is, or that nobody knows, until `holds_until`: readers compare that themselves. It "
    "is kept on for a while, so that a question that is delivered again is answered as before. Only who is "
    "known is in the index, by employee: what is to be erased is found there.",
    writers=("recognise_person", "analyse_image", "query_api", "run_job"),
    readers=("recognise_person", "analyse_image", "query_api", "run_job"),
    retention=f"{KEPT.days} days",
)
ITEM_TYPES: tuple[ItemType, ...] = (ANSWER,)


@dataclass(frozen=True)
class AnswerStore:
    """Answers by track."""

    table: Table

    def find(self, track: Track) -> Answer | None:
        """The last answer about a track, whether it still holds or not."""
        item = self.table.get(_key(track))
        return _read(item) if item else None

    def find_answers(
        self, site_id: str, camera_id: str, stream_session: str, track_ids: Iterable[int], *, now: datetime
    ) -> dict[int, Answer]:
        """The answers that hold now, by track."""
        tracks = (Track(site_id, camera_id, stream_session, track_id) for track_id in track_ids)
        found = {track.track_id: self.find(track) for track in tracks}
        return {track_id: answer for track_id, answer in found.items() if answer and answer.holds_at(now)}

    def list_of_employee(self, site_id: str, employee_id: str) -> list[Answer]:
        """All answers that name an employee, oldest first; by the index, which is eventually consistent."""
        partition = str(ANSWER.gsi1pk).format(site_id=site_id, employee_id=employee_id)
        return [_read(item) for item in self.table.query(partition, index=True).items]

    def put_write(self, answer: Answer) -> Put:
        """Write an answer in place of the one of its revision (0: of none)."""
        return Put(_dump(answer), at_revision(answer.revision))

    def remove_write(self, answer: Answer) -> Delete:
        """Forget an answer that is still as it was read."""
        return Delete(_key(answer.track), Expectation(equals={"revision": answer.revision}))

    def remove(self, answer: Answer) -> None:
        """Forget an answer, whatever it is by now."""
        self.table.write(Delete(_key(answer.track)))


def _key(track: Track) -> Key:
    return ANSWER.key(**_parts(track))


def _parts(track: Track) -> dict[str, str]:
    return {name: str(value) for name, value in vars(track).items()}


def _dump(answer: Answer) -> Item:
    decision, match = answer.decision, answer.decision.match
    decided_at = to_sort_key(answer.decided_at)
    body: Item = {
        **vars(answer.track),
        "source": decision.source.value,
        "employee_id": match.employee_id if match else None,
        "confidence": match.similarity if match else None,
        "reason": decision.reason.value if decision.reason else None,
        "decided_at": decided_at,
        "holds_until": to_sort_key(answer.holds_until),
        "questions": list(answer.questions),
        "snapshot_key": answer.snapshot_key,
        "review_id": answer.review_id,
        "revision": answer.revision + 1,
        "expires_at": int((answer.decided_at + KEPT).timestamp()),
    }
    employee_id = match.employee_id if match else ""
    item = ANSWER.item(body, **_parts(answer.track), employee_id=employee_id, decided_at=decided_at)
    if match is None:
        del item["GSI1PK"], item["GSI1SK"]
    return item


def _read(item: Item) -> Answer:
    """Attributes without a value are not stored."""
    employee_id, reason = item.get("employee_id"), item.get("reason")
    return Answer(
        track=Track(item["site_id"], item["camera_id"], item["stream_session"], item["track_id"]),
        decision=Decision(
            AnswerSource(item["source"]),
            Match(employee_id, float(item["confidence"])) if employee_id else None,
            Unknown(reason) if reason else None,
        ),
        decided_at=from_sort_key(item["decided_at"]),
        holds_until=from_sort_key(item["holds_until"]),
        questions=tuple(item["questions"]),
        snapshot_key=item.get("snapshot_key"),
        review_id=item.get("review_id"),
        revision=item["revision"],
    )
