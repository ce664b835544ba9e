"""What plates cost the vision worker: where a car stands at a gate, where none is, and away from gates.

    floorsight models pull --all && floorsight media pull --all
    python -m benchmarks.gate_worker [--out FILE]

Times are the processor's, with one thread, the least of three rounds, by frame of a video at 5 analysed
frames a second, the same video once with a gate and once without. The car is that of a real photograph; the
square is full of people and has no vehicles.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.faces import ANALYSED_FPS, SESSION, read_chunks
from benchmarks.report import markdown_table, write_section
from floorsight.events.vehicles import PlateRead
from floorsight.models.detectors import open_detector
from floorsight.models.plates import PlateModels
from floorsight.platform.settings import DEFAULT_DETECTOR, DEFAULT_PLATE_DETECTOR, DEFAULT_PLATE_READER
from floorsight.vision.chunk import Chunk
from floorsight.vision.detector import Detector
from floorsight.vision.pipeline import ChunkPipeline
from floorsight.vision.plan import CountingPlan, GateView
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stopwatch
from floorsight.vision.tracking.tracker import Tracker
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER
from tests.fakes.gate_video import Stay, make_gate_video

ROUNDS = 3
GATE = GateView("gate", "1")


def time_worker(
    chunks: list[Chunk], detector: Detector, models: PlateModels, gate: GateView | None
) -> tuple[float, float, list[PlateRead]]:
    """Milliseconds of the processor for an analysed frame, seconds of video from when the vehicle was seen
    first until its plate was told (0 if none was), and what was told."""
    plan = CountingPlan("site", "camera", ANALYSED_FPS, (), gate=gate)
    pipeline, state = ChunkPipeline(detector, Tracker(), open_plates=models.open), StreamState(SESSION)
    frames, waited, told = 0, 0.0, list[PlateRead]()
    begun = time.process_time()
    for chunk in chunks:
        analysis = pipeline.analyse(chunk, plan, state, Stopwatch())
        state = analysis.state
        frames += analysis.frames_analysed
        for event in analysis.events:
            if isinstance(event, PlateRead):
                told.append(event)
                waited = (chunk.header.frame_times()[-1] - event.first_seen_at).total_seconds()
    return (time.process_time() - begun) * 1000.0 / frames, waited, told


def compare(name: str, chunks: list[Chunk], detector: Detector, models: PlateModels) -> tuple[str, ...]:
    rounds = [[time_worker(chunks, detector, models, gate) for gate in (None, GATE)] for _ in range(ROUNDS)]
    off, on = (min(each[which][0] for each in rounds) for which in (0, 1))
    _, waited, told = rounds[0][1]
    if rounds[0][0][2]:
        raise SystemExit("a camera that is at no gate has read a plate")
    read = ", ".join(f"{each.text} ({each.confidence:.2f})" for each in told) or "none"
    after = f"{waited:.1f} s" if told else ""
    return name, f"{off:.2f}", f"{on:.2f}", f"{on - off:+.2f}", f"{on / off:.3f}", read, after


def main() -> int:
    """Print the table or write it into the document; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="a document with a line <!-- gate-worker -->")
    options = parser.parse_args()
    detector = open_detector(DEFAULT_DETECTOR, catalogue=MODELS_CATALOGUE, folder=MODELS_FOLDER, threads=1)
    models = PlateModels(DEFAULT_PLATE_DETECTOR, DEFAULT_PLATE_READER, MODELS_CATALOGUE, MODELS_FOLDER, 1)
    models.check().open()
    with tempfile.TemporaryDirectory() as folder:
        photograph = MEDIA_FOLDER / "plate-photo-a.png"
        passing, standing = (
            read_chunks(
                make_gate_video(Path(folder) / f"{stands}.mp4", photograph, [Stay(0.4, stands=stands)])
            )
            for stands in (2.0, 60.0)
        )
    rows = [
        compare("a car comes, stands for 2 s, and goes", passing, detector, models),
        compare("a car comes and stands (20 s of it)", standing, detector, models),
        compare("no vehicle: a square", read_chunks(MEDIA_FOLDER / "vtest.avi"), detector, models),
    ]
    header = ("video", "no gate, ms a frame", "gate", "difference", "gate / none", "read", "told after")
    text = markdown_table(header, rows)
    print(text)
    if options.out:
        write_section(options.out, "gate-worker", text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
