"""The real face models on photographs of real people, and on real faces in video."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from floorsight.events.identity import FaceSeen
from floorsight.events.vision import Direction, LineCrossed, TrackEnded
from floorsight.models.faces import FaceModels
from floorsight.platform.settings import DEFAULT_FACE_DETECTOR, DEFAULT_FACE_EMBEDDER
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.detector import Detector
from floorsight.vision.faces.picking import MIN_VOTES, SPACING_MS
from floorsight.vision.faces.quality import LIMITS, Verdict
from floorsight.vision.faces.reading import PICTURE_SIDE, FaceFound, FaceReader
from floorsight.vision.faces.record import FaceRecord
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plan import CountingLine, CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stopwatch
from floorsight.vision.tracking.tracker import Tracker
from tests.fakes.clock import NOON
from tests.fakes.faces import Passage, make_face_video
from tests.fakes.streams import CAMERA, FIRST, MIDDLE_LINE, SITE
from tests.media.conftest import REPOSITORY

pytestmark = pytest.mark.media

PORTRAITS = ("a-1", "a-2", "b-1", "b-2", "c-1", "c-2", "c-3", "d-1", "e-1")  # person, photograph
# Between what was seen of one person (0.61 and more) and of two (0.27 and less) on these photographs.
SAME, DIFFERENT = 0.5, 0.36


@pytest.fixture(scope="session")
def media() -> Callable[[str], Path]:
    def find(name: str) -> Path:
        path = REPOSITORY / ".floorsight" / "media" / name
        if not path.is_file():
            pytest.fail(
                f"{path} is missing: run `make setup-test` or `floorsight media pull --all`", pytrace=False
            )
        return path

    return find


@pytest.fixture(scope="session")
def face_models() -> FaceModels:
    models = REPOSITORY / "models"
    found = FaceModels(DEFAULT_FACE_DETECTOR, DEFAULT_FACE_EMBEDDER, REPOSITORY / "models.toml", models)
    return found.check()


@pytest.fixture(scope="session")
def reader(face_models: FaceModels) -> FaceReader:
    return face_models.open()


@pytest.fixture(scope="session")
def portraits(media: Callable[[str], Path]) -> dict[str, Image]:
    return {name: load(media(f"portrait-{name}.jpg")) for name in PORTRAITS}


def load(path: Path) -> Image:
    return np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1])


def embedding_of(face: FaceFound) -> Floats:
    assert face.embedding is not None
    return face.embedding


@pytest.fixture(scope="session")
def faces(reader: FaceReader, portraits: dict[str, Image]) -> dict[str, FaceFound]:
    found = {name: reader.read(picture) for name, picture in portraits.items()}
    assert {name: len(each) for name, each in found.items()} == dict.fromkeys(PORTRAITS, 1)
    return {name: each[0] for name, each in found.items()}


def test_every_portrait_has_one_good_face(faces: dict[str, FaceFound]) -> None:
    for name, face in faces.items():
        assert face.verdict is Verdict.ACCEPTED, name
        assert face.worth > 0.75
        assert embedding_of(face).shape == (128,)
        assert np.linalg.norm(embedding_of(face)) == pytest.approx(1.0, abs=1e-5)
        picture = cv2.imdecode(np.frombuffer(face.jpeg or b"", np.uint8), cv2.IMREAD_COLOR)
        assert max(picture.shape[:2]) <= PICTURE_SIDE


def test_one_person_is_near_and_two_are_far(faces: dict[str, FaceFound]) -> None:
    for one, other in combinations(faces, 2):
        similarity = float(embedding_of(faces[one]) @ embedding_of(faces[other]))
        if one[0] == other[0]:
            assert similarity > SAME, (one, other)
        else:
            assert similarity < DIFFERENT, (one, other)


def test_it_is_what_opencv_s_own_alignment_and_landmarks_give(
    faces: dict[str, FaceFound], portraits: dict[str, Image], reader: FaceReader
) -> None:
    """Ours decodes and aligns by itself; OpenCV's reference does so in C++."""
    aligner = cv2.FaceRecognizerSF.create(str(REPOSITORY / "models" / f"{DEFAULT_FACE_EMBEDDER}.onnx"), "")
    for name, face in faces.items():
        row = np.concatenate([face.box[:2], face.box[2:] - face.box[:2], face.landmarks.ravel(), [0.9]])
        bgr = portraits[name][:, :, ::-1]
        reference = aligner.alignCrop(np.ascontiguousarray(bgr), row.astype(np.float32)[None])
        ours = face.aligned.astype(float) - reference[:, :, ::-1]
        assert np.abs(cv2.GaussianBlur(ours, (0, 0), 2.0)).mean() < 4.0, name  # it does not shrink by areas


def test_faces_on_the_limits_of_size_and_sharpness_are_still_known(
    reader: FaceReader, portraits: dict[str, Image], faces: dict[str, FaceFound]
) -> None:
    """What the limits promise, on the photographs they were measured on."""
    accepted = 0
    for name, picture in portraits.items():
        scale = (LIMITS.eye_distance + 1.5) / faces[name].quality.eye_distance
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
        (face,) = reader.read(small)
        if face.verdict is not Verdict.ACCEPTED:
            continue
        accepted += 1
        for other, known in faces.items():
            similarity = float(embedding_of(face) @ embedding_of(known))
            assert similarity > SAME if name[0] == other[0] else similarity < DIFFERENT, (name, other)
    assert accepted >= 7


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (
            lambda picture: cv2.resize(picture, None, fx=0.08, fy=0.08, interpolation=cv2.INTER_AREA),
            "face_too_small",
        ),
        (lambda picture: cv2.GaussianBlur(picture, (0, 0), 12.0), "face_blurred"),
    ],
)
def test_a_bad_picture_is_refused_with_its_reason(
    reader: FaceReader, portraits: dict[str, Image], spoil: Callable[[Image], Image], reason: str
) -> None:
    (face,) = reader.read(spoil(portraits["c-2"]))
    assert face.verdict == reason
    assert face.embedding is None
    assert face.jpeg is None


