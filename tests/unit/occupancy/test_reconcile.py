"""Reconciling a site at its quiet hour: examples; the laws are in tests/property/test_reconcile.py."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Baseline, Crossing
from floorsight.occupancy.reconcile.service import ReconcileService
from floorsight.occupancy.reconcile.store import ReconcileStore
from floorsight.occupancy.rules import raw_count
from floorsight.platform.errors import NotFound
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed

QUIET = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # three o'clock in Berlin
MINUTE = timedelta(minutes=1)


class Night:
    """A site in Berlin the day before, with a door that counted wrongly."""

    def __init__(self, **site: Any) -> None:
        self.scene = Scene()
        self.scene.sites.create_site(
            **{"site_id": SITE, "name": "Plant 1", "time_zone": "Europe/Berlin", **site}
        )
        self.scene.with_camera()
        self.reconcile = ReconcileService(
            self.scene.sites,
            self.scene.occupancy,
            ReconcileStore(self.scene.presence),
            self.scene.clock,
        )
        self._numbers = iter(range(10_000))

    def at(self, moment: datetime) -> Night:
        self.scene.clock.now = moment
        return self

    def count(self, people: int, at: datetime, camera_id: str = CAMERA) -> Night:
        way = Direction.IN if people > 0 else Direction.OUT
        self.scene.occupancy.record_crossings(
            camera_id,
            [
                Crossing.of(line_crossed(next(self._numbers), way, camera_id=camera_id, occurred_at=at))
                for _ in range(abs(people))
            ],
        )
        return self

    def raw(self, camera_id: str = CAMERA) -> int:
        return raw_count(self.scene.occupancy.get_camera_occupancy(camera_id).count)


def test_drift_is_removed_and_who_came_since_stays_counted(capsys: pytest.CaptureFixture[str]) -> None:
    night = Night().count(5, QUIET - MINUTE).count(2, QUIET + MINUTE).at(QUIET + 10 * MINUTE)
    done = night.reconcile.reconcile_site(SITE)
    assert done is not None
    assert (done.local_date, done.quiet_at, done.drifts) == (date(2026, 3, 3), QUIET, {CAMERA: 5})
    assert night.raw() == 2
    line = json.loads(capsys.readouterr().out)
    assert (line["CountDrift"], line["site"]) == (5, SITE)


def test_a_negative_drift_is_removed_too() -> None:
    night = Night().count(-3, QUIET - MINUTE).at(QUIET)
    done = night.reconcile.reconcile_site(SITE)
    assert done is not None
    assert (done.drifts, done.camera_drift) == ({CAMERA: -3}, 3)
    assert night.raw() == 0


def test_a_date_is_done_once(capsys: pytest.CaptureFixture[str]) -> None:
    night = Night().count(5, QUIET - MINUTE).at(QUIET)
    first = night.reconcile.reconcile_site(SITE)
    night.count(4, QUIET + MINUTE)
    for minutes in (0, 15, 600):
        assert night.at(QUIET + minutes * MINUTE).reconcile.reconcile_site(SITE) is None
    assert night.raw() == 4
    assert night.reconcile.list_reconciliations(SITE).items == [first]
    assert capsys.readouterr().out.count("CountDrift") == 2  # one line, that names and has it


def test_nothing_is_due_for_a_camera_that_did_not_exist_at_the_quiet_hour() -> None:
    """Its first crossings may be those of a recording, with capture times of long ago."""
    night = Night().count(5, QUIET - timedelta(days=30))
    done = night.reconcile.reconcile_site(SITE)
    assert done is not None
    assert (done.counters, done.drifts, night.raw()) == (0, {}, 5)


def test_a_site_that_never_closes_keeps_its_count() -> None:
    night = Night(always_open=True).count(5, QUIET - MINUTE).at(QUIET + MINUTE)
    done = night.reconcile.reconcile_site(SITE)
    assert done is not None
    assert (done.always_open, done.drifts, night.raw()) == (True, {}, 5)
    assert night.scene.occupancy.list_baselines(CAMERA).items == []
    assert night.reconcile.reconcile_site(SITE) is None


def test_zones_are_emptied_too() -> None:
    night = Night()
    zone_id = night.scene.with_zone().zone_id
    inside = line_crossed(1, occurred_at=QUIET - MINUTE)
    entry = Crossing.of(inside)
    night.scene.occupancy.record_crossings(
        zone_id, [Crossing(**vars(entry) | {"counter_id": zone_id, "line_id": zone_id})]
    )
    done = night.at(QUIET).reconcile.reconcile_site(SITE)
    assert done is not None
    assert (done.drifts, done.camera_drift) == ({zone_id: 1}, 0)
    assert raw_count(night.scene.occupancy.get_zone_occupancy(zone_id).count) == 0


def test_heads_counted_since_are_believed() -> None:
    """The night's run came late: somebody has counted heads meanwhile."""
    night = Night().count(5, QUIET - MINUTE).at(QUIET + 60 * MINUTE)
    night.scene.occupancy.calibrate(CAMERA, count=7, by="olga", reason="heads")
    done = night.at(QUIET + 90 * MINUTE).reconcile.reconcile_site(SITE)
    assert done is not None
    assert (done.drifts, night.raw()) == ({CAMERA: 5}, 7)


