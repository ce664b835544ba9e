"""How many examples a costly property test draws."""

from __future__ import annotations

import os

FEWEST = 50


def drawn(examples: int) -> int:
    """All of them where `make test-thorough` asks for it; a quarter where all tests are to be over soon."""
    return examples if "FLOORSIGHT_THOROUGH" in os.environ else max(FEWEST, examples // 4)
