"""The model and the sample video. These tests exist for them: without them they fail, and say what to do."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from floorsight.models import detectors
from floorsight.platform.errors import NotFound
from floorsight.platform.settings import DEFAULT_DETECTOR
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.chunk import Chunk
from floorsight.vision.detector import Detector
from tests.fakes.clock import NOON
from tests.fakes.streams import CAMERA, FIRST, SITE

REPOSITORY = Path(__file__).resolve().parents[2]
VIDEO_FPS = 10


@pytest.fixture(scope="session")
def sample_video() -> Path:
    path = REPOSITORY / ".floorsight" / "media" / "vtest.avi"
    if not path.is_file():
        pytest.fail("the sample video is missing: run `make setup` or `floorsight media pull`", pytrace=False)
    return path


def open_detector(name: str) -> Detector:
    """A detector of the catalogue."""
    try:
        return detectors.open_detector(
            name, catalogue=REPOSITORY / "models.toml", folder=REPOSITORY / "models"
        )
    except NotFound as error:
        pytest.fail(f"{error.message}: run `make setup` or `floorsight models pull --all`", pytrace=False)


@pytest.fixture(scope="session")
def detector() -> Detector:
    return open_detector(DEFAULT_DETECTOR)


@pytest.fixture(scope="session")
def sample_chunks(sample_video: Path) -> list[Chunk]:
    """The first 12 s of the sample."""
    run = StreamRun(SITE, CAMERA, FIRST, NOON - timedelta(minutes=5))
    with VideoFile(sample_video) as video:
        return list(islice(chunks_of(video, run, ChunkingSettings()), 12))
