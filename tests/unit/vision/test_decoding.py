"""Decoding chunks: every frame, its time, its pixels; and payloads that are not what they say."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from av.video.frame import VideoFrame

from floorsight.platform.errors import Malformed
from floorsight.vision.choosing import choose_frames
from floorsight.vision.chunk import Chunk, Codec
from floorsight.vision.decoding import Frame, decode_frames
from floorsight.vision.pictures import SNAPSHOT_HEIGHT, encode_jpeg, frame_picture, person_picture
from floorsight.vision.stream_state import StreamState
from tests.fakes.clock import NOON
from tests.fakes.streams import FIRST, FPS, FRAMES_A_CHUNK, HEIGHT, WIDTH, header_of, picture, walking_chunk
from tests.unit.vision.test_letterbox import frame_of


def motion_jpeg(count: int) -> Chunk:
    payload = b"".join(encode_jpeg(picture(number * 6)) for number in range(count))
    offsets = tuple(number * 100_000 for number in range(count))
    return Chunk(header_of(payload, codec=Codec.MJPEG, frame_offsets_us=offsets), payload)


def test_frames_come_with_their_times_and_pixels() -> None:
    chunk = walking_chunk(1)
    frames = list(decode_frames(chunk))
    assert [frame.captured_at for frame in frames] == chunk.header.frame_times()
    for number, frame in enumerate(frames):
        pixels = frame.rgb()
        assert pixels.shape == (HEIGHT, WIDTH, 3)
        assert pixels.dtype == np.dtype(np.uint8)
        assert pixels[24, 6 * (FRAMES_A_CHUNK + number) + 6].min() > 200  # the block is there
        assert pixels[24, 6 * (FRAMES_A_CHUNK + number) - 4].max() < 50  # and not beside it
    assert frames[0].rgb(48, 24).shape == (24, 48, 3)


def test_jpeg_frames_are_a_chunk_too() -> None:
    assert len(list(decode_frames(motion_jpeg(5)))) == 5


@pytest.mark.parametrize(
    "chunk",
    [
        Chunk(header_of(b"x"), b"x"),
        Chunk(walking_chunk(0).header, walking_chunk(0).payload[:60]),
        walking_chunk(0, frame_offsets_us=(0,)),
        walking_chunk(0, frame_offsets_us=(0, 1, 2, 3, 4)),
        walking_chunk(0, codec=Codec.HEVC),
        walking_chunk(0, codec=Codec.MJPEG),
    ],
)
def test_a_payload_that_is_not_what_the_header_says(chunk: Chunk) -> None:
    with pytest.raises(Malformed) as error:
        list(decode_frames(chunk))
    assert error.value.code == "undecodable"


class TestChoosingFrames:
    """Evenly spread, over chunks and after gaps; times are the frames' own."""

    def chosen_seconds(self, fps: float, sequences: list[int]) -> list[float]:
        state, seconds = StreamState(FIRST), []
        for sequence in sequences:
            frames, state = choose_frames(walking_chunk(sequence), fps, state)
            seconds += [round((frame.captured_at - NOON) / timedelta(seconds=1), 3) for frame in frames]
        return seconds

    @pytest.mark.parametrize(
        ("fps", "expected"),
        [
            (FPS, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2]),
            (30.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2]),
            (2.5, [0.0, 0.4, 0.8, 1.2, 1.6, 2.0]),
            (1.0, [0.0, 1.0, 2.0]),
        ],
    )
    def test_over_chunks(self, fps: float, expected: list[float]) -> None:
        assert self.chosen_seconds(fps, [0, 1, 2]) == expected

    def test_after_a_gap(self) -> None:
        assert self.chosen_seconds(1.0, [0, 5, 6]) == [0.0, 4.0, 5.0]

    def test_the_clock_begins_with_the_first_frame(self) -> None:
        _, state = choose_frames(walking_chunk(3), 1.0, StreamState(FIRST))
        assert state.began_at == walking_chunk(3).header.captured_at


class TestPictures:
    @pytest.mark.parametrize(
        "box",
        [
            (0.2, 0.2, 0.4, 0.8),
            (-0.5, -0.5, 0.1, 0.1),
            (0.9, 0.9, 1.5, 1.5),
            (-1.0, -1.0, 2.0, 2.0),
            (0.5, 0.5, 0.5, 0.5),
            (1.2, 1.2, 1.4, 1.4),
        ],
    )
    def test_a_person_anywhere_gets_a_picture(self, box: tuple[float, float, float, float]) -> None:
        assert person_picture(frame_of(64, 48), box).startswith(b"\xff\xd8")

    def test_a_picture_is_bounded(self) -> None:
        import cv2

        whole = cv2.imdecode(np.frombuffer(frame_picture(frame_of(1920, 1080)), np.uint8), cv2.IMREAD_COLOR)
        person = person_picture(frame_of(1920, 1080), (0.0, 0.0, 1.0, 1.0))
        crop = cv2.imdecode(np.frombuffer(person, np.uint8), cv2.IMREAD_COLOR)
        assert whole is not None
        assert crop is not None
        assert whole.shape == (540, 960, 3)
        assert crop.shape[0] == SNAPSHOT_HEIGHT
        assert whole[0, 0].tolist()[2] > 240  # red stays red


@pytest.mark.parametrize("pixels", ["yuv420p", "yuvj420p", "yuv444p"])
@pytest.mark.parametrize("edges", [(0, 0, 96, 48), (10, 6, 40, 30), (11, 7, 44, 31), (95, 47, 96, 48)])
def test_a_part_of_a_frame_is_that_part_of_the_whole(pixels: str, edges: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = edges
    noise = np.random.default_rng(3).integers(0, 256, (48, 96, 3), dtype=np.uint8)
    frame = Frame(NOON, VideoFrame.from_ndarray(noise, format="rgb24").reformat(format=pixels))
    whole = frame.rgb()[top:bottom, left:right]
    part = frame.rgb_of(*edges)
    assert part.shape == whole.shape
    # At an odd edge the colours of a neighbour that was cut away are missing.
    inner = (slice(left % 2, None), slice(top % 2, None))
    np.testing.assert_allclose(part[inner[1], inner[0]].astype(int), whole[inner[1], inner[0]], atol=2)


def test_a_frame_with_odd_sides_has_its_last_column_and_row() -> None:
    rows, columns = np.mgrid[0:47, 0:95]
    slope = np.stack([2 * columns, rows + columns, 255 - 2 * columns], axis=2).astype(np.uint8)
    frame = Frame(NOON, VideoFrame.from_ndarray(slope, format="rgb24").reformat(format="yuv420p"))
    part = frame.rgb_of(60, 20, 95, 47)
    np.testing.assert_allclose(part.astype(int), slope[20:47, 60:95], atol=8)
