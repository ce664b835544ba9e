"""One deployed cloud for the whole session."""

from tests.cloud import accounts, cloud

__all__ = ["accounts", "cloud"]
