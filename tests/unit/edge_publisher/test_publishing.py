"""Publishing a file as a camera would send it, and the program around it."""

from __future__ import annotations

import signal
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from containers.edge_publisher import main as program
from containers.edge_publisher import spool
from containers.edge_publisher.delivery import KinesisDelivery
from containers.edge_publisher.publishing import Progress, PublishSettings, publish_file
from floorsight.platform import aws
from floorsight.platform.errors import Forbidden, Unavailable
from floorsight.vision.chunk import Chunk
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.videos import make_video


class Received:
    """`Delivery` that keeps what it is given."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []

    def send(self, chunk: Chunk) -> int:
        self.chunks.append(chunk)
        return len(chunk.payload)


FAST = PublishSettings("plant-1", "door-1", paced=False)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return make_video(tmp_path / "video.mp4")


def publish(video: Path, settings: PublishSettings = FAST, clock: ManualClock | None = None) -> list[Chunk]:
    received = Received()
    publish_file(video, settings, received, threading.Event(), clock=clock or ManualClock())
    return received.chunks


def test_all_of_it_is_sent_and_progress_is_told(video: Path) -> None:
    received, told = Received(), list[Progress]()
    done = publish_file(video, FAST, received, threading.Event(), told.append, ManualClock())
    assert (done.chunks, done.frames, len(told)) == (3, 60, 3)
    assert done.bytes == sum(len(chunk.payload) for chunk in received.chunks)
    assert done.seconds == pytest.approx(2.95)
    assert done.of_seconds == pytest.approx(3.0)


def test_as_fast_as_it_goes_nothing_is_captured_in_the_future(video: Path) -> None:
    times = [time for chunk in publish(video) for time in chunk.header.frame_times()]
    assert times[0] == NOON - timedelta(seconds=3)
    assert times[-1] < NOON


def test_a_replay_says_when_it_was_captured(video: Path) -> None:
    began_at = NOON - timedelta(days=3)
    chunks = publish(video, PublishSettings("plant-1", "door-1", paced=False, started_at=began_at))
    assert chunks[0].header.captured_at == began_at


def test_sessions_sort_by_when_they_were_started_whatever_they_show(video: Path) -> None:
    clock = ManualClock()
    live = publish(video, clock=clock)
    clock.advance(1.0)
    old = PublishSettings("plant-1", "door-1", paced=False, started_at=NOON - timedelta(days=3))
    replay = publish(video, old, clock)
    assert live[0].header.stream_session < replay[0].header.stream_session


def test_two_runs_are_two_sessions(video: Path) -> None:
    assert publish(video)[0].header.stream_session != publish(video)[0].header.stream_session


def test_a_session_sorts_after_the_last_one_though_the_clock_was_set_back(video: Path) -> None:
    clock, received = ManualClock(), Received()
    earlier = publish(video)[0].header.stream_session
    clock.advance(-3600.0)
    done = publish_file(video, replace(FAST, after_session=earlier), received, threading.Event(), clock=clock)
    assert earlier < received.chunks[0].header.stream_session == done.stream_session


class PatientEvent(threading.Event):
    """Moves the clocks instead of waiting."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock, self.seconds = clock, 100.0

    def wait(self, timeout: float | None = None) -> bool:
        self.clock.advance(timeout or 0.0)
        self.seconds += timeout or 0.0
        return self.is_set()

    def monotonic(self) -> float:
        return self.seconds


def seconds_sent(video: Path, settings: PublishSettings, set_by_seconds: float = 0.0) -> list[float]:
    """When each chunk is sent, in seconds; this machine's clock is set when the first one is."""
    clock, sent = ManualClock(), list[float]()
    stop = PatientEvent(clock)

    class Timed(Received):
        def send(self, chunk: Chunk) -> int:
            if not sent:
                clock.advance(set_by_seconds)
            sent.append(stop.seconds - 100.0)
            return super().send(chunk)

    publish_file(video, settings, Timed(), stop, clock=clock, monotonic=stop.monotonic)
    return sent


@pytest.mark.parametrize("set_by_seconds", [0.0, -3600.0, 3600.0])
def test_at_its_own_speed_a_chunk_is_sent_when_its_last_frame_was_captured(
    video: Path, set_by_seconds: float
) -> None:
    sent = seconds_sent(video, PublishSettings("plant-1", "door-1"), set_by_seconds)
    assert sent == pytest.approx([0.95, 1.95, 2.95])


@pytest.mark.parametrize(
    ("began", "expected"),
    [(-86_400.0, [0.0, 0.0, 0.0]), (-1.0, [0.0, 0.95, 1.95]), (5.0, [5.95, 6.95, 7.95])],
)
def test_a_replay_is_sent_at_once_up_to_now_and_no_chunk_before_it_was_captured(
    video: Path, began: float, expected: list[float]
) -> None:
    settings = PublishSettings("plant-1", "door-1", started_at=NOON + timedelta(seconds=began))
    assert seconds_sent(video, settings) == pytest.approx(expected)


def test_it_stops_when_told(video: Path) -> None:
    stop, received = threading.Event(), Received()
    done = publish_file(video, FAST, received, stop, lambda _: stop.set(), ManualClock())
    assert done.chunks == len(received.chunks) == 1


