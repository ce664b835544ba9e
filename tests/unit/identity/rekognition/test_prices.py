"""What the handbook says that Rekognition costs is what the code says."""

from __future__ import annotations

import re

from floorsight.identity.policy.model import DEFAULT_VOTES
from floorsight.identity.rekognition.prices import (
    MICRO_USD_PER_FACE_MONTH,
    MICRO_USD_PER_IMAGE,
    estimate_monthly_usd,
)
from infra.paths import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations.md").read_text()


def test_the_handbooks_costs() -> None:
    section = PAGE.split("## Amazon Rekognition\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([\d,]+) \| ([\d.]+) \|$", section, re.MULTILINE)
    said = {int(questions.replace(",", "")): float(usd) for questions, usd in rows}
    assert len(said) == 3
    for questions, usd in said.items():
        assert usd == round(estimate_monthly_usd(questions, DEFAULT_VOTES, faces=1000), 2)
    assert f"${MICRO_USD_PER_IMAGE / 1e6} an image" in section
    assert f"${MICRO_USD_PER_FACE_MONTH / 1e6:.5f} a kept face" in section
    assert f"by default {DEFAULT_VOTES}" in section
