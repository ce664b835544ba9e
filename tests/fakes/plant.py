"""A site whose series are rolled up: two doors that count, one that doesn't, and a zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from floorsight.events.vision import Direction
from floorsight.occupancy.calibrating import Calibrator
from floorsight.occupancy.model import Baseline, Counter, Crossing, Mark
from floorsight.occupancy.recording import Recorder
from floorsight.occupancy.series.buckets import bucket_at
from floorsight.occupancy.series.fence import FenceStore
from floorsight.occupancy.series.model import Bucket, Figures, Level, Subject, SubjectKind
from floorsight.occupancy.series.service import RollUpService
from floorsight.occupancy.series.store import SERIES, TableSeries
from floorsight.platform.ids import derived_id
from floorsight.platform.items import Item, Key
from floorsight.platform.table import Page, Table, Write
from tests.fakes.clock import ManualClock
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed, no_wait
from tests.fakes.slow_series import KnownCounter, roll_slowly
from tests.fakes.table import MemoryTable

DOORS = (CAMERA, "door-2")
SIDE_VIEW = "side-1"  # sees what door-1 counts
ZONE = f"{CAMERA}.zzzzzz"
COUNTERS = (*DOORS, SIDE_VIEW, ZONE)
WHOLE_SITE = Subject(SubjectKind.SITE, SITE)


class Crashed(Exception):
    """The process died."""


@dataclass
class MortalTable:
    """A table whose user dies before or after the write that `writes_left` counts down to."""

    table: Table
    writes_left: float = float("inf")
    before_write: Callable[[], None] = lambda: None
    queries: list[str] = field(default_factory=list)

    def get(self, key: Key) -> Item | None:
        self._check()
        return self.table.get(key)

    def query(self, pk: str, **how: Any) -> Page[Item]:
        self._check()
        self.queries.append(pk)
        return self.table.query(pk, **how)

    def write(self, write: Write) -> None:
        self._die_or_count()
        self.table.write(write)

    def transact(self, writes: Sequence[Write]) -> None:
        self._die_or_count()
        self.table.transact(writes)

    def _die_or_count(self) -> None:
        self._check()
        self.before_write()
        self.writes_left -= 1

    def _check(self) -> None:
        if self.writes_left <= 0:
            raise Crashed


class Plant:
    """The site, its ledger and its series; `table` holds both."""

    def __init__(
        self, *, time_zone: str = "Europe/Berlin", table: Table | None = None, heartbeats: Any = None
    ) -> None:
        self.table: Any = table if table is not None else MemoryTable()
        self.zone = ZoneInfo(time_zone)
        self.scene = Scene(presence=self.table)
        self.heartbeats = heartbeats
        sites = self.scene.sites
        sites.create_site(site_id=SITE, name="Plant 1", time_zone=time_zone)
        for camera_id in (*DOORS, SIDE_VIEW):
            self.scene.with_camera(camera_id)
        sites.update_camera(replace(sites.get_camera(SIDE_VIEW), counting=False))
        self.scene.with_zone()  # only for it to exist: its ledger is written as the zone's below
        self.crossings: dict[str, list[Crossing]] = {counter_id: [] for counter_id in COUNTERS}
        self.baselines: dict[str, list[Baseline]] = {counter_id: [] for counter_id in COUNTERS}

    @property
    def clock(self) -> ManualClock:
        return self.scene.clock

    def service(self, table: Any = None) -> RollUpService:
        """The use case on the plant's table, or on one around it."""
        around = table if table is not None else self.table
        return RollUpService(
            self.scene.sites,
            replace(self.scene.occupancy.store, table=around),
            TableSeries(around),
            FenceStore(around),
            self.heartbeats,
            self.clock,
            replace(self.scene.occupancy.backoff, sleep=no_wait),
        )

    def record(self, counter_id: str, moves: Iterable[tuple[datetime, Direction]]) -> None:
        """Enter crossings in a counter's ledger, with marks, as they are entered in life."""
        known = self.crossings[counter_id]
        new = [crossing(counter_id, len(known) + n, *move) for n, move in enumerate(moves)]
        known += new
        store = self.scene.occupancy.store
        counter = Counter(counter_id, SITE)
        Recorder(store, self.scene.occupancy.backoff).record(counter, new)

    def set_baseline(self, counter_id: str, at: datetime, count: int) -> None:
        """Say how many were inside at a moment; the first word on a moment stands."""
        if any(known.at == at for known in self.baselines[counter_id]):
            return
        baseline = Baseline(count, at, "olga", "counted")
        self.baselines[counter_id].append(baseline)
        Calibrator(self.scene.occupancy.store, self.scene.occupancy.backoff).set(
            Counter(counter_id, SITE), baseline
        )

    def rows(self) -> dict[tuple[Subject, Level, datetime], Figures]:
        """All rows that are stored."""
        series = TableSeries(self.table)
        return {
            (subject, level, row.start): row.figures
            for subject in self.subjects()
            for level in Level
            for row in series.list_rows(subject, level, start=datetime(1990, 1, 1, tzinfo=UTC))
        }

    def stored(self) -> dict[Key, Item]:
        """The same as items, keys and all."""
        return {key: item for key, item in self.table.dump().items() if item["type"] == SERIES.name}

    def marks(self) -> list[Mark]:
        return self.scene.occupancy.store.load_marks(SITE)

    def expected_rows(self) -> dict[tuple[Subject, Level, datetime], Figures]:
        """What must be stored once all is rolled up, from the definitions."""
        return {
            (subject, level, bucket.start): roll_slowly(self._counters(subject), bucket)
            for subject in self.subjects()
            for level in Level
            for bucket in self._active_buckets(subject, level)
        }

    def subjects(self) -> list[Subject]:
        cameras = [Subject(SubjectKind.CAMERA, camera_id) for camera_id in (*DOORS, SIDE_VIEW)]
        return [*cameras, Subject(SubjectKind.ZONE, ZONE), WHOLE_SITE]

    def _members(self, subject: Subject) -> tuple[str, ...]:
        return DOORS if subject == WHOLE_SITE else (subject.subject_id,)

    def _counters(self, subject: Subject) -> list[KnownCounter]:
        return [
            KnownCounter(0, tuple(self.crossings[member]), tuple(self.baselines[member]))
            for member in self._members(subject)
        ]

    def _active_buckets(self, subject: Subject, level: Level) -> set[Bucket]:
        """Those in which something happened."""
        moments = [
            moment
            for counter in self._counters(subject)
            for moment in (
                *(c.occurred_at for c in counter.crossings),
                *(b.at for b in counter.baselines),
            )
        ]
        return {bucket_at(level, moment, self.zone) for moment in moments}


def crossing(counter_id: str, number: int, at: datetime, direction: Direction) -> Crossing:
    """A counter's crossing; zones' lie in their ledgers in the same form."""
    camera_id = counter_id.partition(".")[0]
    event = line_crossed(number, direction, camera_id=camera_id, occurred_at=at)
    crossing_id = derived_id("crossing", counter_id, number)
    return replace(Crossing.of(event), crossing_id=crossing_id, counter_id=counter_id, line_id=counter_id)
