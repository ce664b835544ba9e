"""How well texts were read: exactly, by character, and by how sure they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from floorsight.vehicles.plates import canonical_texts
from floorsight.vision.plates.reading import PlateText

SURE = 0.85  # what a gate asks for, unless its site says otherwise
PROFILES = {"DE": "EU", "UK": "UK", "US": "US", "BR": "BR", "IN": "IN", "IN, two lines": "IN"}
HEADER = (
    "plates",
    "exact",
    "characters wrong",
    "sure and right",
    "sure and wrong",
    "right by its format",
    "sure and wrong by its format",
)


@dataclass(frozen=True)
class Reading:
    """A plate that was read; `country` empty where its format is not known."""

    truth: str
    read: PlateText
    country: str = ""
    condition: str = ""

    @property
    def exact(self) -> bool:
        return self.read.text == self.truth

    @property
    def sure(self) -> bool:
        return min(self.read.confidences, default=0.0) >= SURE

    @property
    def by_format(self) -> str:
        """The one plate that the text can be in its country; empty for none or several."""
        found = canonical_texts(self.read.text, [PROFILES[self.country]])
        return found[0].plate if len(found) == 1 else ""


def summarise(readings: Sequence[Reading]) -> tuple[str, ...]:
    """The figures of `HEADER`."""
    wrong = sum(count_edits(each.read.text, each.truth) for each in readings)
    formats = all(each.country for each in readings)
    return (
        str(len(readings)),
        _percent([each.exact for each in readings]),
        f"{100 * wrong / sum(len(each.truth) for each in readings):.1f} %",
        _percent([each.sure and each.exact for each in readings]),
        _percent([each.sure and not each.exact for each in readings]),
        _percent([each.by_format == each.truth for each in readings]) if formats else "",
        _percent([each.sure and each.by_format not in ("", each.truth) for each in readings])
        if formats
        else "",
    )


def count_edits(text: str, truth: str) -> int:
    """Characters to insert, to delete or to change (Levenshtein)."""
    row = list(range(len(truth) + 1))
    for done, character in enumerate(text, 1):
        last, row[0] = row[0], done
        for place, wanted in enumerate(truth, 1):
            last, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, last + (character != wanted)),
            )
    return row[-1]


def _percent(flags: Sequence[bool]) -> str:
    return f"{100 * sum(flags) / len(flags):.1f} %"
