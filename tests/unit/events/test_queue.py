"""Events as a queue delivers them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from floorsight.events.queue import Failures, read_event
from floorsight.events.vision import LineCrossed, TrackEnded
from floorsight.platform.errors import Malformed
from tests.fakes.scene import line_crossed


def body(**changes: Any) -> str:
    event = line_crossed(1)
    envelope = {"detail-type": event.detail_type(), "detail": event.model_dump(mode="json")}
    return json.dumps(envelope | changes)


def test_an_event_is_read_as_what_it_is() -> None:
    assert read_event(body(), TrackEnded, LineCrossed) == line_crossed(1)


@pytest.mark.parametrize(
    "bad",
    ["not json", "[]", "{}", "null", body(detail=None), body(detail={"event_id": "x"})],
)
def test_what_is_no_event_is_malformed(bad: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_event(bad, LineCrossed)
    assert caught.value.code == "bad_event"


def test_an_event_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(Malformed, match=r"LineCrossed\.v1 is no TrackEnded\.v1"):
        read_event(body(), TrackEnded)


def test_a_fault_fails_its_own_messages_only(caplog: pytest.LogCaptureFixture) -> None:
    failures = Failures()
    with failures.catch(["a"]):
        pass
    with failures.catch(["b", "c"]):
        raise RuntimeError("a fault of ours")
    assert failures.answer() == {"batchItemFailures": [{"itemIdentifier": "b"}, {"itemIdentifier": "c"}]}
    assert "a fault of ours" in caplog.text
