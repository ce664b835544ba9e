"""What faces cost the vision worker, and how far away, how blurred and how turned they may be.

    floorsight models pull --all && floorsight media pull --all && python -m benchmarks.faces [--out FILE]

Times are the processor's, with one thread, the least of many rounds: other work on the machine disturbs them
least. The worker's are by frame of a video at 5 analysed frames a second, with faces looked for and not: a
man before a webcam, whose question is put within seconds, and a square full of people too far away for any
face, who are looked at again and again in vain. The limits are measured on the catalogue's photographs, made
smaller and blurred, against all others as they are, and on the videos of faces that turn.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.report import markdown_table, write_section
from floorsight.models.detectors import open_detector
from floorsight.models.faces import open_face_reader
from floorsight.platform.clock import utc_now
from floorsight.platform.settings import DEFAULT_DETECTOR, DEFAULT_FACE_DETECTOR, DEFAULT_FACE_EMBEDDER
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import Chunk
from floorsight.vision.decoding import Image
from floorsight.vision.detections import Floats
from floorsight.vision.detector import Detector
from floorsight.vision.faces.quality import QualityLimits
from floorsight.vision.faces.reading import FaceFound, FaceReader
from floorsight.vision.faces.watching import HEAD_PIXELS
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plan import CountingPlan
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stopwatch
from floorsight.vision.tracking.tracker import Tracker
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER

SESSION = "20260302T110000.000000Z-0001"
ROUNDS = 40
SECONDS_OF_VIDEO, ANALYSED_FPS = 20, 5.0
PORTRAITS = ("a-1", "a-2", "b-1", "b-2", "c-1", "c-2", "c-3", "d-1", "e-1")  # person, photograph
VIDEOS = ("f-1", "f-2", "g-1")
EYE_DISTANCES = (30, 24, 20, 18, 16, 14, 12, 10, 8)
SIGMAS = (1, 2, 3, 4, 6)
NO_LIMITS = QualityLimits(score=0.0, eye_distance=0.0, yaw=9e9, pitch=9e9, sharpness=0.0)


def least_ms(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of the processor."""
    call()
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        call()
        found.append(time.process_time() - begun)
    return min(found) * 1000.0


def time_steps(reader: FaceReader, portrait: Image) -> str:
    """The table of single steps."""
    small = cv2.resize(portrait, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA).astype(np.uint8)
    side = min(small.shape[:2])
    head, empty = small[:side, :side], np.full((side, side, 3), 170, np.uint8)
    (face,) = reader.find(head, longest_side=HEAD_PIXELS)
    steps: list[tuple[str, Callable[[], object]]] = [
        (
            f"a head of {side} x {side} pixels without a face",
            lambda: reader.find(empty, longest_side=HEAD_PIXELS),
        ),
        (
            "the same with one: found, aligned, judged, its picture made",
            lambda: reader.find(head, longest_side=HEAD_PIXELS),
        ),
        (f"a photograph of {portrait.shape[1]} x {portrait.shape[0]}", lambda: reader.find(portrait)),
        ("embedding one face", lambda: reader.embed([face])),
        ("embedding three faces in one call", lambda: reader.embed([face] * 3)),
    ]
    return markdown_table(("step", "ms"), [(name, f"{least_ms(call):.1f}") for name, call in steps])


def read_chunks(video: Path) -> list[Chunk]:
    with VideoFile(video) as opened:
        run = StreamRun("site", "camera", SESSION, utc_now())
        return list(islice(chunks_of(opened, run, ChunkingSettings()), SECONDS_OF_VIDEO))


def time_worker(
    chunks: list[Chunk], detector: Detector, reader: FaceReader, *, identifies: bool
) -> tuple[float, int]:
    """Milliseconds of the processor for an analysed frame, and how many faces were kept."""
    plan = CountingPlan("site", "camera", ANALYSED_FPS, (), identifies=identifies)
    pipeline, state = ChunkPipeline(detector, Tracker(), lambda: reader), StreamState(SESSION)
    frames = faces = 0
    begun = time.process_time()
    for chunk in chunks:
        analysis = pipeline.analyse(chunk, plan, state, Stopwatch())
        state = analysis.state
        frames += analysis.frames_analysed
        faces += sum(len(record.faces) for record in analysis.face_records.values())
    return (time.process_time() - begun) * 1000.0 / frames, faces


def compare_worker(detector: Detector, reader: FaceReader) -> str:
    rows = []
    for name, file in (("a man before a webcam", "face-video-f-1.mp4"), ("a square, from afar", "vtest.avi")):
        chunks = read_chunks(MEDIA_FOLDER / file)
        rounds = [
            [time_worker(chunks, detector, reader, identifies=identifies) for identifies in (False, True)]
            for _ in range(3)
        ]
        off, on = (min(each[which][0] for each in rounds) for which in (0, 1))
        rows.append(
            (name, f"{off:.2f}", f"{on:.2f}", f"{on - off:+.2f}", f"{on / off:.3f}", f"{rounds[0][1][1]}")
        )
    header = ("video", "faces off, ms a frame", "on", "difference", "on / off", "faces kept")
    return markdown_table(header, rows)


