"""How well plates are read, by condition and by country, how sure wrong texts are, and what it costs.

    floorsight models pull --all && floorsight media pull --all && make easyocr
    python -m benchmarks.plates [--plates N] [--photographs FOLDER --labels FILE] [--out FILE]

Drawn plates first (`tests/fakes/plates.py`): N of each country under each condition, found by our detectors
in the picture of a vehicle and read by each backend that is installed. The seeds are none of those by which
anything was tuned. Then photographs: the catalogue's, and those of a folder, whose labels are a CSV of
`file,text`. Times are the processor's, with one thread, the least of many rounds.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.plates.judging import HEADER, Reading, summarise
from benchmarks.plates.reading import ROUNDS, Answers, load_answers, open_reader, read_all, save_plates
from benchmarks.report import markdown_table, write_section
from floorsight.vision.decoding import Image
from floorsight.vision.plates.reader import PlateReader
from floorsight.vision.plates.reading import PlateFound
from infra.local.models_cli import MEDIA_FOLDER
from infra.paths import REPOSITORY, STATE
from tests.fakes.plates import CONDITIONS, COUNTRIES, condition_of, country_of, draw_vehicle

FIRST_SEED = 900_000
CATALOGUE_PHOTOGRAPHS = {"plate-photo-a": "5AU5341", "plate-photo-b": "AD799KB", "plate-photo-c": "KRW301"}
EASYOCR = STATE / "easyocr" / "bin" / "python"


@dataclass(frozen=True)
class Sample:
    """A plate to read, as it was found."""

    truth: str
    plate: PlateFound
    country: str = ""
    condition: str = ""


def draw_samples(reader: PlateReader, count: int) -> list[Sample]:
    samples = []
    for country in COUNTRIES:
        for condition in CONDITIONS:
            for seed in range(FIRST_SEED, FIRST_SEED + count):
                drawn = draw_vehicle(country, condition, seed)
                plate = reader.find(drawn.picture)[0]
                samples.append(Sample(drawn.text, plate, country.name, condition.name))
    return samples


def load_photographs(reader: PlateReader, folder: Path | None, labels: Path | None) -> list[Sample]:
    files = {MEDIA_FOLDER / f"{name}.png": text for name, text in CATALOGUE_PHOTOGRAPHS.items()}
    if folder and labels:
        with labels.open(newline="") as rows:
            files |= {folder / row["file"]: row["text"] for row in csv.DictReader(rows)}
    return [Sample(text, reader.find(load_picture(path))[0]) for path, text in files.items()]


def load_picture(path: Path) -> Image:
    picture = cv2.imread(str(path))
    if picture is None:
        raise SystemExit(f"{path} is missing or no picture")
    return np.ascontiguousarray(picture[:, :, ::-1], np.uint8)


def read_with_easyocr(plates: Sequence[PlateFound]) -> Answers | None:
    """In the environment of `make easyocr`; None without one."""
    if not EASYOCR.is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        found, texts = Path(folder, "found.npz"), Path(folder, "texts.json")
        save_plates(found, plates)
        environment = os.environ | {"PYTHONPATH": f"{REPOSITORY / 'shared'}:{REPOSITORY}"}
        command = [str(EASYOCR), "-m", "benchmarks.plates.reading", "easyocr", str(found), str(texts)]
        subprocess.run(command, check=True, cwd=REPOSITORY, env=environment)
        return load_answers(texts)


def compare(samples: Sequence[Sample], answers: Answers) -> list[Reading]:
    return [
        Reading(sample.truth, text, sample.country, sample.condition)
        for sample, text in zip(samples, answers.texts, strict=True)
    ]


def table(readings: Sequence[Reading]) -> str:
    rows = [("all", readings)]
    rows += [(each.name, [r for r in readings if r.condition == each.name]) for each in CONDITIONS]
    rows += [(each.name, [r for r in readings if r.country == each.name]) for each in COUNTRIES]
    return markdown_table(("", *HEADER), [(name, *summarise(part)) for name, part in rows])


def photograph_table(rows: Sequence[tuple[str, Sequence[Reading]]]) -> str:
    shown = markdown_table(("", *HEADER[:5]), [(name, *summarise(part)[:5]) for name, part in rows])
    wrong = [
        f"{name}: {each.truth} read as {each.read.text or 'nothing'}"
        for name, part in rows[:1]
        for each in part
        if not each.exact
    ]
    return "\n\n".join([shown, *wrong])


def time_steps(reader: PlateReader, answers: Sequence[tuple[str, Answers]]) -> str:
    drawn = draw_vehicle(country_of("BR"), condition_of("clear"), FIRST_SEED)
    road = np.full_like(drawn.picture, 128)
    photograph = load_picture(MEDIA_FOLDER / "plate-photo-a.png")
    rows = [
        (
            f"finding a plate in {_size(photograph)} pixels",
            f"{_least_ms(lambda: reader.find(photograph)):.1f}",
        ),
        (
            f"finding none in {_size(road)}, by the text detector too",
            f"{_least_ms(lambda: reader.find(road)):.1f}",
        ),
    ]
    for name, answer in answers:
        rows += [(f"{name}: reading one plate", f"{answer.one_ms:.1f}")]
        rows += [(f"{name}: reading five in one call", f"{answer.five_ms:.1f}")]
    return markdown_table(("step", "ms"), rows)


def _size(picture: Image) -> str:
    return f"{picture.shape[1]} x {picture.shape[0]}"


def _least_ms(call: Callable[[], object]) -> float:
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        call()
        found.append(time.process_time() - begun)
    return min(found) * 1000.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plates", type=int, default=20, help="of each country under each condition")
    parser.add_argument("--photographs", type=Path, help="a folder of photographs of your own")
    parser.add_argument("--labels", type=Path, help="a CSV of file,text for them")
    parser.add_argument("--out", type=Path, help="a document with lines <!-- plates --> and <!-- /plates -->")
    given = parser.parse_args()
    reader = open_reader("onnx")
    drawn = draw_samples(reader, given.plates)
    photographs = load_photographs(reader, given.photographs, given.labels)
    plates = [sample.plate for sample in (*drawn, *photographs)]
    answers = [("onnx", read_all(reader, plates))]
    if easyocr := read_with_easyocr(plates):
        answers.append(("easyocr", easyocr))
    parts = []
    photograph_rows = []
    for name, answer in answers:
        readings = compare([*drawn, *photographs], answer)
        parts.append(f"**Drawn plates, `{name}`**\n\n{table(readings[: len(drawn)])}")
        photograph_rows.append((name, readings[len(drawn) :]))
    parts.append(f"**Photographs**\n\n{photograph_table(photograph_rows)}")
    parts.append(f"**Times**\n\n{time_steps(reader, answers)}")
    text = "\n\n".join(parts)
    print(text)
    if given.out:
        write_section(given.out, "plates", text)


if __name__ == "__main__":
    main()
