"""The errors of Floorsight: one root, five kinds, each with a stable code.

The API maps them to HTTP in one table; queue handlers let them rise so that the queue retries.
AWS errors are translated once, where the call is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class FloorsightError(Exception):
    """Root of all errors raised on purpose.

    `code` is stable and meant for programs; the message says what happened and what to do.
    """

    code = "internal"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field


class NotFound(FloorsightError):
    """What was asked for does not exist."""

    code = "not_found"


class Conflict(FloorsightError):
    """The request contradicts what is stored: it exists already, or somebody else changed it first."""

    code = "conflict"


class Malformed(FloorsightError):
    """The input can never be accepted as it is."""

    code = "malformed"


@dataclass(frozen=True)
class Fault:
    """One of several things that are wrong, and where."""

    field: str
    code: str
    message: str


class Faulty(Malformed):
    """Parts of the input can't be accepted as they are, and each says why. Field and code are the first's."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        message = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        super().__init__(message, code=faults[0].code, field=faults[0].field)
        self.faults = tuple(faults)


class Forbidden(FloorsightError):
    """The caller may not do this."""

    code = "forbidden"


class Unavailable(FloorsightError):
    """Something that we depend on did not answer; the same request may succeed later."""

    code = "unavailable"
