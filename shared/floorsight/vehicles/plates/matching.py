"""Which plates a text may be, by the formats of a site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from floorsight.platform.errors import Malformed
from floorsight.vehicles.plates.formats import Profile
from floorsight.vehicles.plates.profiles import PROFILES
from floorsight.vehicles.plates.text import clean


@dataclass(frozen=True)
class Canonical:
    """A plate as its format has it, fit to be compared. `profile` is the format's name."""

    plate: str
    profile: str


def canonical_texts(text: str, profiles: Sequence[str]) -> tuple[Canonical, ...]:
    """The plates that a text may be, each once; none: no plate looks like that; several: it is ambiguous.

    A text that fits one of the formats as it stands is what it is. Else it is whatever any format makes of
    it by its corrections. What says no more than a length (`ANY`) is asked only when nothing else fits.
    `profiles` are names, the first one that fits names the plate. Raises Malformed (`unknown_profile`).
    """
    bare = clean(text)
    formats = [find_profile(name) for name in profiles]
    strict = [each for each in formats if not each.is_open]
    loose = [each for each in formats if each.is_open]
    return (
        _distinct((bare, each) for each in strict if each.fits(bare))
        or _distinct((plate, each) for each in strict for plate in each.correct(bare))
        or _distinct((bare, each) for each in loose if each.fits(bare))
    )


def find_misfits(plates: Iterable[str], profiles: Sequence[str]) -> list[str]:
    """The plates that are not what these formats make of them: no reading can be exactly one of these.

    For who changes a site's formats and has plates listed by the former ones.
    """
    return [plate for plate in plates if [each.plate for each in canonical_texts(plate, profiles)] != [plate]]


def find_profile(name: str) -> Profile:
    """Raises Malformed (`unknown_profile`)."""
    if name not in PROFILES:
        raise Malformed(
            f"there is no plate format {name!r}; there are {', '.join(PROFILES)}",
            code="unknown_profile",
            field="profiles",
        )
    return PROFILES[name]


def _distinct(found: Iterable[tuple[str, Profile]]) -> tuple[Canonical, ...]:
    first: dict[str, Canonical] = {}
    for plate, profile in found:
        first.setdefault(plate, Canonical(plate, profile.name))
    return tuple(first.values())
