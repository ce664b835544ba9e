"""A calibration's report: of folders of photographs, and of a site's enrolled faces."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from floorsight.identity.calibrating import TARGET, KnownFaces
from floorsight.identity.gallery.model import EnrolledFace, EnrolledPerson, SiteFaces
from floorsight.platform.errors import Malformed
from infra.local.faces.calibration import GALLERY, Report, calibrate, enrol, faces_of_gallery
from infra.local.faces.degrading import CONDITIONS
from infra.local.faces.photographs import FacesRead, list_files, read_pictures
from infra.local.faces.showing import RATE_COLUMNS, draw, rate_row, tables, to_json
from infra.local.faces_cli import DEFAULT_TARGET, faces_app
from tests.fakes.clock import NOON

SITE = "plant-1"


def enrolled(people: int, faces_each: int, noise: float = 0.2, embedder: str = "new") -> SiteFaces:
    """A gallery of people in random directions."""
    dice = np.random.default_rng(5)
    found = []
    for number in range(people):
        centre = dice.normal(size=128)
        faces = []
        for face in range(faces_each):
            row = centre + noise * dice.normal(size=128)
            stored = (row / np.linalg.norm(row)).astype("<f4").tobytes()
            faces.append(EnrolledFace(f"{number}-{face}", stored, embedder, NOON, "hr"))
        found.append(EnrolledPerson(SITE, f"e{number:02d}", tuple(faces), 1))
    return SiteFaces(SITE, 1, tuple(found))


def report_on(site: SiteFaces) -> Report:
    embedder, read = faces_of_gallery(site)
    return calibrate(embedder, {GALLERY: read})


def test_a_gallery_is_compared_with_itself() -> None:
    report = report_on(enrolled(12, 3))
    assert (report.people, report.enrolled, report.embedder) == (12, 36, "new")
    (condition,) = report.conditions
    assert condition.faces == 36
    assert condition.rates.false_accepts.of == 36 * 11
    assert condition.rates.false_accepts.count == condition.rates.false_rejects.count == 0
    assert condition.highest_different is not None
    assert condition.lowest_same is not None
    assert condition.highest_different < report.recommendation.threshold < condition.lowest_same


def test_only_faces_of_one_embedder_are_compared() -> None:
    both = enrolled(5, 2).people + enrolled(4, 2, embedder="old").people
    embedder, read = faces_of_gallery(SiteFaces(SITE, 1, both))
    assert embedder == "new"
    assert len(read.faces.people) == 10


def test_an_empty_gallery_is_refused() -> None:
    with pytest.raises(Malformed) as raised:
        faces_of_gallery(SiteFaces(SITE, 0, ()))
    assert raised.value.code == "nobody_enrolled"


def test_one_face_of_each_says_nothing_of_rejects() -> None:
    with pytest.raises(Malformed) as raised:
        report_on(enrolled(5, 1))
    assert raised.value.code == "no_second_face"


def test_what_is_recommended_stands_in_both_tables_of_rates() -> None:
    report = report_on(enrolled(12, 3))
    advice = report.recommendation
    for rows in (report.by_threshold, report.by_margin):
        assert [(each.threshold, each.margin) for each in rows].count((advice.threshold, advice.margin)) == 1


def test_few_people_are_told_what_they_can_not_show() -> None:
    notes = " ".join(report_on(enrolled(12, 3)).notes)
    assert "66 pairs of people" in notes
    assert "below 4.5%" in notes  # 3 of 66
    assert "30,000 pairs would show it" in notes


def test_faces_that_are_not_known_again_are_told() -> None:
    notes = " ".join(report_on(enrolled(12, 3, noise=1.5)).notes)
    assert "get no name at this threshold" in notes


def test_enrolled_are_as_many_faces_as_a_gallery_takes() -> None:
    rows = np.eye(12, dtype=np.float32)
    faces = KnownFaces(rows, ("a",) * 9 + ("b",) * 3, tuple(map(str, range(12))))
    taken = enrol(faces)
    assert taken.people == ("a",) * 5 + ("b",) * 3
    assert taken.sources == ("0", "2", "4", "6", "8", "9", "10", "11")


def test_conditions_in_which_nobody_could_be_seen_are_told() -> None:
    embedder, read = faces_of_gallery(enrolled(6, 2))
    nobody = FacesRead(KnownFaces(np.zeros((0, 0), np.float32), (), ()), ("face_blurred",) * 12)
    report = calibrate(embedder, {GALLERY: read, "blurred": nobody})
    blurred = report.conditions[1]
    assert (blurred.faces, blurred.refused) == (0, {"face_blurred": 12})
    assert json.loads(json.dumps(to_json(report)))["conditions"][1]["lowest_same"] is None
    assert list(tables(report))


def test_shown_and_drawn() -> None:
    report = report_on(enrolled(12, 3))
    shown = to_json(report)
    assert json.loads(json.dumps(shown)) == shown
    assert "embeddings" not in json.dumps(shown)
    assert ElementTree.fromstring(draw(report)).tag.endswith("svg")
    assert [len(table.rows) for table in tables(report)][2] == 1
    cells = rate_row(report.by_threshold[-1])
    assert len(cells) == len(RATE_COLUMNS)
    assert cells[2] == "0 of 396 (0 to 0.96 %)"


def test_folders_are_people(tmp_path: Path) -> None:
    picture = np.zeros((60, 80, 3), np.uint8)
    picture[:, :, 2] = 200  # red, in OpenCV's order
    for name in ("anna/1.jpg", "anna/2.PNG", "boris/notes.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(
            cv2.imencode(file.suffix, picture)[1].tobytes() if name != "boris/notes.txt" else b""
        )
    assert [(person, file.name) for person, file in list_files(tmp_path)] == [
        ("anna", "1.jpg"),
        ("anna", "2.PNG"),
    ]
    read = list(read_pictures(list_files(tmp_path)))
    assert [each.source for each in read] == ["anna/1.jpg", "anna/2.PNG"]
    assert read[1].rgb[0, 0].tolist() == [200, 0, 0]


@pytest.mark.parametrize("name", ["1.jpg", "1.mp4"])
def test_a_file_that_is_no_picture_is_named(name: str, tmp_path: Path) -> None:
    file = tmp_path / "anna" / name
    file.parent.mkdir()
    file.write_bytes(b"nothing to be seen")
    with pytest.raises(Malformed, match=name) as raised:
        list(read_pictures(list_files(tmp_path)))
    assert raised.value.code == "bad_picture"


def test_poorer_copies_have_the_eyes_where_they_are_said_to_be() -> None:
    picture = np.full((400, 300, 3), 100, np.uint8)
    sides = {name: degrade(picture, 100.0).shape[:2] for name, degrade in CONDITIONS.items() if degrade}
    assert sides.pop("24 px between the eyes") == (96, 72)
    assert set(sides.values()) == {(160, 120)}
    dark = CONDITIONS["40 px, a fifth of the light, noise"]
    assert dark is not None
    assert dark(picture, 100.0).mean() == pytest.approx(20, abs=0.6)
    assert dark(picture, 20.0).shape == picture.shape  # never larger


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["."], "no subfolders with photographs"),
        ([".", "--site", "plant-1"], "a folder or a site"),
        (["--table", "registry"], "needs --site"),
        (["--site", "plant-1", "--port", "1024"], "floorsight up"),
    ],
)
def test_the_command_says_what_is_wrong(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(faces_app, ["calibrate", *arguments])
    assert done.exit_code in (1, 2)
    assert said in " ".join(done.output.split())


def test_the_command_has_the_target_of_the_rule() -> None:
    assert DEFAULT_TARGET == TARGET
