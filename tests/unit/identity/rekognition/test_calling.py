"""Asking again: what for, how long between, and not for longer than somebody waits."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from floorsight.identity.rekognition.calling import LONGEST_ATTEMPT_SECONDS, ROOM_TO_ANSWER_SECONDS
from floorsight.identity.rekognition.model import CollectionMissing, NoAnswer, PictureRefused, Usage
from floorsight.platform import aws
from floorsight.platform.errors import Conflict, Forbidden, Unavailable
from tests.fakes.rekognition_server import Mishap
from tests.fakes.table import FaultyTable, MemoryTable
from tests.unit.identity.rekognition.conftest import ANNA, CALL, NAME, Bench


@pytest.fixture
def face(bench: Bench) -> bytes:
    """A picture of Anna at a site where she is enrolled, for nothing."""
    bench.enrol("anna", ANNA)
    bench.table, bench.server.requests[:] = MemoryTable(), []
    bench.server.answered.clear()
    return bench.server.show(b"face", ANNA)


def search(bench: Bench, face: bytes) -> Any:
    return bench.collections.search(bench.asking, face, bench.account)


@pytest.mark.parametrize("mishap", [Mishap.THROTTLED, Mishap.TOO_FAST])
def test_throttling_is_asked_again_and_costs_nothing(bench: Bench, face: bytes, mishap: Mishap) -> None:
    bench.server.mishaps.extend([mishap, mishap])
    assert search(bench, face).best.employee_id == "anna"
    assert bench.time.waits == [1.0, 2.0]
    assert bench.account.usage == Usage(attempts=3, charged=1, micro_usd=CALL)
    assert (bench.spend.micro_usd, bench.spend.attempts, bench.spend.charged) == (CALL, 3, 1)


@pytest.mark.parametrize(
    ("mishap", "read_seconds"), [(Mishap.BROKEN, 30.0), (Mishap.GATEWAY, 30.0), (Mishap.HANGS, 1.0)]
)
def test_what_may_have_been_answered_is_counted_as_charged(bench: Bench, face: bytes, mishap: Mishap) -> None:
    bench.server.mishaps.extend([mishap])
    assert search(bench, face).best.employee_id == "anna"
    assert bench.account.usage == Usage(attempts=2, charged=2, micro_usd=2 * CALL)
    assert bench.spend.micro_usd == 2 * CALL


@pytest.mark.parametrize("mishap", [Mishap.THROTTLED, Mishap.BROKEN])
def test_it_gives_up_after_the_third_repetition(bench: Bench, face: bytes, mishap: Mishap) -> None:
    bench.server.mishaps.extend([mishap] * 5)
    with pytest.raises(NoAnswer) as caught:
        search(bench, face)
    assert caught.value.code == "rekognition_unavailable"
    assert bench.time.waits == [1.0, 2.0, 4.0]
    assert len(bench.server.requests) == 4
    assert len(bench.server.mishaps) == 1


@pytest.mark.parametrize("jitter", [0.5, 1.5])
def test_waits_are_jittered(bench: Bench, face: bytes, jitter: float) -> None:
    bench.jitter = jitter
    bench.server.mishaps.extend([Mishap.THROTTLED] * 3)
    search(bench, face)
    assert bench.time.waits == [1.0 * jitter, 2.0 * jitter, 4.0 * jitter]


NEEDED = LONGEST_ATTEMPT_SECONDS + ROOM_TO_ANSWER_SECONDS


@pytest.mark.parametrize(
    ("left", "waits"), [(NEEDED + 3.01, [1.0, 2.0]), (NEEDED + 2.9, [1.0]), (NEEDED + 0.5, [])]
)
def test_no_wait_begins_that_leaves_no_time_to_answer(
    bench: Bench, face: bytes, left: float, waits: list[float]
) -> None:
    bench.time.left = left
    bench.server.mishaps.extend([Mishap.THROTTLED] * 9)
    with pytest.raises(NoAnswer, match="no time left to ask Rekognition after Rekognition is busy"):
        search(bench, face)
    assert bench.time.waits == waits
    assert bench.spend.micro_usd == 0


def test_without_time_nothing_is_asked(bench: Bench, face: bytes) -> None:
    bench.time.left = NEEDED - 0.1
    with pytest.raises(NoAnswer, match="no time left"):
        search(bench, face)
    assert not bench.server.requests
    assert bench.account.usage == Usage()


def test_missing_rights_are_told_to_the_operator_at_once(bench: Bench, face: bytes) -> None:
    bench.server.mishaps.append(Mishap.DENIED)
    with pytest.raises(Forbidden, match=r"SearchFacesByImage.*setting `rekognition`") as caught:
        search(bench, face)
    assert caught.value.code == "rekognition_denied"
    assert not bench.time.waits
    assert bench.spend.micro_usd == 0


def test_a_full_collection_is_no_fault_of_the_picture(bench: Bench, face: bytes) -> None:
    bench.server.mishaps.append(Mishap.FULL)
    with pytest.raises(Conflict, match="higher quota") as caught:
        bench.collections.enrol(bench.asking, "anna", "f1", face, bench.account)
    assert caught.value.code == "rekognition_quota"


@pytest.mark.parametrize(
    ("picture", "code"), [(b"no picture", "bad_image"), (b"empty room", "no_face"), (b"", "bad_image")]
)
def test_bad_pictures_are_not_asked_about_again(bench: Bench, face: bytes, picture: bytes, code: str) -> None:
    bench.server.show(b"empty room")
    with pytest.raises(PictureRefused) as caught:
        search(bench, picture)
    assert caught.value.code == code
    assert not bench.time.waits
    assert bench.account.usage.attempts == bench.server.charged == (1 if picture else 0)


def test_a_picture_that_is_too_large_is_never_sent(bench: Bench, face: bytes) -> None:
    with pytest.raises(PictureRefused) as caught:
        search(bench, bytes(5_242_881))
    assert caught.value.code == "image_too_large"
    assert not bench.server.requests


def test_a_site_without_collection(bench: Bench) -> None:
    with pytest.raises(CollectionMissing):
        search(bench, bench.server.show(b"face", ANNA))
    assert NAME not in bench.server.collections
    assert bench.spend.micro_usd == 0


def test_a_server_that_is_not_there_costs_nothing(
    bench: Bench, face: bytes, connect: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens at it
        monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        aws._client.cache_clear()
        bench.client = connect()
        with pytest.raises(NoAnswer, match="EndpointConnectionError"):
            search(bench, face)
    assert bench.account.usage == Usage(attempts=4)
    assert bench.spend.micro_usd == 0


def test_without_the_ledger_nobody_is_asked(bench: Bench, face: bytes) -> None:
    bench.table = FaultyTable(MemoryTable(), dice=lambda: 0.0, unavailable=1.0)
    with pytest.raises(Unavailable) as caught:
        search(bench, face)
    assert not isinstance(caught.value, NoAnswer)
    assert not bench.server.requests


def test_a_fault_of_ours_stays_one(bench: Bench) -> None:
    from botocore.exceptions import ParamValidationError

    def wrong(client: Any) -> Any:
        return client.delete_faces(CollectionId=NAME, FaceIds="no list")

    with pytest.raises(ParamValidationError):
        bench.collections.caller.call(bench.asking, wrong, bench.account)
    assert not bench.server.requests
