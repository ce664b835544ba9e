"""Known faces in a folder: a subfolder for each person, with photographs and videos of them alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from floorsight.identity.calibrating import KnownFaces
from floorsight.platform.errors import Malformed
from floorsight.vision.decoding import Image
from floorsight.vision.faces.quality import Verdict
from floorsight.vision.faces.reading import FaceFound, FaceReader

PHOTOGRAPHS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
VIDEOS = frozenset({".mp4", ".avi", ".mkv", ".mov"})
SECONDS_BETWEEN_FRAMES = 4.0
MOST_FRAMES = 12  # of a video: more of them tell nothing new
NO_FACE = "no_face"

Degrade = Callable[[Image, float], Image]


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture (height, width, 3) RGB of a person; `source` is the file that it is from."""

    person: str
    source: str
    rgb: Image


@dataclass(frozen=True, repr=False)
class FacesRead:
    """The faces of pictures, and why there is none of the others (a verdict, or `no_face`)."""

    faces: KnownFaces
    refused: tuple[str, ...]


def list_files(folder: Path) -> list[tuple[str, Path]]:
    """Each person's files, by names.

    Raises:
        Malformed: `no_photographs`: no subfolder has any.
    """
    known = PHOTOGRAPHS | VIDEOS
    found = [
        (person.name, file)
        for person in sorted(folder.iterdir())
        if person.is_dir()
        for file in sorted(person.iterdir())
        if file.suffix.lower() in known
    ]
    if not found:
        raise Malformed(
            f"{folder} has no subfolders with photographs: make one for each person", code="no_photographs"
        )
    return found


def read_pictures(files: Iterable[tuple[str, Path]]) -> Iterator[Picture]:
    """The pictures of files, videos' frames among them. Raises Malformed (`bad_picture`)."""
    for person, file in files:
        source = f"{person}/{file.name}"
        frames = _frames(file) if file.suffix.lower() in VIDEOS else [_photograph(file)]
        for rgb in frames:
            yield Picture(person, source, rgb)


def read_faces(
    reader: FaceReader, pictures: Iterable[Picture], conditions: Mapping[str, Degrade | None]
) -> dict[str, FacesRead]:
    """By condition the largest face of each picture, or of a copy that is made with its eye distance."""
    found: dict[str, list[tuple[Picture, FaceFound]]] = {name: [] for name in conditions}
    refused: dict[str, list[str]] = {name: [] for name in conditions}
    for picture in pictures:
        original = _largest(reader, picture.rgb)
        for name, degrade in conditions.items():
            face = original
            if degrade and original:
                face = _largest(reader, degrade(picture.rgb, original.quality.eye_distance))
            if face and face.verdict is Verdict.ACCEPTED:
                found[name].append((picture, face))
            else:
                refused[name].append(face.verdict.value if face else NO_FACE)
    return {name: FacesRead(_known(reader, found[name]), tuple(refused[name])) for name in conditions}


def _largest(reader: FaceReader, rgb: Image) -> FaceFound | None:
    faces = reader.find(rgb)
    return faces[0] if faces else None


def _known(reader: FaceReader, found: Sequence[tuple[Picture, FaceFound]]) -> KnownFaces:
    embedded = reader.embed([face for _, face in found])
    rows = [face.embedding for face in embedded if face.embedding is not None]
    return KnownFaces(
        np.stack(rows) if rows else np.zeros((0, 0), np.float32),
        tuple(picture.person for picture, _ in found),
        tuple(picture.source for picture, _ in found),
    )


def _photograph(file: Path) -> Image:
    """Turned as its Exif says."""
    bgr = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise Malformed(f"{file} is no picture", code="bad_picture")
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def _frames(file: Path) -> Iterator[Image]:
    try:
        with av.open(str(file)) as container:
            due, given = 0.0, 0
            for frame in container.decode(video=0):
                if given == MOST_FRAMES:
                    return
                if frame.time is not None and frame.time >= due:
                    due, given = frame.time + SECONDS_BETWEEN_FRAMES, given + 1
                    yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
    except (av.error.FFmpegError, IndexError) as error:
        raise Malformed(f"{file} is no video: {error}", code="bad_picture") from error
