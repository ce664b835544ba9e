"""The one plate that a typed text stands for."""

from __future__ import annotations

from collections.abc import Sequence

from floorsight.platform.errors import Malformed
from floorsight.vehicles.plates import canonical_texts, clean


def name_plate(text: str, profiles: Sequence[str]) -> tuple[str, str]:
    """The canonical plate that `text` is by a site's profiles, and the first profile that says so.

    Raises Malformed: `no_profile`, or `ambiguous_plate` for a text that may be several plates.
    """
    found = canonical_texts(text, profiles)
    if not found:
        raise Malformed(
            f"{clean(text) or 'this'} looks like no plate of this site's formats ({', '.join(profiles)}); "
            "correct it, or let an admin add its format to the gate's policy",
            code="no_profile",
            field="plate",
        )
    plates = list(dict.fromkeys(each.plate for each in found))
    if len(plates) > 1:
        raise Malformed(
            f"{clean(text)} may be {' or '.join(plates)}; write the one that is meant",
            code="ambiguous_plate",
            field="plate",
        )
    return found[0].plate, found[0].profile
