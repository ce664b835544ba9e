"""Messages with questions → answers; each message fails alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from floorsight.events.envelope import Event
from floorsight.events.identity import PersonRecognised
from functions.recognise_person.handler import answer_messages
from tests.fakes.recognition import Recognition
from tests.fakes.scene import Scene


@pytest.fixture
def room() -> Recognition:
    room = Recognition(Scene().with_camera())
    room.enrol("anna", 1)
    return room


def message(number: int, event: Event | None) -> dict[str, Any]:
    sent = event.to_message() if event else None
    body = {"detail-type": sent.detail_type, "detail": json.loads(sent.detail)} if sent else {}
    return {"messageId": f"m{number}", "body": json.dumps(body)}


def test_questions_are_answered_and_failures_are_delivered_again(room: Recognition) -> None:
    damaged = room.see(2, 1)
    room.objects.stored[damaged.record_keys[0]] = b"damaged"
    messages = [message(1, room.see(1, 1)), message(2, damaged), message(3, None), message(4, room.see(4, 1))]
    failures = answer_messages(room.service, messages, lambda: 30.0)
    assert failures.message_ids == ["m2", "m3"]
    assert [each.detail_type for each in room.bus.messages] == [PersonRecognised.detail_type()] * 2


def test_faces_that_are_gone_are_not_asked_for_ever(room: Recognition) -> None:
    seen = room.see(1, 1)
    room.objects.stored.clear()
    assert answer_messages(room.service, [message(1, seen)], lambda: 30.0).message_ids == []
