"""The vision worker's frames per second on this machine, by stage, on the sample video.

    make bench-peers && python -m benchmarks.pipeline [--detector NAME …] [--threads 1 2] [--chunk-seconds 1]

Chunks come from memory and facts go nowhere: what is measured is decode, letterbox, inference, NMS, tracking
and geometry as the worker does them, one chunk one batch. Commit and publish are measured by
`benchmarks.latency`, on the emulator. The peer does the same on the same H.264 with OpenCV, ONNX Runtime and
supervision (ByteTrack, four LineZones), frame by frame. Both take turns; the table has medians.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.peers import go_on_among_peers
from floorsight.models.catalogue import load_catalogue
from floorsight.vision.chunk import Chunk
from floorsight.vision.detector import Contract, Detector
from floorsight.vision.timing import Stage
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER

ROUNDS = 5
SECONDS_OF_VIDEO, FRAMES_A_SECOND = 20, 10


def measure(name: str, threads: int, chunks: list[Chunk], video: Path) -> list[str]:
    """A row of the table: the worker and the plain loop in turns."""
    from benchmarks.pipeline.ours import STAGES, a_plan, measure_ours
    from benchmarks.pipeline.peer import LINES, measure_plain_loop

    entry = load_catalogue(MODELS_CATALOGUE).entry(name)
    model = MODELS_FOLDER / entry.file_name
    runs, plain = [], []
    for _ in range(ROUNDS):
        detector = Detector(
            model, contract=Contract(entry.contract), input_size=entry.input_size, threads=threads
        )
        runs.append(measure_ours(chunks, detector, a_plan(LINES)))
        del detector  # two sessions' threads would disturb each other
        plain.append(measure_plain_loop(video, model, entry.input_size, threads, FRAMES_A_SECOND))
    whole = median(milliseconds for milliseconds, _ in runs)
    stages = {stage: median(by_stage[stage] for _, by_stage in runs) for stage in STAGES}
    rest = median(milliseconds - by_stage[Stage.INFER] for milliseconds, by_stage in runs)
    ratio = median(theirs / ours for (ours, _), theirs in zip(runs, plain, strict=True))
    figures = [f"{1000 / whole:.1f}", *(f"{stages[stage]:.2f}" for stage in STAGES)]
    return [
        name,
        str(threads),
        *figures,
        f"{rest:.2f}",
        f"{rest / stages[Stage.INFER]:.2f}",
        f"{1000 / median(plain):.1f}",
        f"{ratio:.2f}",
    ]


def main() -> int:
    """Print a table; 0."""
    go_on_among_peers("benchmarks.pipeline")
    from benchmarks.pipeline.ours import STAGES, read_chunks

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--detector", nargs="+", default=["nanodet-g-416", "nanodet-g-416-int8"])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--chunk-seconds", type=float, default=1.0)
    options = parser.parse_args()
    chunks = read_chunks(MEDIA_FOLDER / "vtest.avi", options.chunk_seconds, SECONDS_OF_VIDEO)
    table = Table(
        "detector", "threads", "frames/s", *(f"{stage} ms" for stage in STAGES),
        "all but infer ms", "share of infer", "plain loop frames/s", "ours / plain loop",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "sample.h264"
        video.write_bytes(b"".join(chunk.payload for chunk in chunks))
        for name in options.detector:
            for threads in options.threads:
                table.add_row(*measure(name, threads, chunks, video))
    Console(width=200).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
