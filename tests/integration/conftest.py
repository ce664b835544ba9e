"""One deployed cloud for the whole session, the model and the sample video."""

from tests.cloud import accounts, cloud, emulator
from tests.media.conftest import detector, sample_video

__all__ = ["accounts", "cloud", "detector", "emulator", "sample_video"]
