"""Looking for the faces of the people on tracks, through the frames of one chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from floorsight.vision.decoding import Frame
from floorsight.vision.detections import ObjectClass
from floorsight.vision.faces.picking import (
    MIN_VOTES,
    Box,
    Person,
    choose_faces,
    choose_people,
    find_head,
    find_owner,
)
from floorsight.vision.faces.quality import Verdict
from floorsight.vision.faces.reading import FaceFound, FaceReads
from floorsight.vision.faces.record import FaceRecord, KeptFace, record_key
from floorsight.vision.facts import face_event
from floorsight.vision.plan import CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage
from floorsight.vision.track_log import ASKED, TrackLog
from floorsight.vision.tracking.tracker import Observed
from floorsight.vision.watching import Logs, Settled

# Heads are looked at in this many pixels a side: a tenth of the cost of 640, and as good for a head alone.
HEAD_PIXELS = 192


@dataclass(frozen=True, repr=False)
class _Candidate:
    frame: Frame
    at_ms: int
    face: FaceFound


class FaceWatch:
    """Looks at every frame of a chunk, and settles at its end what was seen."""

    stage = Stage.FACES

    def __init__(self, reader: FaceReads, plan: CountingPlan, sequence: int) -> None:
        self._reader, self._plan, self._sequence = reader, plan, sequence
        self._candidates: dict[int, list[_Candidate]] = {}

    def look(self, frame: Frame, observed: Observed, logs: Logs, at_ms: int) -> dict[int, TrackLog]:
        """Look for faces in a frame; returns the logs, which say who was looked at."""
        after = dict(logs)
        boxes = _people_boxes(observed)
        for person in choose_people(_confirmed_people(observed, logs), at_ms):
            log = after[person.track_id]
            after[person.track_id] = replace(log, faces=log.faces._replace(looked_ms=at_ms))
            face = self._find(frame, person, boxes)
            if face is not None:
                self._candidates.setdefault(person.track_id, []).append(_Candidate(frame, at_ms, face))
        return after

    def settle(self, logs: Logs, ended: Logs, state: StreamState) -> Settled:
        """Keep each track's best faces, and ask who it is where there are enough or will be no more."""
        records: dict[str, FaceRecord] = {}
        after: dict[int, TrackLog] = {**logs, **ended}
        for track_id, kept in self._keep(after).items():
            key = record_key(
                self._plan.site_id, self._plan.camera_id, state.stream_session, track_id, self._sequence
            )
            records[key] = FaceRecord(self._reader.embedder, tuple(_kept(each) for each in kept))
            faces = after[track_id].faces.with_record(
                key, [each.at_ms for each in kept], [each.face.worth for each in kept]
            )
            after[track_id] = replace(after[track_id], faces=faces)
        events = []
        for track_id, log in after.items():
            if log.faces.kept >= (1 if track_id in ended else MIN_VOTES):
                events.append(face_event(track_id, log.faces, self._plan, state, f"chunk/{self._sequence}"))
                after[track_id] = replace(log, faces=ASKED)
        return Settled({track_id: after[track_id] for track_id in logs}, events, records)

    def _keep(self, logs: Logs) -> dict[int, list[_Candidate]]:
        """The candidates to be kept, embedded, by track id; no track without any."""
        chosen = [
            (track_id, candidates[place])
            for track_id, candidates in self._candidates.items()
            for place in choose_faces(
                [each.at_ms for each in candidates],
                [each.face.worth for each in candidates],
                logs[track_id].faces,
            )
        ]
        embedded = self._reader.embed([candidate.face for _, candidate in chosen]) if chosen else []
        kept: dict[int, list[_Candidate]] = {}
        for (track_id, candidate), face in zip(chosen, embedded, strict=True):
            kept.setdefault(track_id, []).append(replace(candidate, face=face))
        return kept

    def _find(self, frame: Frame, person: Person, boxes: Mapping[int, Box]) -> FaceFound | None:
        """The good face of that person, and of nobody else, that a frame shows."""
        left, top, right, bottom = find_head(person.box, frame.width, frame.height)
        if right <= left or bottom <= top:
            return None
        head = frame.rgb_of(left, top, right, bottom)
        for face in self._reader.find(head, longest_side=HEAD_PIXELS):
            x0, y0, x1, y1 = face.box.tolist()
            if find_owner((x0 + left, y0 + top, x1 + left, y1 + top), boxes) == person.track_id:
                return face if face.verdict is Verdict.ACCEPTED else None
        return None


def _kept(candidate: _Candidate) -> KeptFace:
    face = candidate.face
    if face.embedding is None or face.jpeg is None:
        raise ValueError("only accepted and embedded faces are kept")
    return KeptFace(
        seen_at=candidate.frame.captured_at,
        score=face.quality.score,
        quality=face.worth,
        embedding=face.embedding,
        jpeg=face.jpeg,
    )


def _people_boxes(observed: Observed) -> dict[int, Box]:
    """All people in a frame: whoever is not asked for may own a face all the same."""
    rows = zip(observed.ids.tolist(), observed.boxes.tolist(), observed.classes.tolist(), strict=True)
    return {track_id: _box(corners) for track_id, corners, kind in rows if kind == ObjectClass.PERSON}


def _confirmed_people(observed: Observed, logs: Logs) -> list[Person]:
    columns = (observed.ids, observed.boxes, observed.classes, observed.confirmed)
    return [
        Person(track_id, _box(corners), logs[track_id].faces)
        for track_id, corners, kind, confirmed in zip(*(each.tolist() for each in columns), strict=True)
        if confirmed and kind == ObjectClass.PERSON
    ]


def _box(corners: Sequence[float]) -> Box:
    left, top, right, bottom = corners
    return left, top, right, bottom