def read_portraits() -> dict[str, Image]:
    paths = {name: MEDIA_FOLDER / f"portrait-{name}.jpg" for name in PORTRAITS}
    return {name: np.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1]) for name, path in paths.items()}


def only_face(reader: FaceReader, picture: Image) -> FaceFound | None:
    found = reader.read(picture, NO_LIMITS)
    return found[0] if len(found) == 1 else None


def measure_limits(reader: FaceReader, portraits: dict[str, Image]) -> str:
    """Similarities of photographs that were made worse to all others as they are."""
    whole = {name: only_face(reader, picture) for name, picture in portraits.items()}
    known = {name: face for name, face in whole.items() if face is not None}
    rows = [_row("as they are", known, known)]
    for distance in EYE_DISTANCES:
        scales = {name: distance / face.quality.eye_distance for name, face in known.items()}
        worse = {
            name: cv2.resize(picture, None, fx=scales[name], fy=scales[name], interpolation=cv2.INTER_AREA)
            for name, picture in portraits.items()
            if scales[name] <= 1.0
        }
        rows.append(_row(f"{distance} px between the eyes", _read_all(reader, worse), known))
    for sigma in SIGMAS:
        # A pixel of the aligned face is this many of the photograph's.
        worse = {
            name: cv2.GaussianBlur(picture, (0, 0), sigma * known[name].quality.eye_distance / 35.24)
            for name, picture in portraits.items()
        }
        rows.append(_row(f"blurred by {sigma} px of the aligned face", _read_all(reader, worse), known))
    return markdown_table(
        ("photographs", "found", "sharpness", "least alike of one person", "most alike of two"), rows
    )


def _read_all(reader: FaceReader, pictures: dict[str, Image]) -> dict[str, FaceFound]:
    found = {name: only_face(reader, picture.astype(np.uint8)) for name, picture in pictures.items()}
    return {name: face for name, face in found.items() if face is not None}


def _row(name: str, worse: dict[str, FaceFound], known: dict[str, FaceFound]) -> tuple[str, ...]:
    pairs = [
        (one[0] == other[0], float(embedding_of(face) @ embedding_of(known[other])))
        for one, face in worse.items()
        for other in known
        if one != other
    ]
    sharpness = sorted(face.quality.sharpness for face in worse.values())
    return (
        name,
        f"{len(worse)}",
        f"{sharpness[0]:.0f} to {sharpness[-1]:.0f}",
        f"{min(value for same, value in pairs if same):.2f}",
        f"{max(value for same, value in pairs if not same):.2f}",
    )


def embedding_of(face: FaceFound) -> Floats:
    if face.embedding is None:
        raise ValueError("nothing is refused without limits")
    return face.embedding


def measure_turning(reader: FaceReader) -> str:
    """How alike a face is to the mean of the same face looking ahead, by how far it is turned."""
    seen: list[tuple[float, float, float]] = []
    for name in VIDEOS:
        faces = [face for picture in every_third_of_a_second(name) if (face := only_face(reader, picture))]
        ahead = np.mean(
            [embedding_of(f) for f in faces if f.quality.yaw < 0.15 and f.quality.pitch < 0.2], axis=0
        )
        ahead /= np.linalg.norm(ahead)
        seen += [(face.quality.yaw, face.quality.pitch, float(embedding_of(face) @ ahead)) for face in faces]
    rows = []
    for low, high in ((0.0, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.45)):
        by = [[alike for *turns, alike in seen if low <= turns[which] < high] for which in (0, 1)]
        rows.append((f"{low:g} to {high:g}", *(text for each in by for text in _spread(each))))
    header = (
        "turned by",
        "frames by yaw",
        "least alike",
        "median",
        "frames by pitch",
        "least alike",
        "median",
    )
    return markdown_table(header, rows)


def _spread(values: Iterable[float]) -> tuple[str, str, str]:
    found = np.array(list(values))
    return f"{len(found)}", f"{found.min():.2f}", f"{np.median(found):.2f}"


def every_third_of_a_second(name: str) -> Iterator[Image]:
    with av.open(str(MEDIA_FOLDER / f"face-video-{name}.mp4")) as video:
        for frame in islice(video.decode(video=0), 0, 1400, 8):
            yield frame.to_ndarray(format="rgb24").astype(np.uint8)


def main() -> int:
    """Print the tables or write them into the document; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, help="a document with lines <!-- faces-… -->, as docs/benchmarks.md"
    )
    options = parser.parse_args()
    places = {"catalogue": MODELS_CATALOGUE, "folder": MODELS_FOLDER}
    reader = open_face_reader(DEFAULT_FACE_DETECTOR, DEFAULT_FACE_EMBEDDER, **places, threads=1)
    detector = open_detector(DEFAULT_DETECTOR, **places, threads=1)
    portraits = read_portraits()
    sections = {
        "faces-steps": time_steps(reader, portraits["c-2"]),
        "faces-worker": compare_worker(detector, reader),
        "faces-limits": measure_limits(reader, portraits),
        "faces-turning": measure_turning(reader),
    }
    for name, text in sections.items():
        print(f"{text}\n")
        if options.out:
            write_section(options.out, name, text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
