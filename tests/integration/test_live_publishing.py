"""A camera's pictures on their whole way to the stream: RTSP, the publisher's process, Kinesis."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from floorsight.platform.settings import EdgePublisherSettings, child_environment
from floorsight.vision.chunk import Chunk
from floorsight.vision.decoding import decode_frames
from infra.local.emulator import Emulator
from infra.local.processes import start_publisher
from tests.cloud import chunks_in, make_client
from tests.e2e import square
from tests.fakes.cameras import CameraTraits, FakeCamera
from tests.fakes.videos import make_video
from tests.waiting import eventually

STREAM, BUCKET = "live-chunks", "live-media"
USER, PASSWORD = "admin", "s3cret/of:the@gate"

pytestmark = pytest.mark.cloud


def test_a_camera_that_loses_its_power(emulator: Emulator, tmp_path: Path) -> None:
    make_client("kinesis", emulator.endpoint).create_stream(StreamName=STREAM, ShardCount=1)
    make_client("s3", emulator.endpoint).create_bucket(Bucket=BUCKET)
    video = make_video(tmp_path / "video.mp4")
    settings = EdgePublisherSettings(chunk_stream=STREAM, media_bucket=BUCKET)
    environment = child_environment(
        emulator.endpoint.environment()
        | settings.to_environment()
        | {"FLOORSIGHT_CAMERA_USER": USER, "FLOORSIGHT_CAMERA_PASSWORD": PASSWORD}
    )
    with FakeCamera(tmp_path, CameraTraits(credentials=f"{USER}:{PASSWORD}")) as camera:
        publisher = start_publisher(
            environment,
            camera.url("video.mp4"),
            site_id="plant-1",
            camera_id="door-live",
            extra=("--spool", str(tmp_path / "spool")),
        )
        try:
            eventually(lambda: len(chunks_in(STREAM, emulator.endpoint)) >= 3, "the first chunks")
            camera.stop()
            camera.start()
            eventually(
                lambda: len(sessions_of(chunks_in(STREAM, emulator.endpoint))) >= 2, "a second session"
            )
        finally:
            code = square.end(publisher)
    assert code == 0, publisher.last_lines()
    log = publisher.log.read_text()
    assert "Traceback" not in log
    assert PASSWORD not in log
    chunks = chunks_in(STREAM, emulator.endpoint)
    assert sessions_of(chunks) == sorted(sessions_of(chunks))
    for chunk in chunks:
        chunk.verify()
        assert len(list(decode_frames(chunk))) == len(chunk.header.frame_offsets_us)
    first = [frame.rgb().tobytes() for chunk in chunks[:3] for frame in decode_frames(chunk)]
    with av.open(str(video)) as container:
        assert first == [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]


def sessions_of(chunks: list[Chunk]) -> list[str]:
    return list(dict.fromkeys(chunk.header.stream_session for chunk in chunks))