class TestTheProgram:
    """Exit codes and one line of error; never a stack trace."""

    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in {
            "FLOORSIGHT_CHUNK_STREAM": "chunks",
            "FLOORSIGHT_MEDIA_BUCKET": "media",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        monkeypatch.setattr(program, "client", lambda service: None)

    def run(self, video: Path) -> int:
        return program.main([str(video), "--site", "plant-1", "--camera", "door-1", "--fast"])

    @pytest.mark.parametrize("content", [None, b"Dear diary\n", b""])
    def test_a_bad_source(
        self, tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "video.mp4"
        if content is not None:
            path.write_bytes(content)
        assert self.run(path) == program.EXIT_BAD_SOURCE
        printed = capsys.readouterr()
        assert str(path) in printed.out
        assert "Traceback" not in printed.out + printed.err

    def test_a_missing_setting(
        self, video: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("FLOORSIGHT_CHUNK_STREAM")
        assert self.run(video) == program.EXIT_BAD_SOURCE
        assert "FLOORSIGHT_CHUNK_STREAM" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("settings", "told"),
        [({"AWS_DEFAULT_REGION": None}, "AWS_DEFAULT_REGION"), ({"AWS_PROFILE": "nobody"}, "nobody")],
    )
    def test_aws_that_is_not_set_up(
        self,
        video: Path,
        settings: dict[str, str | None],
        told: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("AWS_CONFIG_FILE", str(video.with_name("no-config")))
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
        monkeypatch.setattr(program, "client", aws._client.__wrapped__)  # none that was made before
        for name, value in settings.items():
            if value is None:
                monkeypatch.delenv(name)
            else:
                monkeypatch.setenv(name, value)
        assert self.run(video) == program.EXIT_BAD_SOURCE
        printed = "".join(capsys.readouterr())
        assert told in printed
        assert "Traceback" not in printed

    @pytest.mark.parametrize(
        ("fault", "code"),
        [(Unavailable("gone"), program.EXIT_UNREACHABLE), (Forbidden("no"), program.EXIT_REFUSED)],
    )
    def test_a_stream_that_takes_nothing(
        self, video: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: int
    ) -> None:
        def refuse(self: object, chunk: Chunk) -> int:
            raise fault

        monkeypatch.setattr(KinesisDelivery, "send", refuse)
        assert self.run(video) == code

    def test_success(self, video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(KinesisDelivery, "send", lambda self, chunk: 1)
        assert self.run(video) == program.EXIT_OK

    def test_a_camera_id_that_is_none(self, video: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert program.main([str(video), "--site", "Plant 1", "--camera", "door-1", "--fast"]) == 2
        printed = capsys.readouterr().out
        assert "'Plant 1'" in printed
        assert "Traceback" not in printed

    def test_by_way_of_a_spool_all_of_it_arrives(
        self, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arrived: list[int] = []

        def take(self: object, chunk: Chunk) -> int:
            arrived.append(chunk.header.sequence)
            return 1

        monkeypatch.setattr(KinesisDelivery, "send", take)
        arguments = [str(video), "--site", "plant-1", "--camera", "door-1", "--fast"]
        assert program.main([*arguments, "--spool", str(tmp_path / "spool")]) == program.EXIT_OK
        assert arrived == list(range(len(arrived)))
        assert arrived
        assert not list((tmp_path / "spool" / "door-1").glob("*.chunk"))

    def test_as_fast_as_it_goes_a_small_spool_drops_nothing(
        self, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arrived: list[int] = []

        def take_slowly(self: object, chunk: Chunk) -> int:
            threading.Event().wait(0.05)
            arrived.append(chunk.header.sequence)
            return 1

        monkeypatch.setattr(KinesisDelivery, "send", take_slowly)
        monkeypatch.setattr(spool, "MIN_SPOOL_BYTES", 1)
        arguments = [str(video), "--site", "plant-1", "--camera", "door-1", "--fast", "--spool-bytes", "1"]
        assert program.main([*arguments, "--spool", str(tmp_path / "spool")]) == program.EXIT_OK
        assert arrived == [0, 1, 2]

    def test_every_session_sorts_after_the_one_before_whatever_the_clock_does(
        self, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock, sessions = ManualClock(), list[str]()

        def take(self: object, chunk: Chunk) -> int:
            if chunk.header.sequence == 0:
                sessions.append(chunk.header.stream_session)
            return 1

        def play(*arguments: Any) -> Progress:
            clock.advance(-60.0)  # this machine's clock is set back before every run
            return publish_file(*arguments, clock=clock)

        monkeypatch.setattr(program, "publish_file", play)
        monkeypatch.setattr(KinesisDelivery, "send", take)
        arguments = [str(video), "--site", "plant-1", "--camera", "door-1", "--fast", "--times", "2"]
        assert program.main([*arguments, "--spool", str(tmp_path / "spool")]) == program.EXIT_OK
        assert program.main([*arguments, "--spool", str(tmp_path / "spool")]) == program.EXIT_OK
        assert program.main(arguments) == program.EXIT_OK
        assert sessions[:4] == sorted(set(sessions[:4])), "over runs with a spool, which knows the last"
        assert sessions[4:] == sorted(set(sessions[4:])), "within a run without one"

    def test_a_spool_that_can_not_be_had(
        self, video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "file").write_text("in the way")
        arguments = [str(video), "--site", "plant-1", "--camera", "door-1", "--fast"]
        assert program.main([*arguments, "--spool", str(tmp_path / "file")]) == program.EXIT_BAD_SOURCE
        assert program.main([*arguments, "--spool", str(tmp_path), "--spool-bytes", "9"]) == 2
        printed = capsys.readouterr().out
        assert "--spool" in printed
        assert "Traceback" not in printed
