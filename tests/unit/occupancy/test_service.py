"""Counting crossings: examples; the laws are in tests/property/test_occupancy.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Crossing, Tally
from floorsight.platform.errors import Malformed, NotFound, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Refusal, TransactionRefused, Update, Write
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed, no_wait
from tests.fakes.table import FaultyTable, MemoryTable


def crossings(*numbers: int, seconds: int = 0, way: Direction = Direction.IN) -> list[Crossing]:
    moment = NOON + timedelta(seconds=seconds)
    return [Crossing.of(line_crossed(number, way, occurred_at=moment)) for number in numbers]


def total(scene: Scene) -> Tally:
    return scene.occupancy.get_camera_occupancy(CAMERA).count.total


class SpyTable(MemoryTable):
    """Remembers the transactions it was asked for; refuses the first ones as told."""

    def __init__(self, *refusals: Sequence[Refusal]) -> None:
        super().__init__()
        self.transactions: list[list[Write]] = []
        self._refusals = list(refusals)

    def transact(self, writes: Sequence[Write]) -> None:
        self.transactions.append(list(writes))
        if self._refusals:
            raise TransactionRefused(self._refusals.pop(0))
        super().transact(writes)


def test_a_cameras_crossings_are_one_transaction() -> None:
    table = SpyTable()
    scene = Scene(presence=table).with_camera()
    scene.occupancy.record_crossings(CAMERA, crossings(1, 2, 3))
    [writes] = table.transactions
    assert len(writes) == 5  # three crossings, their quarter's mark, the counter
    assert isinstance(writes[-1], Update)
    assert writes[-1].add == {"entries": 3, f"entries:{CAMERA}.aaaaaa": 3}


def test_a_large_batch_is_cut_at_what_a_transaction_takes() -> None:
    table = SpyTable()
    scene = Scene(presence=table).with_camera()
    scene.occupancy.record_crossings(CAMERA, crossings(*range(250)))
    assert [len(writes) for writes in table.transactions] == [100, 100, 56]
    assert total(scene) == Tally(entries=250)


def test_known_crossings_are_dropped_and_the_rest_is_tried_at_once() -> None:
    waits: list[float] = []
    table = SpyTable()
    scene = Scene(presence=table, backoff=Backoff(sleep=waits.append)).with_camera()
    scene.occupancy.record_crossings(CAMERA, crossings(1, 3))
    scene.occupancy.record_crossings(CAMERA, crossings(1, 2, 3, 4))
    assert [len(writes) for writes in table.transactions] == [4, 6, 4]
    assert total(scene) == Tally(entries=4)
    assert waits == []


def test_contention_is_waited_out_with_jitter() -> None:
    waits: list[float] = []
    contended = [Refusal.NONE, Refusal.NONE, Refusal.CONTENTION]
    table = SpyTable(contended, contended)
    scene = Scene(presence=table, backoff=Backoff(sleep=waits.append)).with_camera()
    scene.occupancy.record_crossings(CAMERA, crossings(1))
    assert total(scene) == Tally(entries=1)
    assert len(waits) == 2


def test_contention_without_end_is_unavailable_and_says_what_is_left() -> None:
    scene = Scene(
        around_presence=lambda table: FaultyTable(table, lambda: 0.5, contention=1.0),
        backoff=Backoff(attempts=3, sleep=no_wait),
    ).with_camera()
    with pytest.raises(Unavailable, match="2 crossings of door-1 could not be recorded"):
        scene.occupancy.record_crossings(CAMERA, crossings(1, 2))


def test_a_lost_answer_counts_once() -> None:
    dice = iter([0.9, 0.9, 0.9, 0.1])  # before the read, before the write, no contention, then: answer lost
    scene = Scene(
        around_presence=lambda table: FaultyTable(table, lambda: next(dice, 0.9), answer_lost=0.5)
    ).with_camera()
    scene.occupancy.record_crossings(CAMERA, crossings(1, 2))
    assert next(dice, None) is None
    assert total(scene) == Tally(entries=2)


def test_a_baseline_set_in_between_is_taken_into_account() -> None:
    """The count is loaded, then somebody counts heads, then the crossings arrive."""

    class Interrupting(MemoryTable):
        def __init__(self) -> None:
            super().__init__()
            self.interrupt: Any = None

        def transact(self, writes: Sequence[Write]) -> None:
            if self.interrupt:
                interrupt, self.interrupt = self.interrupt, None
                interrupt()
            super().transact(writes)

    table = Interrupting()
    scene = Scene(presence=table).with_camera()
    table.interrupt = lambda: scene.occupancy.calibrate(CAMERA, count=5, by="olga", reason="heads")
    scene.occupancy.record_crossings(
        CAMERA, crossings(1, seconds=-10) + crossings(2, seconds=10, way=Direction.OUT)
    )
    count = scene.occupancy.get_camera_occupancy(CAMERA).count
    assert (count.baseline.count, count.total) == (5, Tally(exits=1))
    assert len(scene.occupancy.list_crossings(CAMERA).items) == 2


def test_old_video_counts_from_the_first_baseline() -> None:
    """A recording replayed today has capture times before the camera was registered."""
    scene = Scene().with_camera()
    scene.occupancy.record_crossings(CAMERA, crossings(1, seconds=-20 * 365 * 86400))
    assert total(scene) == Tally(entries=1)


def test_a_crossing_at_the_moment_of_the_baseline_is_contained_in_it() -> None:
    scene = Scene().with_camera()
    scene.occupancy.calibrate(CAMERA, count=3, by="olga", reason="heads")
    scene.occupancy.record_crossings(CAMERA, crossings(1) + crossings(2, seconds=1))
    assert total(scene) == Tally(entries=1)


def test_the_count_belongs_to_the_cameras_site_whatever_the_event_says() -> None:
    scene = Scene().with_camera()
    stray = Crossing.of(line_crossed(1, site_id="elsewhere"))
    scene.occupancy.record_crossings(CAMERA, [stray])
    assert scene.occupancy.get_site_occupancy(SITE).raw == 1


def test_an_unknown_camera_is_not_found() -> None:
    with pytest.raises(NotFound) as caught:
        Scene().occupancy.record_crossings("nowhere", crossings(1))
    assert caught.value.code == "unknown_camera"


def test_a_baseline_is_not_negative() -> None:
    with pytest.raises(Malformed) as caught:
        Scene().with_camera().occupancy.calibrate(CAMERA, count=-1, by="olga", reason="x")
    assert caught.value.field == "count"
