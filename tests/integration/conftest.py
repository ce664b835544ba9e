"""One deployed cloud for the whole session."""

from tests.cloud import accounts, cloud, emulator

__all__ = ["accounts", "cloud", "emulator"]
