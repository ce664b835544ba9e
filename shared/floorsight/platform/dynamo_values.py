"""Values in DynamoDB's typed JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from floorsight.platform.items import Item

# DynamoDB keeps 38 digits, from 1E-130 on, and refuses a whole request for any other number. No number of
# ours comes near the upper bound; one below the lower is zero for us.
_TOO_LARGE = 10**38
_SMALLEST = 1e-130


def to_dynamo(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item in DynamoDB's typed form; None values are left out."""
    return {name: serialise(value) for name, value in item.items() if value is not None}


def from_dynamo(item: Mapping[str, Any]) -> Item:
    """A plain item: whole numbers become int, others float, binary bytes."""
    return {name: deserialise(value) for name, value in item.items()}


def serialise(value: Any) -> Any:
    """One value in typed form."""
    match value:
        case bool():
            return {"BOOL": value}
        case int() | Decimal() if -_TOO_LARGE < value < _TOO_LARGE:
            return {"N": str(value)}
        case float() if -_TOO_LARGE < value < _TOO_LARGE:  # which infinity and NaN are not either
            return {"N": repr(value) if abs(value) >= _SMALLEST else "0"}
        case str():
            return {"S": str(value)}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case Mapping():
            return {"M": {str(name): serialise(inner) for name, inner in value.items()}}
        case list() | tuple():
            return {"L": [serialise(inner) for inner in value]}
    raise TypeError(f"can't store {value!r} ({type(value).__name__})")


def deserialise(value: Mapping[str, Any]) -> Any:
    """One plain value."""
    ((kind, inner),) = value.items()
    match kind:  # most are text and whole numbers
        case "S":
            return inner
        case "N":
            if inner.isdigit():
                return int(inner)
            number = Decimal(inner)
            return int(number) if number == number.to_integral_value() else float(number)
        case "M":
            return from_dynamo(inner)
        case "L":
            return [deserialise(entry) for entry in inner]
        case "NULL":
            return None
        case "B":
            return bytes(inner)
    return inner
