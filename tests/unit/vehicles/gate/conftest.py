"""A site with gates."""

from __future__ import annotations

import pytest

from tests.fakes.gatehouse import Gatehouse


@pytest.fixture
def gatehouse() -> Gatehouse:
    return Gatehouse()
