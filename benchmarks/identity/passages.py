"""People who pass a camera: pieces of the catalogue's videos, through the worker's own pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from floorsight.events.envelope import Event
from floorsight.events.identity import FaceSeen
from floorsight.events.vision import TrackEnded
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.choosing import choose_frames
from floorsight.vision.chunk import Chunk
from floorsight.vision.detections import ObjectClass
from floorsight.vision.faces.quality import Verdict
from floorsight.vision.faces.reading import FaceReader
from floorsight.vision.faces.record import dump_record
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plan import CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stopwatch
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE

ANALYSE_FPS = 10.0  # a camera's default
PLAN = CountingPlan(SITE, CAMERA, ANALYSE_FPS, lines=(), identifies=True)
SESSION = "20260302T120000.000000Z-{number:04d}"
PERSON = ObjectClass.PERSON.name.lower()


@dataclass(frozen=True)
class Passage:
    """What the worker told of a piece of video, and what was to be seen in it.

    `faces_in_frames`: good faces in all analysed frames, each counted in every frame that shows it.
    """

    video: str
    seconds: float
    frames: int
    faces_in_frames: int
    tracks: tuple[TrackEnded, ...]
    questions: tuple[FaceSeen, ...]
    records: dict[str, bytes]


def play(
    video: Path,
    pipeline: ChunkPipeline,
    reader: FaceReader,
    *,
    chunks_each: int,
    most: int,
    first_number: int,
) -> Iterator[Passage]:
    """A video's first passages of so many chunks (of a second) each; a rest that is shorter is left out."""
    run = StreamRun(SITE, CAMERA, SESSION.format(number=first_number), NOON)
    with VideoFile(video) as source:
        chunks = list(islice(chunks_of(source, run, ChunkingSettings()), most * chunks_each))
    for place in range(0, len(chunks) - chunks_each + 1, chunks_each):
        session = SESSION.format(number=first_number + place)
        yield _pass(video.stem, chunks[place : place + chunks_each], pipeline, reader, session)


def _pass(
    name: str, chunks: Sequence[Chunk], pipeline: ChunkPipeline, reader: FaceReader, session: str
) -> Passage:
    state, seen = StreamState(session), StreamState(session)
    events: list[Event] = []
    records: dict[str, bytes] = {}
    frames = faces = 0
    for chunk in chunks:
        chosen, seen = choose_frames(chunk, ANALYSE_FPS, seen)
        faces += sum(
            face.verdict is Verdict.ACCEPTED for frame in chosen for face in reader.find(frame.rgb())
        )
        analysis = pipeline.analyse(chunk, PLAN, state, Stopwatch())
        state, frames = analysis.state, frames + analysis.frames_analysed
        events += analysis.events
        records |= {key: dump_record(record) for key, record in analysis.face_records.items()}
    events += pipeline.end_session(PLAN, state)
    return Passage(
        video=name,
        seconds=frames / ANALYSE_FPS,
        frames=frames,
        faces_in_frames=faces,
        tracks=tuple(each for each in events if isinstance(each, TrackEnded) and each.object_class == PERSON),
        questions=tuple(each for each in events if isinstance(each, FaceSeen)),
        records=records,
    )
