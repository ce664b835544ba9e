"""How many people may be inside: fields that sites, cameras and zones have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from floorsight.sites.model import (
    DEFAULT_EXCEEDED_PERCENT,
    DEFAULT_WARNING_PERCENT,
    MAX_OCCUPANCY,
    MAX_PERCENT,
    Limits,
)

# Above it, numbers are no longer exact in a browser.
MAX_REVISION = 2**53 - 1
ReadRevision = Annotated[
    int,
    Field(ge=0, le=MAX_REVISION, description="The `revision` that was read; 409 if there is a newer one."),
]


class LimitFields(BaseModel):
    """What is left out takes its default, in a change too: send all fields of the form."""

    model_config = ConfigDict(extra="forbid")

    max_occupancy: int | None = Field(default=None, description=f"1 to {MAX_OCCUPANCY}; null for no limit.")
    warning_percent: int = Field(
        default=DEFAULT_WARNING_PERCENT,
        description=f"Warned from this share of `max_occupancy` on, 1 to {MAX_PERCENT}.",
    )
    exceeded_percent: int = Field(
        default=DEFAULT_EXCEEDED_PERCENT,
        description=f"Exceeded from this share of `max_occupancy` on, `warning_percent` to {MAX_PERCENT}.",
    )

    def values(self) -> dict[str, Any]:
        """All fields as the sites room takes them, the limits as one value. Raises Malformed."""
        fields = dict(self)
        return fields | {"limits": Limits(**{name: fields.pop(name) for name in LimitFields.model_fields})}
