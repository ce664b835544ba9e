"""How often anybody has to be asked who somebody is, with tracks and kept answers and without; what it costs.

    python -m benchmarks.identity.asking --write docs/benchmarks.md

The face videos of the media catalogue go through the worker's own pipeline in passages of six seconds, each a
stream session of its own, as of somebody who walks up to a door; the questions go to the service behind
`recognise_person`. One man on video is enrolled with frames of another video of him, five people with
photographs; the other man on video is a stranger. Rekognition's votes and prices are the product's; in its
place the gallery says who a face is, on the same JPEG pictures that AWS would get.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console

from benchmarks.detectors import open_detector
from benchmarks.identity.passages import Passage, play
from benchmarks.report import markdown_table, write_section
from floorsight.events.identity import FaceSeen
from floorsight.identity.deciding import DecisionService
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.gallery.matching import Gallery
from floorsight.identity.gallery.model import EnrolledFace, EnrolledPerson
from floorsight.identity.metrics.model import Tally
from floorsight.identity.model import FaceMatch, Match
from floorsight.identity.policy.model import IdentityPolicy, Recogniser
from floorsight.identity.rekognition.backend import RekognitionBackend
from floorsight.identity.rekognition.calling import Account
from floorsight.identity.rekognition.model import Asking, RekognitionPolicy
from floorsight.identity.rekognition.prices import MICRO_USD_PER_IMAGE, MICRO_USD_PER_USD
from floorsight.models.faces import open_face_reader
from floorsight.platform.ids import derived_id
from floorsight.platform.settings import DEFAULT_DETECTOR
from floorsight.vision.faces.reading import FaceReader
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.tracking.tracker import Tracker
from infra.local.faces.calibration import enrol
from infra.local.faces.photographs import read_faces, read_pictures
from infra.local.faces.running import FACE_DETECTOR, FACE_EMBEDDER, sample_files
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER
from tests.fakes.clock import NOON
from tests.fakes.recognition import Recognition
from tests.fakes.scene import SITE, Scene

SECTION = "asking"
CHUNKS_EACH = 6  # a second each
MOST_PASSAGES = 12  # of a video: one that is longer shows nothing new
PLAYED = ("face-video-f-1", "face-video-g-1")
ENROLLED_BY = ("portrait-", "face-video-f-2")  # not the videos that are played
KNOWN, STRANGER = "f", "g"
EVERY_SECONDS = 1.0
TRACKS_A_DAY, DAYS = 500, 30
VAST_CAP = 1000 * MICRO_USD_PER_USD


@dataclass(frozen=True)
class Way:
    """A way to ask, and what it took for all tracks."""

    name: str
    questions: int
    from_cache: int
    calls: int
    micro_usd: int

    def row(self, tracks: int) -> list[str]:
        month = self.micro_usd / tracks * TRACKS_A_DAY * DAYS / MICRO_USD_PER_USD
        return [
            self.name,
            str(self.questions),
            str(self.from_cache),
            str(self.calls),
            f"{self.calls / tracks:.2f}",
            f"{month:,.2f}",
        ]


@dataclass(frozen=True)
class InPlaceOfAws:
    """What `RekognitionBackend` asks about a picture, answered by the gallery: sure, or nobody."""

    reader: FaceReader
    gallery: Callable[[], Gallery]
    threshold: float
    policy: RekognitionPolicy = field(default_factory=RekognitionPolicy)

    def search(self, _: Asking, jpeg: bytes, account: Account) -> FaceMatch:
        account.note(charged_micro_usd=MICRO_USD_PER_IMAGE, charged=True)
        bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert bgr is not None
        faces = self.reader.find(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))
        if not faces:
            return FaceMatch(None, None)
        (face,) = self.reader.embed(faces[:1])
        assert face.embedding is not None
        (found,) = self.gallery().match(face.embedding[None])
        sure = found.best is not None and found.best.similarity >= self.threshold
        return (
            FaceMatch(Match(found.best.employee_id, 1.0), None)
            if sure and found.best
            else FaceMatch(None, None)
        )


class Plant:
    """A site with its gallery, asked anew for each way."""

    def __init__(self, reader: FaceReader, recogniser: Recogniser, people: dict[str, np.ndarray]) -> None:
        scene = Scene()
        scene.with_camera()
        self.room = Recognition(scene)
        policy = IdentityPolicy(SITE, recogniser=recogniser, daily_cap_micro_usd=VAST_CAP)
        self.room.policies.replace(policy)
        for person, embeddings in people.items():
            self.room.hire(person)
            faces = tuple(
                EnrolledFace(f"{person}-{number}", row.astype("<f4").tobytes(), reader.embedder, NOON, "hr")
                for number, row in enumerate(embeddings)
            )
            self.room.gallery.put(EnrolledPerson(SITE, person, faces))
        galleries = GalleryHolder(self.room.gallery)
        aws = InPlaceOfAws(reader, lambda: galleries.current(SITE, reader.embedder), policy.threshold)
        decisions = DecisionService(galleries, self.room.employees, RekognitionBackend(aws))  # type: ignore[arg-type]
        self.service = replace(self.room.service, decisions=decisions)

    def ask(self, passage: Passage, question: FaceSeen) -> str | None:
        """Who the track is; its faces lie in the bucket as the worker put them there."""
        self.room.objects.stored.update(passage.records)
        answer = self.service.recognise(question, lambda: 20.0)
        assert answer is not None
        return answer.decision.match.employee_id if answer.decision.match else None

    @property
    def tally(self) -> Tally:
        days = self.room.metrics.list_days(SITE, first=NOON.date(), last=NOON.date())
        return sum((day.tally for day in days), Tally())


def ask_once(plant: Plant, passages: Sequence[Passage], name: str) -> tuple[Way, Counter[tuple[str, str]]]:
    """As the product does: one question a track. Also who was named, by whose video it is."""
    named: Counter[tuple[str, str]] = Counter()
    for passage in passages:
        for question in passage.questions:
            named[passage.video.split("-")[-2], plant.ask(passage, question) or "nobody"] += 1
    return _way(name, plant.tally), named


def ask_every_second(plant: Plant, passages: Sequence[Passage], name: str, *, keep: bool) -> Way:
    """As a poller would: about each track as long as it is in view, with answers kept or not."""
    for passage in passages:
        for question in passage.questions:
            track = next(each for each in passage.tracks if each.track_id == question.track_id)
            asked_at = question.last_seen_at
            while asked_at <= track.occurred_at:
                plant.room.clock.now = asked_at
                again = question.model_copy(
                    update={"event_id": derived_id("again", question.event_id, asked_at.isoformat())}
                )
                plant.ask(passage, again)
                if not keep:
                    _forget(plant, again)
                asked_at += timedelta(seconds=EVERY_SECONDS)
    return _way(name, plant.tally)


def _forget(plant: Plant, question: FaceSeen) -> None:
    found = plant.room.answers.find_answers(
        SITE, question.camera_id, question.stream_session, [question.track_id], now=plant.room.clock()
    )
    for answer in found.values():
        plant.room.answers.remove(answer)


def _way(name: str, tally: Tally) -> Way:
    return Way(name, tally.questions, tally.cache_hits, tally.rekognition_calls, tally.cost_micro_usd)


def make_report(reader: FaceReader, passages: Sequence[Passage], people: dict[str, np.ndarray]) -> str:
    """The table, and what it was measured on."""

    def plant(recogniser: Recogniser) -> Plant:
        return Plant(reader, recogniser, people)

    tracks = sum(len(passage.tracks) for passage in passages)
    asked = sum(len(passage.questions) for passage in passages)
    faces = sum(passage.faces_in_frames for passage in passages)
    once, _ = ask_once(plant(Recogniser.REKOGNITION), passages, "one question a track, Rekognition")
    then, _ = ask_once(
        plant(Recogniser.GALLERY_THEN_REKOGNITION),
        passages,
        "one question a track, gallery, then Rekognition",
    )
    own, by_gallery = ask_once(plant(Recogniser.GALLERY), passages, "one question a track, gallery (default)")
    ways = [
        Way("each good face of each analysed frame", faces, 0, faces, faces * MICRO_USD_PER_IMAGE),
        ask_every_second(
            plant(Recogniser.REKOGNITION), passages, "each track each second, nothing kept", keep=False
        ),
        ask_every_second(
            plant(Recogniser.REKOGNITION), passages, "each track each second, answers kept", keep=True
        ),
        once,
        then,
        own,
    ]
    header = (
        "who is asked, and when",
        "questions",
        "from kept answers",
        "Rekognition calls",
        "calls a person-track",
        "USD a camera-month",
    )
    seconds = sum(passage.seconds for passage in passages)
    return "\n\n".join(
        [
            f"{len(passages)} passages, {seconds:.0f} s, {sum(p.frames for p in passages)} analysed frames, "
            f"{tracks} tracks of people, of which {asked} showed a face that is good enough; {faces} good "
            f"faces in all frames. A camera-month is {TRACKS_A_DAY} such tracks a day on {DAYS} days, at "
            f"{MICRO_USD_PER_IMAGE / MICRO_USD_PER_USD:.3f} USD an image.",
            markdown_table(header, [way.row(tracks) for way in ways]),
            f"By the gallery, of the enrolled man's {_total(by_gallery, KNOWN)} questions "
            f"{by_gallery[KNOWN, KNOWN]} were answered by his name and {_wrong(by_gallery, KNOWN)} by "
            f"another's; of the stranger's {_total(by_gallery, STRANGER)}, {_wrong(by_gallery, STRANGER)} by "
            "a name.",
        ]
    )


def _total(named: Counter[tuple[str, str]], video: str) -> int:
    return sum(count for (of, _), count in named.items() if of == video)


def _wrong(named: Counter[tuple[str, str]], video: str) -> int:
    return sum(count for (of, name), count in named.items() if of == video and name not in (video, "nobody"))


def enrolled_people(reader: FaceReader) -> dict[str, np.ndarray]:
    """The faces of each person, of files that are not played."""
    files = [(person, file) for person, file in sample_files() if file.stem.startswith(ENROLLED_BY)]
    known = enrol(read_faces(reader, read_pictures(files), {"as it is": None})["as it is"].faces)
    people = np.array(known.people)
    return {person: known.embeddings[people == person] for person in sorted(set(known.people))}


def passages_of(names: Iterable[str], reader: FaceReader) -> list[Passage]:
    """All passages of videos of the media catalogue."""
    pipeline = ChunkPipeline(open_detector(DEFAULT_DETECTOR), Tracker(), lambda: reader)
    found: list[Passage] = []
    for number, name in enumerate(names):
        video = next(MEDIA_FOLDER.glob(f"{name}.*"))
        found.extend(
            play(
                video,
                pipeline,
                reader,
                chunks_each=CHUNKS_EACH,
                most=MOST_PASSAGES,
                first_number=1000 * number,
            )
        )
    return found


def crowd_text(passages: Sequence[Passage]) -> str:
    """Where faces are too small: nobody is asked at all."""
    return (
        f"In `vtest.avi`, {sum(p.seconds for p in passages):.0f} s of a square from above, there were "
        f"{sum(len(p.tracks) for p in passages)} tracks of people, "
        f"{sum(p.faces_in_frames for p in passages)} good faces in {sum(p.frames for p in passages)} "
        f"frames and {sum(len(p.questions) for p in passages)} questions: faces are too small there."
    )


def main() -> None:
    """Print the report, or write it between a document's markers."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, metavar="FILE")
    parser.add_argument("--no-crowd", action="store_true", help="leave the video of the square out")
    arguments = parser.parse_args()
    reader = open_face_reader(FACE_DETECTOR, FACE_EMBEDDER, catalogue=MODELS_CATALOGUE, folder=MODELS_FOLDER)
    text = make_report(reader, passages_of(PLAYED, reader), enrolled_people(reader))
    if not arguments.no_crowd:
        text += "\n\n" + crowd_text(passages_of(["vtest"], reader))
    if arguments.write:
        write_section(arguments.write, SECTION, text)
    Console().print(text, soft_wrap=True, markup=False)


if __name__ == "__main__":
    main()