def test_heads_counted_at_the_very_moment_are_believed() -> None:
    night = Night().count(5, QUIET - MINUTE).at(QUIET)
    night.scene.occupancy.set_baseline_at(CAMERA, Baseline(1, QUIET, "olga", "the night watch"))
    done = night.reconcile.reconcile_site(SITE)
    assert done is not None
    assert (done.drifts, night.raw()) == ({}, 1)


def test_a_late_crossing_from_before_the_quiet_hour_does_not_come_back() -> None:
    night = Night().count(5, QUIET - MINUTE).at(QUIET)
    night.reconcile.reconcile_site(SITE)
    night.count(3, QUIET - 2 * MINUTE)
    assert night.raw() == 0


def test_days_that_were_missed_are_made_up_for_by_the_latest() -> None:
    night = Night().count(5, QUIET - MINUTE).count(1, QUIET + timedelta(days=2))
    done = night.at(QUIET + timedelta(days=3, hours=5)).reconcile.reconcile_site(SITE)
    assert done is not None
    assert (done.local_date, done.drifts, night.raw()) == (date(2026, 3, 6), {CAMERA: 6}, 0)


def test_a_quiet_hour_that_is_moved_does_not_repeat_the_date() -> None:
    night = Night().at(QUIET)
    assert night.reconcile.reconcile_site(SITE) is not None
    site = night.scene.sites.get_site(SITE)
    night.scene.sites.update_site(type(site)(**vars(site) | {"quiet_hour": time(14)}))
    assert night.at(QUIET + timedelta(hours=12)).reconcile.reconcile_site(SITE) is None
    tomorrow = night.at(QUIET + timedelta(hours=36)).reconcile.reconcile_site(SITE)
    assert tomorrow is not None
    assert tomorrow.quiet_at == datetime(2026, 3, 4, 13, 0, tzinfo=UTC)


def test_a_run_that_died_is_finished_by_the_next() -> None:
    night = Night().count(5, QUIET - MINUTE)
    night.scene.with_camera("door-2")
    night.count(2, QUIET - MINUTE, "door-2").at(QUIET)
    # It died after the first camera's baseline.
    night.scene.occupancy.set_baseline_at(CAMERA, Baseline(0, QUIET, "floorsight", "nobody is inside"))
    done = night.at(QUIET + 15 * MINUTE).reconcile.reconcile_site(SITE)
    assert done is not None
    assert done.drifts == {CAMERA: 5, "door-2": 2}
    assert (night.raw(), night.raw("door-2")) == (0, 0)


def test_an_unknown_site_is_not_found() -> None:
    with pytest.raises(NotFound):
        Night().reconcile.reconcile_site("nowhere")
