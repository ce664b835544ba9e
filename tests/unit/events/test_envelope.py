"""The envelope and the catalogue."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from floorsight.events.catalogue import BY_DETAIL_TYPE, EVENTS
from floorsight.events.envelope import Event
from floorsight.events.vision import LineCrossed
from floorsight.platform.errors import Malformed
from tests.fakes.scene import line_crossed


def detail(**changes: Any) -> dict[str, Any]:
    return line_crossed(1).model_dump(mode="json") | changes


def subclasses(cls: type[Event]) -> set[type[Event]]:
    return {cls, *(found for child in cls.__subclasses__() for found in subclasses(child))}


def test_the_catalogue_has_every_event() -> None:
    assert set(EVENTS) == subclasses(Event) - {Event}
    assert BY_DETAIL_TYPE["LineCrossed.v1"] is LineCrossed
    assert len(BY_DETAIL_TYPE) == len(EVENTS)


def test_what_is_published_can_be_read() -> None:
    event = line_crossed(1)
    message = event.to_message()
    assert message.detail_type == "LineCrossed.v1"
    assert LineCrossed.parse(message.detail) == event
    assert LineCrossed.parse(json.loads(message.detail)) == event


def test_the_same_event_is_always_the_same_text() -> None:
    assert line_crossed(1).to_message() == LineCrossed.parse(line_crossed(1).to_message().detail).to_message()


def test_unknown_fields_are_refused_when_made_and_ignored_when_read() -> None:
    with pytest.raises(ValidationError):
        LineCrossed(**detail(colour="red"))
    assert LineCrossed.parse(detail(colour="red")) == line_crossed(1)


def test_events_are_frozen() -> None:
    with pytest.raises(ValidationError):
        line_crossed(1).track_id = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        {"occurred_at": "2026-03-02T12:00:00"},
        {"direction": "sideways"},
        {"confidence": 1.5},
        {"crossing_number": 0},
        {"track_id": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_wrong_field_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed, match=next(iter(change))) as caught:
        LineCrossed.parse(detail(**change))
    assert caught.value.code == "bad_event"


@pytest.mark.parametrize("text", ["", "null", "[]", "{", b"\xff"])
def test_what_is_no_event_is_malformed(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        LineCrossed.parse(text)


def test_a_naive_time_can_not_be_published() -> None:
    with pytest.raises(ValidationError):
        line_crossed(1, occurred_at=datetime(2026, 3, 2))  # noqa: DTZ001
