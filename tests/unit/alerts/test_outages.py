"""Which cameras went offline and came back: told on the bus in order, and once, whatever fails."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from floorsight.alerts.checks import SiteChecks
from floorsight.alerts.outages.service import OutageService
from floorsight.alerts.outages.store import OutageStore
from floorsight.platform.bus import Message
from floorsight.platform.errors import Unavailable
from floorsight.streams.model import Seen
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SESSION
from tests.fakes.watch import Watch

SILENT = 600.0


class FlakyBus(MemoryBus):
    """A bus that is out, or whose answer gets lost."""

    out = lost = False

    def publish(self, messages: Sequence[Message]) -> None:
        if self.out:
            raise Unavailable("no answer")
        super().publish(messages)
        if self.lost:
            raise Unavailable("the answer got lost")


class Outages(Watch):
    """A watched site whose changes are told on a bus."""

    def __init__(self) -> None:
        super().__init__()
        self.bus = FlakyBus()
        service = OutageService(
            self.sites,
            self.alerts.store,
            OutageStore(self.scene.presence),
            self.seen_of,
            self.bus,
            self.clock,
        )
        self.checks = SiteChecks(
            self.alerts,
            self.sites,
            self.count_checks,
            lambda site_id: self.seen,
            tell_changes=service.tell_changes,
        )

    def seen_of(self, site_id: str) -> dict[str, Seen]:
        return {name: Seen(name, at, at, 5.0, SESSION) for name, at in self.seen.items()}

    def see(self) -> None:
        self.seen[CAMERA] = self.clock.now

    def told(self) -> list[dict[str, Any]]:
        """Distinct events in the order in which they were first published."""
        events = [{"kind": each.detail_type, **json.loads(each.detail)} for each in self.bus.messages]
        distinct: dict[str, dict[str, Any]] = {}
        for event in events:
            assert distinct.setdefault(event["event_id"], event) == event, "one id always says the same"
        return list(distinct.values())

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.told()]


@pytest.fixture
def site() -> Outages:
    outages = Outages()
    outages.see()
    outages.tick()
    return outages


def test_it_goes_and_comes_back(site: Outages) -> None:
    assert site.tick(SILENT) == {"raised": 1, "sent": 1, "camera_events": 1}
    assert site.tick(SILENT) == {}
    site.see()
    assert site.tick(1)["camera_events"] == 1
    went, came = site.told()
    assert (went["kind"], came["kind"]) == ("CameraWentOffline.v1", "CameraCameBack.v1")
    assert (went["camera_id"], went["stream_session"]) == (CAMERA, SESSION)
    assert went["last_seen_at"] == "2026-03-02T12:00:00Z"
    assert went["alert_id"] == site.history[0].alert_id
    assert came["offline_since"] == went["occurred_at"]
    assert came["occurred_at"] > came["last_seen_at"]


def test_every_time_is_an_event_of_its_own(site: Outages) -> None:
    for _ in range(3):
        site.tick(SILENT)
        site.see()
        site.tick(1)
    assert site.kinds() == ["CameraWentOffline.v1", "CameraCameBack.v1"] * 3


@pytest.mark.parametrize("fault", ["out", "lost"])
def test_what_was_not_published_is_published_next_time(site: Outages, fault: str) -> None:
    setattr(site.bus, fault, True)
    with pytest.raises(Unavailable):
        site.tick(SILENT)
    site.see()
    with pytest.raises(Unavailable):
        site.tick(1)
    setattr(site.bus, fault, False)
    site.tick(1)
    assert site.kinds() == ["CameraWentOffline.v1", "CameraCameBack.v1"]
    site.tick(1)
    assert len(site.told()) == 2


def test_a_person_who_resolves_the_alert_brings_no_camera_back(site: Outages) -> None:
    site.tick(SILENT)
    site.alerts.resolve(site.history[0].alert_id, by="olga")
    site.tick(60)
    assert site.kinds() == ["CameraWentOffline.v1"]
    site.see()
    site.tick(1)
    assert site.kinds() == ["CameraWentOffline.v1", "CameraCameBack.v1"]


def test_of_a_deleted_camera_nothing_more_is_told(site: Outages) -> None:
    site.tick(SILENT)
    site.sites.delete_camera(CAMERA)
    site.tick(60)
    assert site.kinds() == ["CameraWentOffline.v1"]


def test_a_camera_that_was_never_seen_is_not_missed() -> None:
    site = Outages()
    site.tick(SILENT)
    site.clock.now = NOON + timedelta(days=1)
    site.tick(SILENT)
    assert site.told() == []
