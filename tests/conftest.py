"""What holds for all tests, and the cloud that those of them share which need one."""

from __future__ import annotations

import os

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
