"""What a gate does about a vehicle, by the rules of docs/gate.md in their order: pure.

Every rule errs towards shut. Nothing but an exact entry of a list opens: `_opening` is the only place that
says `allow`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from floorsight.events.vehicles import Alarm, Verdict
from floorsight.events.vision import Direction
from floorsight.vehicles import wording
from floorsight.vehicles.lapses import has_visits_left, tell_lapses
from floorsight.vehicles.model import (
    Decision,
    GatePolicy,
    GateQuestion,
    ListedVehicle,
    Listing,
    ListName,
    Reason,
)
from floorsight.vehicles.plates.matching import Canonical, canonical_texts
from floorsight.vehicles.plates.text import clean, fold

MAX_REASONS = 8  # that are told besides the site's default: a guard reads no more, and items stay small


@dataclass(frozen=True)
class _Finding:
    """What a rule came to. The first finding decides; the reasons of the others are told too."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    alarm: Alarm | None = None
    uses_visit: bool = False
    is_default: bool = False  # the site's default decides, which is told after the reasons


@dataclass(frozen=True)
class _Case:
    """A readable plate before a site's lists. `alike` are all entries of its fold, `exact` those of them that
    are the plate itself, both in an order of their own."""

    question: GateQuestion
    policy: GatePolicy
    plates: tuple[str, ...]
    exact: tuple[Listing, ...]
    alike: tuple[Listing, ...]
    zone: tzinfo

    @property
    def is_sure(self) -> bool:
        return self.question.confidence >= self.policy.min_confidence  # which NaN is not


def decide(
    question: GateQuestion, policy: GatePolicy, listings: Iterable[Listing], *, zone: tzinfo
) -> Decision:
    """What a gate does, with all reasons, the deciding one first.

    `listings` are the entries with the folded text of the question, in any order; others, and those of
    another site, are passed over. `zone` is the site's: reasons tell times by its clocks. Raises Malformed
    (`unknown_profile`).
    """
    text = clean(question.text or "")
    if not text:
        return _conclude([_Finding(Verdict.HOLD, (wording.tell_unread(),))], (), policy)
    canonicals = canonical_texts(text, policy.profiles)
    case = _open_case(question, policy, text, tuple(each.plate for each in canonicals), listings, zone)
    found = [rule(case) for rule in _RULES] if canonicals else [_ghost(text, policy), _low_confidence(case)]
    return _conclude([each for each in found if each], canonicals, policy)


def _open_case(
    question: GateQuestion,
    policy: GatePolicy,
    text: str,
    plates: tuple[str, ...],
    listings: Iterable[Listing],
    zone: tzinfo,
) -> _Case:
    folded, own = fold(text), [each for each in listings if each.vehicle.site_id == policy.site_id]
    alike = tuple(sorted((each for each in own if fold(each.vehicle.plate) == folded), key=_order))
    # Of several plates none is exact: each is what it may be.
    exact = tuple(each for each in alike if plates == (each.vehicle.plate,))
    return _Case(question, policy, plates, exact, alike, zone)


def _order(listing: Listing) -> tuple[str, bool, datetime, str]:
    """By plate; of one plate what ends first comes first, so that it is used first."""
    vehicle = listing.vehicle
    endless = vehicle.valid_until is None
    return vehicle.plate, endless, vehicle.valid_until or vehicle.created_at, vehicle.vehicle_id


def _ghost(text: str, policy: GatePolicy) -> _Finding:
    return _Finding(Verdict.HOLD, (wording.tell_ghost(text, policy),))


def _blocked(case: _Case) -> _Finding | None:
    """Rule 4: an exact entry denies, if the reading is sure; near ones ask a guard. Both raise an alarm."""
    exact = _valid_on(ListName.BLOCKED, case.exact, case)
    if exact:
        verdict = Verdict.DENY if case.is_sure else Verdict.REVIEW
        reasons = tuple(wording.tell_blocked(vehicle, case.zone) for vehicle in exact)
        return _Finding(verdict, reasons, Alarm.BLOCKED)
    near = _valid_on(ListName.BLOCKED, case.alike, case)
    if near:
        reasons = tuple(wording.tell_near_blocked(vehicle, case.zone) for vehicle in near)
        return _Finding(Verdict.REVIEW, reasons, Alarm.NEAR_BLOCKED)
    return None


