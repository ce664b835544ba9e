"""The envelope that every event wears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from floorsight.platform.bus import Message, canonical_json
from floorsight.platform.errors import Malformed


class Event(BaseModel):
    """A fact. Frozen; unknown fields are refused when made and ignored when parsed.

    Ignoring them lets a new publisher run beside an old consumer during a rolling deploy. A change that
    an old consumer can't understand is a new `version`, published beside the old one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: ClassVar[int] = 1

    event_id: str = Field(description="Follows from what happened: the same fact always has the same id.")
    occurred_at: AwareDatetime = Field(description="When it happened, by the camera's capture time.")
    site_id: str
    camera_id: str
    stream_session: str = Field(description="One run of the camera's stream; ids sort by their start.")
    cause: str = Field(description="What led to it: `chunk/<sequence>` or the id of another event.")

    @classmethod
    def detail_type(cls) -> str:
        """The bus's detail type, such as `LineCrossed.v1`."""
        return f"{cls.__name__}.v{cls.version}"

    @classmethod
    def parse(cls, detail: Mapping[str, Any] | str | bytes) -> Self:
        """Read an event's detail.

        Raises:
            Malformed: a field is missing or wrong; unknown fields are no fault.
        """
        try:
            if isinstance(detail, str | bytes):
                return cls.model_validate_json(detail, extra="ignore")
            return cls.model_validate(detail, extra="ignore")
        except ValidationError as error:
            faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors())
            raise Malformed(f"not a {cls.detail_type()}: {faults}", code="bad_event") from error

    def to_message(self) -> Message:
        """The form that the bus publishes."""
        return Message(self.detail_type(), canonical_json(self.model_dump(mode="json")))