def test_several_faces_are_all_told_and_none_is_told_of_an_empty_wall(
    reader: FaceReader, portraits: dict[str, Image]
) -> None:
    a, b = (cv2.resize(portraits[name], (500, 640)).astype(np.uint8) for name in ("a-2", "b-2"))
    found = reader.read(np.hstack([a, b]))
    assert [face.verdict for face in found] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert reader.read(np.full((480, 640, 3), 170, np.uint8)) == []


class Watched:
    """What a video's chunks came to."""

    def __init__(
        self,
        path: Path,
        detector: Detector,
        face_models: FaceModels,
        seconds: int,
        lines: tuple[CountingLine, ...] = (),
    ) -> None:
        self.records: dict[str, FaceRecord] = {}
        plan = CountingPlan(SITE, CAMERA, 5.0, lines, identifies=True)
        pipeline, state = ChunkPipeline(detector, Tracker(), face_models.open), StreamState(FIRST)
        with VideoFile(path) as video:
            run = StreamRun(SITE, CAMERA, FIRST, NOON)
            events = []
            for chunk in islice(chunks_of(video, run, ChunkingSettings()), seconds):
                analysis = pipeline.analyse(chunk, plan, state, Stopwatch())
                state = analysis.state
                events += analysis.events
                self.records |= analysis.face_records
        events += pipeline.end_session(plan, state)
        self.asked = [event for event in events if isinstance(event, FaceSeen)]
        self.crossings = [event for event in events if isinstance(event, LineCrossed)]
        self.tracks = [event.track_id for event in events if isinstance(event, TrackEnded)]

    def embeddings(self, asked: FaceSeen) -> Floats:
        """(n, 128) of the faces that are asked about."""
        rows = [face.embedding for key in asked.record_keys for face in self.records[key].faces]
        assert len(rows) == asked.faces
        return np.stack(rows)

    def check_records(self) -> None:
        """Every record is asked about once; its faces are apart in time, and in order."""
        assert sorted(key for asked in self.asked for key in asked.record_keys) == sorted(self.records)
        for asked in self.asked:
            times = [face.seen_at for key in asked.record_keys for face in self.records[key].faces]
            assert (times[0], times[-1]) == (asked.first_seen_at, asked.last_seen_at)
            assert asked.occurred_at in times
            gaps = np.diff([time.timestamp() for time in times])
            assert (gaps >= SPACING_MS / 1000.0 - 1e-6).all()


def test_somebody_before_a_camera_is_asked_about_once(
    detector: Detector, face_models: FaceModels, media: Callable[[str], Path]
) -> None:
    watched = Watched(media("face-video-f-1.mp4"), detector, face_models, seconds=12)
    assert len(watched.tracks) == 1
    (asked,) = watched.asked
    assert asked.faces == MIN_VOTES
    assert asked.occurred_at - NOON < timedelta(seconds=3)
    watched.check_records()


def test_each_of_those_who_pass_is_asked_about_once_and_told_apart(
    detector: Detector, face_models: FaceModels, media: Callable[[str], Path], tmp_path: Path
) -> None:
    """One stands on the left, another joins, and then the first passes once more from another recording."""
    first, again, other = (media(f"face-video-{name}.mp4") for name in ("f-1", "f-2", "g-1"))
    path = make_face_video(
        tmp_path / "people.mp4",
        [
            Passage(first, 0.5, 5.0, from_x=0, to_x=60, first_frame=100),
            Passage(other, 1.5, 5.0, from_x=560, to_x=600),
            Passage(again, 8.0, 12.0, from_x=100, to_x=500),
        ],
        seconds=15,
    )
    watched = Watched(path, detector, face_models, seconds=99)
    watched.check_records()
    assert len(watched.tracks) == len(watched.asked) == 3
    assert {asked.faces for asked in watched.asked} == {MIN_VOTES}
    groups: dict[str, list[Floats]] = defaultdict(list)
    for asked in watched.asked:
        began = (asked.first_seen_at - NOON).total_seconds()
        groups["first" if began < 1.5 or began > 7.0 else "other"].append(watched.embeddings(asked))
    (one, same), (another,) = groups["first"], groups["other"]
    assert (one @ same.T).min() > SAME
    assert (one @ another.T).max() < DIFFERENT
    assert (same @ another.T).max() < DIFFERENT


def test_who_passes_a_line_is_asked_about_as_the_same_track(
    detector: Detector, face_models: FaceModels, media: Callable[[str], Path], tmp_path: Path
) -> None:
    """What attendance at a door rests on: direction and name of one track."""
    passing = Passage(media("face-video-f-1.mp4"), 0.5, 6.5, from_x=-280, to_x=960, first_frame=100)
    path = make_face_video(tmp_path / "passing.mp4", [passing], seconds=7)
    watched = Watched(path, detector, face_models, seconds=99, lines=(replace(MIDDLE_LINE, at_feet=False),))
    (crossed,) = watched.crossings
    (asked,) = watched.asked
    assert crossed.direction is Direction.IN
    assert crossed.track_id == asked.track_id


def test_nobody_is_asked_about_where_no_face_can_be_seen(
    detector: Detector, face_models: FaceModels, sample_video: Path
) -> None:
    """On the square everybody is far away: bodies of 40 pixels have no face that would do."""
    watched = Watched(sample_video, detector, face_models, seconds=6)
    assert watched.asked == []
    assert watched.records == {}
