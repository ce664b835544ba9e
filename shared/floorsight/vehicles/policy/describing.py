"""A gate policy in words: pure."""

from __future__ import annotations

from floorsight.events.vehicles import Verdict
from floorsight.vehicles.model import GatePolicy
from floorsight.vehicles.plates.matching import find_profile

_UNLISTED = {
    Verdict.HOLD: "is held: the gate stays shut until somebody opens it",
    Verdict.DENY: "is denied",
    Verdict.REVIEW: "is for a guard to look at",
}


def describe_policy(policy: GatePolicy) -> str:
    """What it comes to, in sentences for people. Raises Malformed (`unknown_profile`)."""
    formats = [find_profile(name) for name in policy.profiles]
    strict = " or ".join(each.name for each in formats if not each.is_open)
    loose = " or ".join(each.name for each in formats if each.is_open)
    if strict and loose:
        read = f"Plates are read as {strict}, and as {loose} where these do not fit."
    else:
        read = f"Plates are read as {strict or loose}."
    return (
        f"{read} What is read with a confidence below {policy.min_confidence:g} opens nothing: a guard is "
        f"asked. A vehicle on no list {_UNLISTED[policy.default]}. {_tell_version(policy)}"
    )


def _tell_version(policy: GatePolicy) -> str:
    if not policy.revision:
        return "These are the defaults; nobody has changed them."
    by = f", set by {policy.changed_by}" if policy.changed_by else ""
    return f"This is version {policy.revision}{by}."
