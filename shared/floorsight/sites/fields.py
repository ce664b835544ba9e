"""What single fields may hold. Every check raises Malformed with the field."""

from __future__ import annotations

import re
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from floorsight.platform.errors import Malformed
from floorsight.platform.ids import IDENTIFIER_PATTERN

MAX_NAME_LENGTH = 100


def check_identifier(field: str, value: str) -> None:
    """Raises Malformed (`bad_identifier`)."""
    # fullmatch: `$` alone would let a trailing newline through.
    if not re.fullmatch(IDENTIFIER_PATTERN.removesuffix("$"), value):
        raise Malformed(
            f"{field} must be 1 to 63 lower-case letters, digits or hyphens, and not begin with a hyphen",
            code="bad_identifier",
            field=field,
        )


def check_text(field: str, value: str) -> None:
    """Raises Malformed (`bad_text`)."""
    if not 1 <= len(value) <= MAX_NAME_LENGTH or value != value.strip() or not value.isprintable():
        raise Malformed(
            f"{field} must be 1 to {MAX_NAME_LENGTH} printable characters with no space around them",
            code="bad_text",
            field=field,
        )


def check_range(field: str, value: int, maximum: int, *, minimum: int = 1) -> None:
    """Raises Malformed (`out_of_range`)."""
    if not minimum <= value <= maximum:
        raise Malformed(
            f"{field} must be {minimum} to {maximum}, not {value}", code="out_of_range", field=field
        )


def check_time_zone(name: str) -> None:
    """Raises Malformed (`unknown_time_zone`)."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the name of a folder
        raise Malformed(
            f"{name!r} is no IANA time zone; write one such as Europe/Berlin",
            code="unknown_time_zone",
            field="time_zone",
        ) from error


def check_time_of_day(field: str, value: time) -> None:
    """Raises Malformed (`bad_time_of_day`) unless it is a local time to the minute."""
    if value.tzinfo is not None or value.second or value.microsecond:
        raise Malformed(
            f"{field} must be a local time to the minute, such as 03:00", code="bad_time_of_day", field=field
        )
