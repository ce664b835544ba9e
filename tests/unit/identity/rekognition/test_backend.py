"""Rekognition as `recognise_person` asks it: a decision, whatever happens there."""

from __future__ import annotations

import logging

import pytest

from floorsight.events.identity import AnswerSource
from floorsight.identity.model import Backend, Unknown
from floorsight.identity.rekognition.backend import RekognitionBackend
from floorsight.platform.errors import Unavailable
from tests.fakes.rekognition_server import Mishap
from tests.fakes.table import FaultyTable, MemoryTable
from tests.unit.identity.rekognition.conftest import ANNA, ANNA_TODAY, BERT, CALL, NAME, TWIN, Bench


@pytest.fixture
def faces(bench: Bench) -> tuple[bytes, bytes, bytes]:
    """Three pictures of Anna at a site where she and Bert are enrolled."""
    bench.enrol("anna", ANNA, ANNA_TODAY)
    bench.enrol("bert", BERT)
    bench.table = MemoryTable()
    bench.server.requests.clear()
    one, two, three = (bench.server.show(name, ANNA_TODAY) for name in (b"one", b"two", b"three"))
    return one, two, three


def test_it_is_a_backend(bench: Bench) -> None:
    backend: Backend = RekognitionBackend(bench.collections)
    assert backend


def test_enough_faces_name_an_employee_and_no_more_are_paid_for(
    bench: Bench, faces: tuple[bytes, ...]
) -> None:
    result = bench.ask(*faces, min_votes=2)
    assert result.decision.match.employee_id == "anna"
    assert result.decision.match.similarity == pytest.approx(1.0)
    assert result.decision.source is AnswerSource.REKOGNITION
    assert (result.calls, result.cost_micro_usd) == (2, 2 * CALL)
    assert len(bench.server.requests) == 2


def test_a_stranger_is_nobody(bench: Bench, faces: tuple[bytes, ...]) -> None:
    stranger = bench.server.show(b"stranger", (0.0, 0.0, 1.0))
    assert bench.ask(stranger, stranger, min_votes=2).decision.reason is Unknown.BELOW_THRESHOLD


def test_a_twin_is_too_similar(bench: Bench, faces: tuple[bytes, ...]) -> None:
    bench.enrol("twin", TWIN)
    assert bench.ask(faces[0]).decision.reason is Unknown.MARGIN


def test_two_people_on_one_track_are_nobody(bench: Bench, faces: tuple[bytes, ...]) -> None:
    other = bench.server.show(b"other", BERT)
    assert bench.ask(faces[0], other, faces[1], min_votes=2).decision.reason is Unknown.DISAGREEMENT


def test_a_picture_that_can_not_be_read_has_no_vote(bench: Bench, faces: tuple[bytes, ...]) -> None:
    empty = bench.server.show(b"empty")
    result = bench.ask(empty, b"no picture", *faces, min_votes=3)
    assert result.decision.match.employee_id == "anna"
    assert result.calls == 5
    assert bench.ask(empty, faces[0], min_votes=2).decision.reason is Unknown.TOO_FEW_FACES


def test_faces_that_can_not_suffice_are_not_asked_about(bench: Bench, faces: tuple[bytes, ...]) -> None:
    result = bench.ask(faces[0], min_votes=2)
    assert result.decision.reason is Unknown.TOO_FEW_FACES
    assert (result.calls, bench.server.requests) == (0, [])


def test_faces_that_somebody_else_put_there_are_nobodys(bench: Bench, faces: tuple[bytes, ...]) -> None:
    kept = bench.server.collections[NAME]
    kept[:] = [type(face)(face.face_id, None, face.vector, face.picture) for face in kept]
    assert bench.ask(faces[0]).decision.reason is Unknown.BELOW_THRESHOLD


def test_a_site_where_nobody_is_enrolled(bench: Bench) -> None:
    result = bench.ask(bench.server.show(b"one", ANNA))
    assert result.decision.reason is Unknown.NOBODY_ENROLLED
    assert (result.calls, result.cost_micro_usd) == (1, 0)


@pytest.mark.parametrize("mishap", [Mishap.THROTTLED, Mishap.BROKEN, Mishap.DENIED])
def test_no_answer_is_a_decision_and_what_it_took_is_told(
    bench: Bench, faces: tuple[bytes, ...], mishap: Mishap, caplog: pytest.LogCaptureFixture
) -> None:
    bench.server.mishaps.extend([None, *[mishap] * 4])
    with caplog.at_level(logging.WARNING):
        result = bench.ask(*faces, min_votes=2)
    assert result.decision.reason is Unknown.BACKEND_UNAVAILABLE
    attempts, charged = {Mishap.THROTTLED: (5, 1), Mishap.BROKEN: (5, 5), Mishap.DENIED: (2, 1)}[mishap]
    assert (result.calls, result.cost_micro_usd) == (attempts, charged * CALL)
    assert bench.spend.micro_usd == charged * CALL
    levels = {record.levelno for record in caplog.records}
    assert (logging.ERROR in levels) == (mishap is Mishap.DENIED)


def test_at_the_cap_the_decision_goes_on_without_and_it_is_told_once(
    bench: Bench,
    faces: tuple[bytes, ...],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench.cap = 3 * CALL
    assert bench.ask(*faces, min_votes=2).decision.match is not None
    results = [bench.ask(*faces, min_votes=2) for _ in range(3)]
    assert [result.decision.reason for result in results] == [Unknown.SPEND_CAP] * 3
    assert [result.calls for result in results] == [1, 0, 0]
    assert bench.server.charged == 3 + 3  # three were enrolling
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [getattr(record, "code", None) for record in told] == ["spend_cap"]
    assert capsys.readouterr().out.count('"RekognitionSpendCapReached": 1') == 3
    assert bench.spend.refused == 3


def test_the_table_that_does_not_answer_is_no_decision(bench: Bench, faces: tuple[bytes, ...]) -> None:
    bench.table = FaultyTable(MemoryTable(), dice=lambda: 0.0, unavailable=1.0)
    with pytest.raises(Unavailable):
        bench.ask(*faces)


def test_no_picture_gets_into_logs(
    bench: Bench, faces: tuple[bytes, ...], caplog: pytest.LogCaptureFixture
) -> None:
    bench.server.mishaps.extend([Mishap.BROKEN] * 2)
    with caplog.at_level(logging.INFO):
        bench.ask(b"secret picture", *faces)
    assert caplog.records
    assert not any("secret" in str(vars(record)) for record in caplog.records)
