"""Which decision stands: pure (docs/gate.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from floorsight.events.vehicles import Alarm, Verdict
from floorsight.vehicles.gate.model import GateDecision
from floorsight.vehicles.gate.passages import Passage
from floorsight.vehicles.model import Decision, ReasonCode


def settle(standing: GateDecision, later: GateDecision, *, instead: bool = False) -> GateDecision:
    """A passage's decision after a later reading of it, which was decided too.

    `instead`: it is the very reading that the decision rests on, decided anew before anybody was told.
    """
    alarms = standing.alarms | later.alarms
    readings = standing.readings + later.readings
    if not instead and not _replaces(standing, later):
        return replace(standing, alarms=alarms, readings=readings)
    return replace(
        standing,
        seen=later.seen,
        decision=later.decision,
        decided_at=later.decided_at,
        late=later.late,
        behind=later.behind,
        revision=standing.revision + 1,
        alarms=alarms,
        # It comes in once; of what nobody was told nothing remains.
        visit_used=(None if instead else standing.visit_used) or later.visit_used,
        expected=later.expected or standing.expected,
        readings=readings,
    )


def merge(decided: Sequence[GateDecision]) -> GateDecision:
    """The decision of passages that turn out to be one: one of theirs, so that nothing is told anew.

    Whatever raised an alarm stands, then what let the vehicle in, then what was sure; of equals the first.
    What a guard did last holds for all of it, unless the alarm is graver than any that they knew of.
    """
    standing = min(decided, key=_place_of_standing)
    merged = replace(
        standing,
        alarms=frozenset[Alarm]().union(*(each.alarms for each in decided)),
        overrides=tuple(
            sorted((one for each in decided for one in each.overrides), key=lambda one: (one.at, one.by))
        ),
        expected=standing.expected or next((each.expected for each in decided if each.expected), None),
        readings=sum(each.readings for each in decided),
    )
    used = [each.visit_used for each in (standing, *decided) if each.visit_used]
    return replace(merged, visit_used=used[0] if used and not merged.is_refused else None)


def join(
    known: Sequence[GateDecision],
    *,
    grown_to: Passage | None = None,
    fresh: GateDecision | None = None,
    instead: bool = False,
) -> GateDecision:
    """What these passages are together with what is new: one that is seen for longer, or a reading."""
    if not known:
        if fresh is None:
            raise ValueError("a passage is made of something")
        return fresh.with_passage(fresh.passage)
    standing = merge(known)
    if fresh is not None:
        standing = settle(standing, fresh, instead=instead and standing.seen == fresh.seen)
    parts = [each.passage for each in known] + [each for each in (grown_to,) if each is not None]
    parts += [fresh.passage] if fresh is not None else []
    return standing.with_passage(standing.passage.grown_by(parts))


def _replaces(standing: GateDecision, later: GateDecision) -> bool:
    if later.rank > standing.rank:
        return True
    if standing.override is not None:
        return False
    if is_unsure(later.decision):
        return standing.late and not (later.late or later.behind)
    if is_unsure(standing.decision):
        return standing.behind or not later.behind
    if lets_out(later.decision) and standing.decision.verdict is not Verdict.ALLOW and not standing.rank:
        return True  # that the visitor had come in was learnt only now, or that this is the way out
    if later.behind:
        return False
    return (standing.late and not later.late) or (standing.behind and not standing.rank)


def lets_out(decision: Decision) -> bool:
    """Whether it is that of a visitor who goes."""
    return decision.reasons[0].code is ReasonCode.VISITOR_LEAVING


def is_unsure(decision: Decision) -> bool:
    """Whether it is for a guard only as the plate was not read surely."""
    codes = {reason.code for reason in decision.reasons}
    return decision.verdict is Verdict.REVIEW and ReasonCode.LOW_CONFIDENCE in codes


def _place_of_standing(decided: GateDecision) -> tuple[int, bool, bool, bool, int]:
    return (
        -decided.rank,
        not decided.admits,
        is_unsure(decided.decision),
        decided.behind,
        decided.passage.number,
    )
