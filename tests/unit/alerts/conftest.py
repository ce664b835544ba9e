"""A site whose alerts go to a topic in memory."""

from __future__ import annotations

import pytest

from tests.fakes.watch import Watch


@pytest.fixture
def watch() -> Watch:
    return Watch()
