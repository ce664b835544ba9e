"""When a track's plate is told, which is once, and what is kept of its readings until then (ADR 0062)."""

from __future__ import annotations

from collections.abc import Iterable

from floorsight.vision.plates.consensus import combine, has_digit
from floorsight.vision.track_log import PlateLog, ReadPlate

# Told at once: so many readings of one text, all in all as sure as any site may reasonably ask for.
MIN_AGREEING, EARLY = 2, 0.95
# Readings from near, after which the consensus must do: at three a second a vehicle is told within three.
ENOUGH = 6
# That are kept from near, of who waits behind another: a state and an event have bounds.
MOST = 12
# Who stands so long is told by whatever was read: it may never come nearer. Behind somebody else it will, and
# is announced only: security is to know whom it has in its queue.
STANDS_MS, STANDS_BEHIND_MS = 20_000, 60_000


def is_enough(plates: PlateLog) -> bool:
    """Whether a track's plate is to be told now, and not looked at any more.

    Never while another vehicle is before it, however sure the plate: the barrier would be lifted for that.
    What is read from afar is told only if it is very sure; else the vehicle is waited for. What has no digit
    is lettering, mostly: the plate may still come.
    """
    if plates.behind:
        return False
    found = combine(plates.readings)
    if found.agreeing >= MIN_AGREEING and found.confidence >= EARLY:
        return True
    if sum(each.near and has_digit(each.text) for each in plates.readings) >= ENOUGH:
        return True
    return _stands_for(plates, STANDS_MS)


def is_worth_announcing(plates: PlateLog) -> bool:
    """Whether it is to be told, once, that a vehicle waits behind another; it is looked at on."""
    return plates.behind and not plates.announced and _stands_for(plates, STANDS_BEHIND_MS)


def _stands_for(plates: PlateLog, least_ms: int) -> bool:
    stands = plates.looked_ms - plates.placed_ms if plates.place else 0
    return len(plates.readings) >= MIN_AGREEING and stands >= least_ms


def keep_readings(readings: Iterable[ReadPlate]) -> tuple[ReadPlate, ...]:
    """From near the latest MOST, and from afar the latest that make them ENOUGH; in order of time.

    Of lettering the latest ENOUGH. A lorry in a queue shows both for ever.
    """
    ordered = sorted(readings)
    near = [each for each in ordered if each.near]
    lettering = [each for each in near if not has_digit(each.text)][-ENOUGH:]
    kept = sorted([*lettering, *[each for each in near if has_digit(each.text)][-MOST:]])
    far = [each for each in ordered if not each.near]
    return tuple(sorted([*kept, *far[len(far) - max(ENOUGH - len(kept), 0) :]]))
