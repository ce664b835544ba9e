"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A busy machine is no fault of the code: no test fails for being slow. Under CI, Hypothesis's own profile of
# that name does the same and draws the same examples each time, so that a run says something of its commit.
settings.register_profile("floorsight", deadline=None, print_blob=True)
if "CI" not in os.environ:
    settings.load_profile("floorsight")