def _low_confidence(case: _Case) -> _Finding | None:
    """Rule 5."""
    if case.is_sure:
        return None
    reason = wording.tell_low_confidence(case.question.confidence, case.policy)
    return _Finding(Verdict.REVIEW, (reason,))


def _ambiguous(case: _Case) -> _Finding | None:
    """Rule 6."""
    if len(case.plates) == 1:
        return None
    return _Finding(Verdict.REVIEW, (wording.tell_ambiguous(case.plates),))


def _opening(case: _Case) -> _Finding | None:
    """Rules 7 and 8: an exact entry that lets in, or out."""
    allowed = _valid_on(ListName.ALLOWED, case.exact, case)
    if allowed:
        return _Finding(Verdict.ALLOW, (wording.tell_allowed(allowed[0], case.zone),))
    visitors = [each for each in case.exact if each.vehicle.list_name is ListName.VISITOR]
    if case.question.direction is Direction.OUT:
        leaving = [each for each in visitors if _may_leave(each, case.question)]
        return (
            _Finding(Verdict.ALLOW, (wording.tell_visitor_leaving(leaving[-1].vehicle),)) if leaving else None
        )
    usable = [each for each in visitors if _may_come(each, case.question.at)]
    if usable:
        return _Finding(Verdict.ALLOW, (wording.tell_visitor(usable[0], case.zone),), uses_visit=True)
    return None


def _unopened(case: _Case) -> _Finding:
    """Rules 9 to 11: an exact entry that does not count now, a near one that would open, no entry."""
    if case.exact:
        return _default(case, *tell_lapses(case.exact, case.question.at, case.zone))
    near = [each.vehicle for each in case.alike if _would_open(each, case)]
    if near:  # each plate once, however many entries of a list it has
        last = {(each.plate, each.list_name): each for each in near}
        return _Finding(Verdict.REVIEW, tuple(map(wording.tell_near_allowed, last.values())))
    return _default(case, wording.tell_not_listed())


def _listed(case: _Case) -> _Finding:
    return _opening(case) or _unopened(case)


_RULES: Sequence[Callable[[_Case], _Finding | None]] = (_blocked, _low_confidence, _ambiguous, _listed)


def _default(case: _Case, *reasons: Reason) -> _Finding:
    return _Finding(case.policy.default, reasons, is_default=True)


def _valid_on(list_name: ListName, listings: Iterable[Listing], case: _Case) -> list[ListedVehicle]:
    vehicles = [each.vehicle for each in listings if each.vehicle.list_name is list_name]
    return [vehicle for vehicle in vehicles if vehicle.is_valid_at(case.question.at)]


def _may_come(listing: Listing, at: datetime) -> bool:
    return listing.vehicle.is_valid_at(at) and has_visits_left(listing)


def _may_leave(listing: Listing, question: GateQuestion) -> bool:
    """Whoever was let in is let out, however late; else the entry's time must be now, visits left or not."""
    return question.on_site or listing.vehicle.is_valid_at(question.at)


def _would_open(listing: Listing, case: _Case) -> bool:
    """Whether the entry might open the gate if it were exact: visits and who is on site are not looked at."""
    question = replace(case.question, on_site=True)
    exact = (replace(listing, visits_used=0),)
    return _opening(replace(case, question=question, exact=exact)) is not None


def _conclude(findings: Sequence[_Finding], canonicals: Sequence[Canonical], policy: GatePolicy) -> Decision:
    deciding = findings[0]
    reasons = [reason for finding in findings for reason in finding.reasons][:MAX_REASONS]
    if deciding.is_default:
        reasons.append(wording.tell_site_default(policy))
    only = canonicals[0] if len(canonicals) == 1 else None
    return Decision(
        verdict=deciding.verdict,
        reasons=tuple(reasons),
        plate=only.plate if only else None,
        profile=only.profile if only else None,
        candidates=tuple(each.plate for each in canonicals),
        alarm=deciding.alarm,
        vehicle_id=reasons[0].vehicle_id,
        uses_visit=deciding.uses_visit,
        policy_version=policy.revision,
    )
