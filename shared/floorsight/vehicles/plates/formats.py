"""A country's plates as patterns: which places of a plate have letters, which have digits."""

from __future__ import annotations

import itertools
import re
import string
from dataclasses import dataclass
from functools import cached_property

from floorsight.vehicles.plates.text import TWINS

# Places of a pattern; any other character stands for itself.
LETTER, DIGIT, EITHER = "@", "#", "?"
CLEAR_LETTER = "&"  # where a country issues neither I nor O, as they look like digits
_PLACES = {
    LETTER: string.ascii_uppercase,
    DIGIT: string.digits,
    EITHER: string.ascii_uppercase + string.digits,
    CLEAR_LETTER: string.ascii_uppercase.replace("I", "").replace("O", ""),
}
_REPEATED = re.compile(r"(.)(?:\{(\d+),(\d+)\})?")


@dataclass(frozen=True)
class Profile:
    """A format of plates.

    `title` says what it stands for, and `examples` are plates of it, one for each kind. `forms` are written
    in `@` (letter), `#` (digit), `?` (either), `&` (letter, but neither I nor O) and characters that stand
    for themselves; `#{1,4}` is one to four digits. `longest` is how long a plate may be at most, if the forms
    allow more.
    """

    name: str
    title: str
    forms: tuple[str, ...]
    examples: tuple[str, ...]
    longest: int | None = None

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """The forms with one place a character, each once."""
        every = (pattern for form in self.forms for pattern in expand(form))
        return tuple(dict.fromkeys(each for each in every if len(each) <= (self.longest or len(each))))

    @cached_property
    def is_open(self) -> bool:
        """Whether it says no more than how long a plate is: it is asked last, and corrects nothing."""
        return not any(place != EITHER for pattern in self.patterns for place in pattern)

    def fits(self, text: str) -> bool:
        """Whether a cleaned text is a plate of this format as it stands."""
        return text in self.correct(text)

    def correct(self, text: str) -> tuple[str, ...]:
        """The plates of this format that a cleaned text may stand for, each once, in order of the patterns.

        Characters are replaced by those that look alike where the pattern demands it, nowhere else.
        """
        found = (_correct(text, pattern) for pattern in self.patterns if len(pattern) == len(text))
        return tuple(dict.fromkeys(plate for plate in found if plate))


def expand(form: str) -> tuple[str, ...]:
    """All patterns of a form: `@#{1,2}` is `@#` and `@##`."""
    choices = [
        [place * count for count in range(int(least or 1), int(most or 1) + 1)]
        for place, least, most in _REPEATED.findall(form)
    ]
    return tuple("".join(parts) for parts in itertools.product(*choices))


def _correct(text: str, pattern: str) -> str | None:
    chars = [_fit(char, place) for char, place in zip(text, pattern, strict=True)]
    return None if None in chars else "".join(char for char in chars if char)


def _fit(char: str, place: str) -> str | None:
    """The character itself if it may stand there, else the one that looks like it, else none."""
    allowed = _PLACES.get(place, place)
    if char in allowed:
        return char
    twin = TWINS.get(char)
    return twin if twin and twin in allowed else None
