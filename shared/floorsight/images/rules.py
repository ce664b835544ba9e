"""Where a frame goes in its camera's stream, and what it saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from floorsight.images.model import FrameAnswer, Place, SeenVehicle, StoredStream
from floorsight.platform.clock import to_sort_key
from floorsight.platform.errors import Conflict, Malformed
from floorsight.platform.ids import derived_id
from floorsight.vision.chunk import new_stream_session
from floorsight.vision.detections import ObjectClass
from floorsight.vision.plates.consensus import plate_so_far
from floorsight.vision.plates.picking import VEHICLES
from floorsight.vision.track_log import TrackLog

# Longer than any track is kept: after it, whoever is seen is somebody new.
SESSION_GAP_SECONDS = 60.0
CLOCK_TOLERANCE_SECONDS = 60.0
MILLISECOND = timedelta(milliseconds=1)


def place_frame(stored: StoredStream, asked: datetime | None, now: datetime) -> Place:
    """Where a frame goes: next in the camera's session, or first in a new one.

    `asked` is when it was captured, where its client says so; else that is now.

    Raises:
        Malformed: captured in the future (`in_the_future`).
        Conflict: the camera's stream is one of video (`camera_streams`), or a later frame came before
            (`frame_out_of_order`).
    """
    state, answers = stored.committed.state, stored.answers
    if state is not None and answers is None:
        # However long ago: a publisher keeps its session for days, and sends late what it could not send. A
        # session that begins meanwhile would make all of that stale.
        raise Conflict(
            "this camera's stream is one of video; its frames come by stream or by API, never both: add a "
            "camera of its own for frames by API",
            code="camera_streams",
        )
    captured_at = whole_milliseconds(_check_captured_at(asked, now) if asked else now)
    if state is None or not answers:
        return Place(_next_session(state.stream_session if state else None, now), 0, captured_at)
    last = answers[-1].captured_at
    if asked is None:  # clocks of two machines may differ by more than two frames do
        captured_at = max(captured_at, last + MILLISECOND)
    if captured_at <= last:
        raise Conflict(
            f"a camera's frames must come in order, and one of {to_sort_key(last)} was taken already: send "
            "one after the other, or leave this one out",
            code="frame_out_of_order",
        )
    if (captured_at - last).total_seconds() > SESSION_GAP_SECONDS:
        return Place(_next_session(state.stream_session, now), 0, captured_at)
    return Place(state.stream_session, state.sequence + 1, captured_at)


def _next_session(before: str | None, now: datetime) -> str:
    """A session that begins now, or right after the one before if a clock was ahead."""
    session = new_stream_session(now, 0)
    if before is None or session > before:
        return session
    began_at = datetime.strptime(before.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    return new_stream_session(began_at + MILLISECOND, 0)


def _check_captured_at(captured_at: datetime, now: datetime) -> datetime:
    """Raises Malformed (`in_the_future`): it would stand in the way of all frames until then."""
    if (captured_at - now).total_seconds() > CLOCK_TOLERANCE_SECONDS:
        raise Malformed(
            f"captured_at is {to_sort_key(captured_at)}, and it is {to_sort_key(now)}: set the clock",
            code="in_the_future",
            field="captured_at",
        )
    return captured_at


def whole_milliseconds(moment: datetime) -> datetime:
    """The tracker's clock counts milliseconds."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def name_frame(camera_id: str, captured_at: datetime | None) -> str | None:
    """The id of a frame that was given none: it follows from when it was captured, where that is said."""
    return None if captured_at is None else derived_id("frame", camera_id, to_sort_key(captured_at))


def name_place(camera_id: str, place: Place) -> str:
    """The id of a frame of which nothing was said."""
    return derived_id("frame", camera_id, place.stream_session, place.sequence)


def find_answer(
    answers: Sequence[FrameAnswer] | None, frame_id: str | None, digest: str
) -> FrameAnswer | None:
    """What this frame was answered already, if it was.

    Raises:
        Conflict: another picture came under this id (`frame_id_taken`).
    """
    for answer in answers or ():
        if answer.frame_id == frame_id:
            if answer.digest == digest:
                return answer
            raise Conflict(
                "another picture of this camera came under this frame_id (or, without one, captured_at): "
                "give each frame its own",
                code="frame_id_taken",
            )
    return None


def vehicles_among(
    tracks: Iterable[tuple[int, int, float]], logs: Mapping[int, TrackLog]
) -> tuple[SeenVehicle, ...]:
    """The vehicles of tracks, given as (id, class, score), with what their logs know of their plates."""
    return tuple(
        SeenVehicle(track_id, ObjectClass(kind).label, round(score, 3), *plate_so_far(logs[track_id].plates))
        for track_id, kind, score in tracks
        if kind in VEHICLES
    )
