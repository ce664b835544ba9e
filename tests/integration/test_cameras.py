"""Live cameras: a real RTSP server on loopback that is stopped, started, silenced and locked."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import av
import pytest

from containers.edge_publisher import main as program
from containers.edge_publisher.delivery import KinesisDelivery
from containers.edge_publisher.live import LivePublisher, LiveSettings
from containers.edge_publisher.status import SourceStatus
from floorsight.platform.retry import Backoff
from floorsight.video.addresses import CameraAddress
from floorsight.video.camera import CameraTimeouts
from floorsight.video.chunking import ChunkingSettings
from floorsight.video.gate import GateSettings
from floorsight.video.nal_units import has_parameter_sets
from floorsight.video.stills import StillSettings
from floorsight.vision.chunk import Chunk, Codec
from floorsight.vision.decoding import decode_frames
from tests.fakes.cameras import CameraTraits, FakeCamera
from tests.fakes.videos import make_video, noise

PATIENCE_SECONDS = 90.0
LISTEN_SECONDS = 20.0
PASSWORD = "p@ss/w:rd%"
SETTINGS = LiveSettings(
    "plant-1",
    "door-1",
    timeouts=CameraTimeouts(connect_seconds=5.0, stall_seconds=5.0),  # a busy machine is no silence
    backoff=Backoff(base_seconds=0.05, cap_seconds=0.2),
)


class Watched:
    """`Delivery` that keeps what it is given, and one who waits for things to happen."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.statuses: list[SourceStatus] = []
        self._changed = threading.Condition()

    def send(self, chunk: Chunk) -> int:
        with self._changed:
            self.chunks.append(chunk)
            self._changed.notify_all()
        return len(chunk.payload)

    def note(self, status: SourceStatus) -> None:
        with self._changed:
            self.statuses.append(status)
            self._changed.notify_all()

    def wait(self, until: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(until, PATIENCE_SECONDS)

    def sessions(self) -> list[str]:
        return list(dict.fromkeys(chunk.header.stream_session for chunk in self.chunks))

    def errors(self) -> list[str]:
        return list(dict.fromkeys(s.last_error for s in self.statuses if s.last_error is not None))


@contextmanager
def published(url: str, settings: LiveSettings = SETTINGS) -> Iterator[Watched]:
    """A publisher at work; what it sent is checked when it has ended."""
    watched, stop = Watched(), threading.Event()
    publisher = LivePublisher(CameraAddress.parse(url), settings, watched, stop, watched.note)
    thread = threading.Thread(target=publisher.run)
    thread.start()
    try:
        yield watched
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    all_is_well(watched.chunks)


def all_is_well(chunks: list[Chunk]) -> None:
    """Each decodes alone; a session's are numbered without a gap, and capture times rise."""
    expected: dict[str, int] = {}
    ended: datetime | None = None
    for chunk in chunks:
        header = chunk.header
        assert header.sequence == expected.get(header.stream_session, 0)
        expected[header.stream_session] = header.sequence + 1
        times = header.frame_times()
        assert ended is None or times[0] > ended
        ended = times[-1]
        assert [(f.width, f.height) for f in decode_frames(chunk)] == [(header.width, header.height)] * len(
            times
        )
    assert list(expected) == sorted(expected)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What cameras show: 3 s, for ever."""
    folder = tmp_path_factory.mktemp("camera")
    make_video(folder / "video.mp4")
    make_video(folder / "long.mp4", frames=120, group=1000)
    make_video(folder / "noise.mp4", draw=noise)
    with av.open(str(folder / "hevc.mp4"), "w") as container:
        options = {"x265-params": "open-gop=0:scenecut=0:keyint=20:log-level=none"}
        stream = container.add_stream("libx265", rate=20, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(60):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    return folder


def pictures_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]


def test_what_is_sent_is_what_the_camera_shows(folder: Path) -> None:
    began_at = datetime.now(UTC)
    with FakeCamera(folder) as camera, published(camera.url("video.mp4")) as watched:
        watched.wait(lambda: len(watched.chunks) >= 3)
    first = watched.chunks[:3]
    shown = [frame.rgb().tobytes() for chunk in first for frame in decode_frames(chunk)]
    assert shown == pictures_of(folder / "video.mp4")
    times = [time for chunk in first for time in chunk.header.frame_times()]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert gaps == pytest.approx([0.05] * 59, abs=0.005)
    assert began_at < times[0] < times[-1] < datetime.now(UTC) + timedelta(seconds=0.1)
    status = watched.statuses[-1]
    assert (status.codec, status.width, status.height) == (Codec.H264, 64, 48)
    assert status.frames_per_second == pytest.approx(20.0, abs=0.5)
    assert status.bits_per_second > 1000


def test_a_camera_that_is_switched_off_and_on_again(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with FakeCamera(folder) as camera, published(camera.url("video.mp4")) as watched:
        watched.wait(lambda: len(watched.chunks) >= 2)
        camera.stop()
        watched.wait(lambda: not watched.statuses[-1].connected)
        camera.start()
        watched.wait(lambda: len(watched.sessions()) == 2)
        watched.wait(lambda: watched.statuses[-1].connected)
    assert watched.statuses[-1].reconnects == 1
    assert watched.statuses[-1].last_error is not None
    ours = [record for record in caplog.records if record.name.startswith(("containers", "floorsight"))]
    assert ours
    assert not [record for record in ours if record.exc_info]
    # What had come when it was switched off was sent, to the last frames.
    before = [c for c in watched.chunks if c.header.stream_session == watched.sessions()[0]]
    assert len(before[-1].header.frame_offsets_us) <= 20


def test_silence_is_a_disconnect(folder: Path) -> None:
    settings = replace(SETTINGS, timeouts=CameraTimeouts(connect_seconds=5.0, stall_seconds=1.5))
    with FakeCamera(folder) as camera, published(camera.url("video.mp4"), settings) as watched:
        watched.wait(lambda: bool(watched.chunks))
        camera.silent.set()
        watched.wait(lambda: any("nothing came" in error for error in watched.errors()))
        before = len(watched.sessions())
        camera.silent.clear()
        watched.wait(lambda: len(watched.sessions()) > before)
    assert camera.connections >= 2


@pytest.mark.parametrize("packets", [1, 2, 3])  # parameter sets in part, whole; half a slice
def test_a_picture_that_came_in_part_is_left_out(folder: Path, packets: int) -> None:
    settings = replace(SETTINGS, timeouts=CameraTimeouts(connect_seconds=5.0, stall_seconds=1.5))
    with (
        FakeCamera(folder, CameraTraits(silent_within_key=packets)) as camera,
        published(camera.url("noise.mp4"), settings) as watched,
    ):
        watched.wait(lambda: bool(watched.chunks))
        camera.silent.set()
        watched.wait(lambda: any("nothing came" in error for error in watched.errors()))
    whole = set(pictures_of(folder / "noise.mp4"))
    assert whole >= {frame.rgb().tobytes() for chunk in watched.chunks for frame in decode_frames(chunk)}


@pytest.mark.parametrize("video", ["video.mp4", "long.mp4"])  # which goes through as it is; which does not
def test_a_picture_that_comes_twice_is_one(folder: Path, video: str) -> None:
    settings = replace(SETTINGS, chunking=ChunkingSettings(longest_group_seconds=2.0))
    with (
        FakeCamera(folder, CameraTraits(repeats=True)) as camera,
        published(camera.url(video), settings) as watched,
    ):
        watched.wait(lambda: len(watched.chunks) >= 3)
    first = watched.chunks[0].header
    assert first.frame_times() == sorted(set(first.frame_times()))
    assert len(first.frame_offsets_us) == pytest.approx(20, abs=1)  # stamps are rounded on their way
    assert watched.statuses[-1].frames_per_second == pytest.approx(20.0, abs=0.5)


def test_parameter_sets_that_only_the_description_has(folder: Path) -> None:
    traits = CameraTraits(sets_in_sdp_only=True)
    with FakeCamera(folder, traits) as camera, published(camera.url("video.mp4")) as watched:
        watched.wait(lambda: len(watched.chunks) >= 2)
    assert all(has_parameter_sets(chunk.payload, Codec.H264) for chunk in watched.chunks)


def test_hevc(folder: Path) -> None:
    with FakeCamera(folder) as camera, published(camera.url("hevc.mp4")) as watched:
        watched.wait(lambda: len(watched.chunks) >= 2)
    assert {chunk.header.codec for chunk in watched.chunks} == {Codec.HEVC}


def test_key_frames_too_far_apart(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    chunking = ChunkingSettings(longest_group_seconds=2.0)
    settings = replace(SETTINGS, chunking=chunking)
    with FakeCamera(folder) as camera, published(camera.url("long.mp4"), settings) as watched:
        watched.wait(lambda: len(watched.chunks) >= 3)
    assert "key frame interval" in caplog.text
    lengths = [len(chunk.header.frame_offsets_us) for chunk in watched.chunks[:3]]
    assert lengths == pytest.approx([20, 20, 20], abs=1)  # stamps are rounded on their way


def test_frame_mode_and_gate(folder: Path) -> None:
    chunking = ChunkingSettings(stills=StillSettings(4.0))
    settings = replace(SETTINGS, chunking=chunking, gate=GateSettings())
    with FakeCamera(folder) as camera, published(camera.url("video.mp4"), settings) as watched:
        watched.wait(lambda: len(watched.chunks) >= 2)
    assert {chunk.header.codec for chunk in watched.chunks} == {Codec.MJPEG}
    assert [len(chunk.header.frame_offsets_us) for chunk in watched.chunks[:2]] == [4, 4]


def answer_as_a_web_server(listening: socket.socket) -> None:
    """Until it is shut down, or nobody connects: who was answered too late asks again."""
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        connection.settimeout(LISTEN_SECONDS)
        with connection, suppress(OSError):  # who asked may be gone
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


class TestTheProgram:
    """Exit codes and one line; no trace, no password."""

    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name, value in {
            "FLOORSIGHT_CHUNK_STREAM": "chunks",
            "FLOORSIGHT_MEDIA_BUCKET": "media",
            "AWS_DEFAULT_REGION": "us-east-1",
            "XDG_STATE_HOME": str(tmp_path / "state"),
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        monkeypatch.setattr(program, "client", lambda service: None)
        monkeypatch.setattr(KinesisDelivery, "send", lambda self, chunk: 1)

    @pytest.fixture
    def locked(self, folder: Path) -> Iterator[FakeCamera]:
        with FakeCamera(folder, CameraTraits(credentials=f"admin:{PASSWORD}")) as camera:
            yield camera

    def run(self, url: str, *extra: str) -> int:
        arguments = [url, "--site", "plant-1", "--camera", "door-1", "--connect-seconds", "2", *extra]
        return program.main(arguments)

    @pytest.mark.parametrize("credentials", ["admin:wrong%40one", None])
    def test_a_wrong_password(
        self, locked: FakeCamera, credentials: str | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(locked.url("video.mp4", credentials)) == program.EXIT_CAMERA_REFUSED
        printed = "".join(capsys.readouterr())
        assert "camera_refused" in printed
        assert "wrong" not in printed
        assert "Traceback" not in printed

    def test_the_right_password_from_a_file_and_an_orderly_end(
        self,
        locked: FakeCamera,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        secret = tmp_path / "gate.secret"
        secret.write_text(f"admin:{PASSWORD}\n")
        on_signal: list[Callable[[int, None], None]] = []
        monkeypatch.setattr(signal, "signal", lambda _, handler: on_signal.append(handler))
        sent: list[Chunk] = []

        def send_and_be_told_to_stop(self: object, chunk: Chunk) -> int:
            sent.append(chunk)
            on_signal[0](signal.SIGTERM, None)
            return 1

        monkeypatch.setattr(KinesisDelivery, "send", send_and_be_told_to_stop)
        assert self.run(locked.url("video.mp4"), "--credentials-file", str(secret)) == program.EXIT_OK
        all_is_well(sent)
        assert sent
        assert PASSWORD not in "".join(capsys.readouterr())

    def test_no_such_stream(self, locked: FakeCamera, capsys: pytest.CaptureFixture[str]) -> None:
        locked.traits = CameraTraits()
        assert self.run(locked.url("other.mp4")) == program.EXIT_NO_CAMERA_STREAM
        assert "no_camera_stream" in capsys.readouterr().out

    def test_something_else_listens_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.settimeout(LISTEN_SECONDS)
            answering = threading.Thread(target=answer_as_a_web_server, args=[listening])
            answering.start()
            url = f"rtsp://127.0.0.1:{listening.getsockname()[1]}/a"
            assert self.run(url) == program.EXIT_NO_CAMERA_STREAM
            listening.shutdown(socket.SHUT_RDWR)
            answering.join()
        assert "not_a_camera" in capsys.readouterr().out

    @pytest.mark.parametrize("url", ["rtsp://127.0.0.1:9/a", "rtsp://admin:hidden@camera.invalid/a"])
    def test_nobody_there(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(url, "--give-up-after", "0.5") == program.EXIT_CAMERA_GONE
        printed = "".join(capsys.readouterr())
        last = json.loads(printed.splitlines()[-1])
        assert last["code"] == "camera_gone"
        assert "can't be reached" in last["message"]
        assert "hidden" not in printed
        assert "Traceback" not in printed

    @pytest.mark.parametrize(
        "arguments",
        [
            ["http://10.0.0.4/a"],
            ["rtsp://10.0.0.4/a", "--credentials-file", "missing.secret"],
            ["rtsp://10.0.0.4/a", "--frames", "0"],
            ["rtsp://10.0.0.4/a", "--stall-seconds", "0"],
            ["rtsp://10.0.0.4/a", "--motion-gate", "--motion-percent", "100"],
        ],
    )
    def test_a_setting_that_makes_no_sense(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(*arguments) == program.EXIT_BAD_SOURCE
        assert "Traceback" not in "".join(capsys.readouterr())
