"""A site's lists on a table in memory."""

from __future__ import annotations

import pytest

from tests.fakes.register import Register


@pytest.fixture
def register() -> Register:
    return Register()
