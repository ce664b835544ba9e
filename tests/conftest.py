"""What holds for all tests, and the cloud that those of them share which need one."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Here and nowhere else: pytest makes a fixture anew for each conftest that imports it. With a second cloud in
# a process the environment would lead all that comes later there, and half of the tests would ask the first.
from tests.cloud import accounts, cloud, emulator

__all__ = ["accounts", "cloud", "emulator"]

# So that what fails in them says what it was.
pytest.register_assert_rewrite("tests.e2e.browsing", "tests.e2e.square")

# A busy machine is no fault of the code: no test fails for being slow. Under CI, Hypothesis's own profile of
# that name does the same and draws the same examples each time, so that a run says something of its commit.
settings.register_profile("floorsight", deadline=None, print_blob=True)
if "CI" not in os.environ:
    settings.load_profile("floorsight")


@pytest.fixture(autouse=True)
def _handlers_stay() -> Iterator[None]:
    """A program that a test runs sets up logging for its process, to an output that is closed after the test.

    Each record of the tests after it would then print a trace, and pytest would see none of them.
    """
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    root.handlers = before
