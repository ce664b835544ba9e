"""MOTChallenge sequences: detections and truth, frame by frame.

A folder holds `<name>/det/det.txt` and `<name>/gt/gt.txt` in MOTChallenge's text format: frame (from 1), id,
left, top, width, height, score. Frame rate and image size come from `<name>/seqinfo.ini`, which newer
releases have, else from what the 2015 release's page says.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FRAME, ID, LEFT, TOP, WIDTH, HEIGHT, SCORE = range(7)

# Frames per second, image width and height, by the beginning of the name.
KNOWN_SHAPES = {
    "ADL-Rundle": (30.0, 1920, 1080),
    "ETH": (14.0, 640, 480),
    "KITTI-13": (10.0, 1242, 375),
    "KITTI-17": (10.0, 1224, 370),
    "PETS09": (7.0, 768, 576),
    "TUD": (25.0, 640, 480),
    "Venice": (30.0, 1920, 1080),
}


@dataclass(frozen=True)
class Detected:
    """The detections of one frame: corners (n, 4) in pixels, scores (n,) in 0..1; float32."""

    corners: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class Tracked:
    """Boxes with ids in one frame, from a tracker or from the annotation: (n,), (n, 4)."""

    ids: np.ndarray
    corners: np.ndarray


@dataclass(frozen=True)
class Sequence:
    """A sequence; `detections` and `truth` have an entry for every frame."""

    name: str
    frames_per_second: float
    width: int
    height: int
    detections: Items[Detected]
    truth: Items[Tracked]

    def seconds(self, index: int) -> float:
        return index / self.frames_per_second


def load_sequences(folder: Path) -> list[Sequence]:
    """All sequences in a folder, by name. Exits with a message when there are none."""
    names = sorted(path.parent.parent.name for path in folder.glob("*/det/det.txt"))
    if not names:
        raise SystemExit(f"{folder} has no <sequence>/det/det.txt; docs/benchmarks.md says where to get them")
    return [load_sequence(folder / name) for name in names]


def load_sequence(folder: Path) -> Sequence:
    """One sequence. All its detections are taken, none is filtered.

    Scores go to every tracker as they are in the file. These detections come from a Faster R-CNN and carry
    its probabilities (here 0.5 to 1); where another file's scores leave 0..1 they are cut off there.
    """
    detections = _rows(folder / "det" / "det.txt")
    truth = _rows(folder / "gt" / "gt.txt")
    truth = truth[truth[:, SCORE] != 0]  # 0: not to be judged
    rate, width, height = _shape(folder)
    last = int(max(detections[:, FRAME].max(), truth[:, FRAME].max()))
    return Sequence(
        folder.name,
        rate,
        width,
        height,
        [_detected(detections[detections[:, FRAME] == frame]) for frame in range(1, last + 1)],
        [_annotated(truth[truth[:, FRAME] == frame]) for frame in range(1, last + 1)],
    )


def _rows(file: Path) -> np.ndarray:
    rows = np.loadtxt(file, delimiter=",", ndmin=2)
    if rows.size == 0 or rows.shape[1] <= SCORE:
        raise SystemExit(f"{file} isn't in MOTChallenge's format: frame,id,left,top,width,height,score,…")
    return rows


def _shape(folder: Path) -> tuple[float, int, int]:
    file = folder / "seqinfo.ini"
    if file.is_file():
        parser = ConfigParser()
        parser.read(file)
        facts = parser["Sequence"]
        return facts.getfloat("frameRate"), facts.getint("imWidth"), facts.getint("imHeight")
    for beginning, shape in KNOWN_SHAPES.items():
        if folder.name.startswith(beginning):
            return shape
    raise SystemExit(
        f"the frame rate of {folder.name} isn't known: write {file} with a section [Sequence] and in it "
        "frameRate, imWidth and imHeight"
    )


def _corners(rows: np.ndarray) -> np.ndarray:
    low = rows[:, [LEFT, TOP]]
    return np.concatenate([low, low + rows[:, [WIDTH, HEIGHT]]], axis=1).astype(np.float32)


def _detected(rows: np.ndarray) -> Detected:
    return Detected(_corners(rows), np.clip(rows[:, SCORE], 0.0, 1.0).astype(np.float32))


def _annotated(rows: np.ndarray) -> Tracked:
    return Tracked(rows[:, ID].astype(np.int64), _corners(rows))
