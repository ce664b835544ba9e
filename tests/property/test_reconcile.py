"""Reconciling across changes of clocks, with ticks that come twice, late, at once, or die halfway."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Crossing
from floorsight.occupancy.reconcile.service import ReconcileService
from floorsight.occupancy.reconcile.store import ReconcileStore
from floorsight.occupancy.rules import raw_count
from floorsight.platform.errors import Unavailable
from floorsight.platform.local_time import instant_at
from floorsight.platform.retry import Backoff
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed, no_wait
from tests.fakes.table import FaultyTable, MemoryTable

MINUTE = timedelta(minutes=1)
DAYS = 4

# The days before clocks are put forward and back; Kolkata's never are.
PLACES = [
    ("Europe/Berlin", date(2026, 3, 27)),
    ("Europe/Berlin", date(2026, 10, 23)),
    ("America/New_York", date(2026, 3, 6)),
    ("America/New_York", date(2026, 10, 30)),
    ("Asia/Kolkata", date(2026, 3, 27)),
]
minutes = st.integers(1, DAYS * 1440)
moves = st.lists(st.tuples(minutes, st.sampled_from(Direction)), max_size=12, unique_by=lambda move: move[0])
ticks = st.lists(minutes, min_size=1, max_size=12)
quiet_hours = st.builds(time, st.sampled_from([0, 1, 2, 3, 14, 23]), st.sampled_from([0, 15, 30]))


class Site:
    """A site from the midnight (UTC) of a day on, on a table that may fail."""

    def __init__(self, zone: str, start: date, quiet_hour: time, *, seed: int | None = None) -> None:
        self.start = datetime(start.year, start.month, start.day, tzinfo=UTC)
        self.zone, self.quiet_hour = ZoneInfo(zone), quiet_hour
        table = MemoryTable()
        self.scene = Scene(presence=table, backoff=Backoff(attempts=2, sleep=no_wait))
        self.scene.clock.now = self.start
        self.scene.sites.create_site(site_id=SITE, name="Plant", time_zone=zone, quiet_hour=quiet_hour)
        self.scene.with_camera()
        faulty = table if seed is None else FaultyTable(table, random.Random(seed).random, 0.1, 0.1, 0.1)
        unsure = Scene(presence=faulty, backoff=Backoff(attempts=2, sleep=no_wait))
        unsure.occupancy = type(unsure.occupancy)(
            self.scene.sites, unsure.occupancy.store, self.scene.clock, unsure.occupancy.backoff
        )
        self.unsure = ReconcileService(
            self.scene.sites, unsure.occupancy, ReconcileStore(faulty), self.scene.clock
        )
        self.sure = ReconcileService(
            self.scene.sites, self.scene.occupancy, ReconcileStore(table), self.scene.clock
        )

    def cross(self, minute: int, way: Direction) -> None:
        event = line_crossed(minute, way, occurred_at=self.start + minute * MINUTE)
        self.scene.occupancy.record_crossings(CAMERA, [Crossing.of(event)])

    def raw(self) -> int:
        return raw_count(self.scene.occupancy.get_camera_occupancy(CAMERA).count)

    def expected_raw(self, crossed: list[tuple[int, Direction]], last_tick: int) -> int:
        """By hand: those since the latest quiet instant that a tick has seen."""
        now = self.start + last_tick * MINUTE
        days = [self.start.date() + timedelta(days=day) for day in range(-1, DAYS + 2)]
        instants = [instant_at(day, self.quiet_hour, self.zone) for day in days]
        since = max([each for each in instants if self.start <= each <= now], default=self.start)
        signs = {Direction.IN: 1, Direction.OUT: -1}
        return sum(signs[way] for minute, way in crossed if self.start + minute * MINUTE > since)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(PLACES), quiet_hours, moves, ticks, st.integers(0, 2**32))
def test_what_is_counted_is_what_came_since_the_latest_quiet_hour(
    place: tuple[str, date],
    quiet_hour: time,
    crossed: list[tuple[int, Direction]],
    ticked: list[int],
    seed: int,
) -> None:
    site = Site(*place, quiet_hour, seed=seed)
    moments = sorted([*((m, way) for m, way in crossed), *((m, None) for m in ticked)], key=lambda e: e[0])
    for minute, way in moments:
        site.scene.clock.now = site.start + minute * MINUTE
        if way is not None:
            site.cross(minute, way)
            continue
        try:
            site.unsure.reconcile_site(SITE)
        except Unavailable:
            continue  # this run died somewhere: the next goes on
    site.scene.clock.now = site.start + max(ticked) * MINUTE
    site.sure.reconcile_site(SITE)
    assert site.raw() == site.expected_raw(crossed, max(ticked))
    done = site.sure.list_reconciliations(SITE).items
    dates = [each.local_date for each in done]
    assert len(dates) == len(set(dates))
    assert all(each.quiet_at.astimezone(site.zone).date() == each.local_date for each in done)
    assert site.sure.reconcile_site(SITE) is None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLACES), quiet_hours, moves)
def test_parallel_runs_end_as_one_does(
    place: tuple[str, date], quiet_hour: time, crossed: list[tuple[int, Direction]]
) -> None:
    sites = Site(*place, quiet_hour), Site(*place, quiet_hour)
    for site in sites:
        for minute, way in crossed:
            site.cross(minute, way)
        site.scene.clock.now = site.start + DAYS * 1440 * MINUTE
    alone, crowd = sites
    alone.sure.reconcile_site(SITE)
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(crowd.sure.reconcile_site, SITE) for _ in range(4)]
    faults = [run.exception() for run in runs]
    assert all(fault is None or isinstance(fault, Unavailable) for fault in faults)
    crowd.sure.reconcile_site(SITE)
    assert crowd.raw() == alone.raw()
    assert crowd.sure.list_reconciliations(SITE).items == alone.sure.list_reconciliations(SITE).items
