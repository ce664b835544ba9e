"""A plate's text without its dress, and folded to what a camera can tell apart."""

from __future__ import annotations

import unicodedata

# What looks alike where a format asks for the one and the other was read.
_TWINS = ("O", "0"), ("I", "1"), ("B", "8"), ("S", "5"), ("Z", "2")
TWINS = dict(_TWINS) | {digit: letter for letter, digit in _TWINS}
# Characters of one class are one to `fold`; the first stands for all. No class has two digits, so that plates
# which differ by their numbers stay apart. Whoever changes a class stores every listed vehicle anew: the
# folded text is their key (ADR 0063).
LOOK_ALIKES = ("0ODQ", "1I", "2ZJ", "4A", "5S", "6G", "7T", "8B", "MNW")
LONGEST = 12  # of a plate; a longer text is none
_FOLDED = str.maketrans({char: alike[0] for alike in LOOK_ALIKES for char in alike})


def clean(text: str) -> str:
    """Upper case, accents off, without spaces, hyphens and whatever else is neither letter nor digit.

    Letters and digits of other scripts stay as they are: they fit no format, so that nothing is made of
    `MH12AB1234` and a letter that nobody can read here but a text that is no plate.
    """
    bare = (char for char in unicodedata.normalize("NFD", text) if char.isalnum())
    return "".join(char.upper() if char.isascii() else char for char in bare)


def fold(text: str) -> str:
    """The same text for all that a camera may take for one another; never longer than a plate and one more.

    Equal for a text and for every canonical text of it.
    """
    return clean(text)[: LONGEST + 1].translate(_FOLDED)
