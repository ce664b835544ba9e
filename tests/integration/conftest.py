"""The model and the sample video."""

from tests.media.conftest import detector, sample_video

__all__ = ["detector", "sample_video"]
