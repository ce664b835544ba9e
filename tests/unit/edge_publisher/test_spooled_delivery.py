"""Delivery by way of the spool: at once for the source, in order for the stream, and nothing lost."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from containers.edge_publisher import spool as spool_module
from containers.edge_publisher import spooled_delivery
from containers.edge_publisher.patient_delivery import PatientDelivery
from containers.edge_publisher.spool import Spool
from containers.edge_publisher.spool_folder import SpoolFolder
from containers.edge_publisher.spool_state import Waiting
from containers.edge_publisher.spooled_delivery import HANGING_SECONDS, SpooledDelivery
from floorsight.platform.errors import Forbidden, Malformed, Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vision.chunk import Chunk, encode_chunk
from tests.fakes.streams import CAMERA, FIRST, SECOND, THIRD, World, header_of, walking_chunk

PATIENCE = 20.0


def chunk_of(sequence: int, session: str = FIRST, payload: bytes = b"payload") -> Chunk:
    return Chunk(header_of(payload, sequence=sequence, stream_session=session), payload)


class Link:
    """`Delivery` that is up or down, and remembers what arrived."""

    def __init__(self, *, up: bool = True) -> None:
        self.arrived: list[Chunk] = []
        self.tries = 0
        self.error: Callable[[], Exception] = lambda: Unavailable("no answer")
        self._up = threading.Event()
        if up:
            self._up.set()

    def send(self, chunk: Chunk) -> int:
        self.tries += 1
        if not self._up.is_set():
            raise self.error()
        self.arrived.append(chunk)
        return len(chunk.payload)

    def go_up(self) -> None:
        self._up.set()

    def go_down(self) -> None:
        self._up.clear()

    def keys(self) -> list[tuple[str, int]]:
        return [(chunk.header.stream_session, chunk.header.sequence) for chunk in self.arrived]


class RefusingLink(Link):
    """A link that never takes one of the chunks."""

    def __init__(self, refused: int) -> None:
        super().__init__()
        self._refused = refused

    def send(self, chunk: Chunk) -> int:
        if chunk.header.sequence == self._refused:
            raise Malformed("too large", code="chunk_refused")
        return super().send(chunk)


class SlowLink(Link):
    """A link over which chunks take longer than they take to come."""

    def send(self, chunk: Chunk) -> int:
        threading.Event().wait(0.002)
        return super().send(chunk)


class BrokenFolder(SpoolFolder):
    """A folder on a disk that takes nothing."""

    def write(self, number: int, record: bytes, *, durable: bool) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


@contextmanager
def sending(folder: Path, link: Link, last_seconds: float = 0.0) -> Iterator[SpooledDelivery]:
    spool = Spool(SpoolFolder(folder), CAMERA)
    delivery = SpooledDelivery(spool, link, pauses=Backoff(base_seconds=0.001, cap_seconds=0.005))
    delivery.__enter__()
    try:
        yield delivery
    finally:
        delivery.close(last_seconds)


def eventually(look: Callable[[], bool]) -> None:
    never, waited = threading.Event(), 0.0
    while not look():
        assert waited < PATIENCE, "not in time"
        never.wait(0.005)
        waited += 0.005


def test_while_the_link_is_up_nothing_stays(tmp_path: Path) -> None:
    link = Link()
    with sending(tmp_path, link) as delivery:
        for sequence in range(5):
            delivery.send(chunk_of(sequence))
        assert delivery.wait_until_sent(PATIENCE)
        status = delivery.status
    assert link.arrived == [chunk_of(sequence) for sequence in range(5)]
    assert (status.link_up, status.bytes_sent, status.spool.chunks) == (True, 5 * len(b"payload"), 0)
    assert not list(tmp_path.glob("*.chunk"))


def test_an_outage_delays_and_reorders_nothing(tmp_path: Path) -> None:
    link = Link()
    with sending(tmp_path, link) as delivery:
        delivery.send(chunk_of(0))
        assert delivery.wait_until_sent(PATIENCE)
        link.go_down()
        for sequence in range(1, 20):
            delivery.send(chunk_of(sequence))
        eventually(lambda: not delivery.status.link_up)
        assert delivery.status.spool.chunks == 19
        assert delivery.status.last_error == "no answer"
        link.go_up()
        for sequence in range(20, 30):
            delivery.send(chunk_of(sequence))
        assert delivery.wait_until_sent(PATIENCE)
        assert delivery.status.link_up
    assert link.arrived == [chunk_of(sequence) for sequence in range(30)]


def test_a_new_run_sends_what_the_last_one_could_not(tmp_path: Path) -> None:
    down = Link(up=False)
    for session in (FIRST, SECOND):
        with sending(tmp_path, down) as delivery:
            for sequence in range(3):
                delivery.send(chunk_of(sequence, session))
    link = Link()
    with sending(tmp_path, link) as delivery:
        delivery.send(chunk_of(0, THIRD))
        assert delivery.wait_until_sent(PATIENCE)
    assert link.keys() == [(FIRST, n) for n in range(3)] + [(SECOND, n) for n in range(3)] + [(THIRD, 0)]


def test_the_worker_takes_chunks_of_several_late_sessions(tmp_path: Path) -> None:
    """Kept through two restarts and sent after a third began: no session is stale, no count is other."""
    runs = [[walking_chunk(sequence, session) for sequence in range(4)] for session in (FIRST, SECOND, THIRD)]
    down, link = Link(up=False), Link()
    for run, via in zip(runs, (down, down, link), strict=True):
        with sending(tmp_path, via) as delivery:
            for chunk in run:
                delivery.send(chunk)
            if via is link:
                assert delivery.wait_until_sent(PATIENCE)
    late = World().add(*link.arrived).run()
    in_time = World().add(*[chunk for run in runs for chunk in run]).run()
    assert late.rejections() == []
    assert late.facts() == in_time.facts()
    assert "LineCrossed.v1" in late.kinds()


def test_a_stop_gives_what_is_queued_a_few_seconds(tmp_path: Path) -> None:
    link = Link(up=False)
    with sending(tmp_path, link, last_seconds=PATIENCE) as delivery:
        for sequence in range(3):
            delivery.send(chunk_of(sequence))
        eventually(lambda: not delivery.status.link_up)
        threading.Timer(0.05, link.go_up).start()
    assert link.keys() == [(FIRST, 0), (FIRST, 1), (FIRST, 2)]


def test_a_link_that_hangs_is_no_link(tmp_path: Path) -> None:
    monotonic = Seconds()
    link = HangingLink()
    spool = Spool(SpoolFolder(tmp_path), CAMERA)
    with SpooledDelivery(spool, link, monotonic=monotonic) as delivery:
        delivery.send(chunk_of(0))
        assert link.entered.wait(PATIENCE)
        assert delivery.status.link_up
        monotonic.now = HANGING_SECONDS + 1
        status = delivery.status
        link.go_on.set()
        eventually(lambda: delivery.status.link_up)
    assert (status.link_up, status.last_error) == (False, "no answer yet")
    assert delivery.last_session == FIRST


class TestASourceThatWaits:
    """A file that is read as fast as it goes loses nothing, however slow the link."""

    SIZE = len(encode_chunk(chunk_of(0).header, chunk_of(0).payload))

    @pytest.fixture(autouse=True)
    def _small_bounds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(spool_module, "MIN_SPOOL_BYTES", 1)

    def open(self, folder: SpoolFolder) -> Spool:
        return Spool(folder, CAMERA, max_bytes=3 * self.SIZE, memory_bytes=2 * self.SIZE)

    @pytest.mark.parametrize("folder", [SpoolFolder, BrokenFolder])
    def test_nothing_is_dropped(self, tmp_path: Path, folder: type[SpoolFolder]) -> None:
        link = SlowLink()
        with SpooledDelivery(self.open(folder(tmp_path)), link) as spooled:
            delivery = PatientDelivery(spooled, threading.Event())
            for sequence in range(20):
                assert delivery.send(chunk_of(sequence)) > 0
            assert spooled.wait_until_sent(PATIENCE)
            assert spooled.status.spool.chunks_dropped == 0
        assert link.keys() == [(FIRST, sequence) for sequence in range(20)]

    def test_a_chunk_beyond_any_bound_goes_alone(self, tmp_path: Path) -> None:
        link, large = SlowLink(), bytes(10 * self.SIZE)
        with SpooledDelivery(self.open(SpoolFolder(tmp_path)), link) as spooled:
            delivery = PatientDelivery(spooled, threading.Event())
            for sequence in range(3):
                assert delivery.send(chunk_of(sequence, payload=large)) > 0
            assert spooled.wait_until_sent(PATIENCE)
        assert link.keys() == [(FIRST, sequence) for sequence in range(3)]

    def test_who_is_told_to_stop_waits_no_longer_and_drops_nothing(self, tmp_path: Path) -> None:
        stop = threading.Event()
        with SpooledDelivery(self.open(SpoolFolder(tmp_path)), link := HangingLink()) as spooled:
            delivery = PatientDelivery(spooled, stop)
            for sequence in range(3):
                delivery.send(chunk_of(sequence))
            threading.Timer(0.05, stop.set).start()
            assert delivery.send(chunk_of(3)) == 0
            state = spooled.status.spool
            link.go_on.set()
        assert (state.chunks, state.chunks_dropped) == (3, 0)

    def test_who_will_never_be_let_in_is_told(self, tmp_path: Path) -> None:
        link = Link(up=False)
        link.error = lambda: Forbidden("wrong credentials", code="refused_by_aws")
        with SpooledDelivery(self.open(SpoolFolder(tmp_path)), link) as spooled:
            delivery = PatientDelivery(spooled, threading.Event())
            delivery.send(chunk_of(0, payload=bytes(10 * self.SIZE)))
            with pytest.raises(Forbidden, match="wrong credentials"):
                delivery.send(chunk_of(1))


def test_drops_are_told_even_if_nothing_comes_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(spooled_delivery, "LOOK_SECONDS", 0.005)
    monkeypatch.setattr(spool_module, "MIN_SPOOL_BYTES", 1)
    monotonic = Seconds()
    size = len(encode_chunk(chunk_of(0).header, chunk_of(0).payload))
    spool = Spool(SpoolFolder(tmp_path), CAMERA, max_bytes=size, monotonic=monotonic)
    for _ in range(4):
        spool.add(encode_chunk(chunk_of(0).header, chunk_of(0).payload), durable=False)
    said: list[str] = []

    def told() -> int:
        said.extend(line for line in capsys.readouterr().out.splitlines() if "SpoolDropped" in line)
        return sum(json.loads(line)["SpoolDropped"] for line in said)

    with SpooledDelivery(spool, Link()) as delivery:
        assert delivery.wait_until_sent(PATIENCE)
        assert told() == 1
        monotonic.now = 60.0
        eventually(lambda: told() == 3)


class Seconds:
    """A monotonic clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class HangingLink:
    """`Delivery` that answers when told."""

    def __init__(self) -> None:
        self.entered, self.go_on = threading.Event(), threading.Event()

    def send(self, chunk: Chunk) -> int:
        self.entered.set()
        assert self.go_on.wait(PATIENCE)
        return len(chunk.payload)


class TestRefusals:
    def test_who_was_never_let_in_is_told_at_once(self, tmp_path: Path) -> None:
        link = Link(up=False)
        link.error = lambda: Forbidden("wrong credentials", code="refused_by_aws")
        with sending(tmp_path, link) as delivery:
            delivery.send(chunk_of(0))
            with pytest.raises(Forbidden, match="wrong credentials"):
                delivery.wait_until_sent(PATIENCE)
            with pytest.raises(Forbidden, match="wrong credentials"):
                delivery.send(chunk_of(1))
        assert len(list(tmp_path.glob("*.chunk"))) == 1, "what was stored stays"

    @pytest.mark.parametrize("code", ["no_stream", "no_bucket"])
    def test_a_stream_that_is_not_there_is_told_at_once(self, tmp_path: Path, code: str) -> None:
        link = Link(up=False)
        link.error = lambda: Unavailable("there is none", code=code)
        with sending(tmp_path, link) as delivery:
            delivery.send(chunk_of(0))
            with pytest.raises(Unavailable, match="there is none"):
                delivery.wait_until_sent(PATIENCE)

    @pytest.mark.parametrize("code", ["refused_by_aws", "clock_wrong"])
    def test_who_was_let_in_before_waits_to_be_let_in_again(self, tmp_path: Path, code: str) -> None:
        link = Link()
        with sending(tmp_path, link) as delivery:
            delivery.send(chunk_of(0))
            assert delivery.wait_until_sent(PATIENCE)
            link.error = lambda: Forbidden("credentials have expired", code=code)
            link.go_down()
            delivery.send(chunk_of(1))
            eventually(lambda: link.tries > 3)
            delivery.send(chunk_of(2))
            link.go_up()
            assert delivery.wait_until_sent(PATIENCE)
        assert link.keys() == [(FIRST, 0), (FIRST, 1), (FIRST, 2)]

    def test_who_was_let_in_by_an_earlier_run_waits_too(self, tmp_path: Path) -> None:
        """Power comes back while the credentials have expired: the camera's video must not be lost."""
        with sending(tmp_path, Link()) as delivery:
            delivery.send(chunk_of(0))
            assert delivery.wait_until_sent(PATIENCE)
        link = Link(up=False)
        link.error = lambda: Forbidden("credentials have expired", code="refused_by_aws")
        with sending(tmp_path, link) as delivery:
            delivery.send(chunk_of(0, SECOND))
            eventually(lambda: link.tries > 3)
            delivery.send(chunk_of(1, SECOND))
            link.go_up()
            assert delivery.wait_until_sent(PATIENCE)
        assert link.keys() == [(SECOND, 0), (SECOND, 1)]

    def test_a_wrong_clock_is_waited_for_even_at_the_beginning(self, tmp_path: Path) -> None:
        link = Link(up=False)
        link.error = lambda: Unavailable("the clock is wrong", code="clock_wrong")
        with sending(tmp_path, link) as delivery:
            delivery.send(chunk_of(0))
            eventually(lambda: link.tries > 3)
            link.go_up()
            assert delivery.wait_until_sent(PATIENCE)

    def test_a_chunk_that_is_never_taken_blocks_nothing(self, tmp_path: Path) -> None:
        link = Link(up=False)
        link.error = lambda: Malformed("too large", code="chunk_refused")
        with sending(tmp_path, link) as delivery:
            delivery.send(chunk_of(0))
            eventually(lambda: delivery.status.spool.chunks_damaged == 1)
            link.go_up()
            delivery.send(chunk_of(1))
            assert delivery.wait_until_sent(PATIENCE)
        assert link.keys() == [(FIRST, 1)]

    def test_an_error_that_nobody_thought_of_loses_nothing(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        link = Link(up=False)
        link.error = lambda: ZeroDivisionError("a fault of ours")
        with sending(tmp_path, link) as delivery:
            delivery.send(chunk_of(0))
            eventually(lambda: link.tries > 2)
            link.go_up()
            assert delivery.wait_until_sent(PATIENCE)
        assert "a fault of ours" in caplog.text
        assert link.keys() == [(FIRST, 0)]

    def test_an_error_while_a_chunk_is_put_aside_ends_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        refused = iter([OSError("output is full"), ZeroDivisionError("a fault of ours")])

        def fail_twice(*_: object, **__: object) -> None:
            if (error := next(refused, None)) is not None:
                raise error

        monkeypatch.setattr(spool_module, "emit_metrics", fail_twice)
        link = RefusingLink(0)
        with sending(tmp_path, link) as delivery:
            for sequence in range(3):
                delivery.send(chunk_of(sequence))
            assert delivery.wait_until_sent(PATIENCE)
            eventually(lambda: delivery.status.link_up)
        assert link.keys() == [(FIRST, 1), (FIRST, 2)]
        assert "output is full" in caplog.text

    def test_an_error_after_a_chunk_has_arrived_ends_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        link = Link()
        with sending(tmp_path, link) as delivery:
            remove, faults = delivery._spool.remove, iter([ZeroDivisionError("a fault of ours")])

            def fail_once(waiting: Waiting) -> None:
                if (error := next(faults, None)) is not None:
                    raise error
                remove(waiting)

            monkeypatch.setattr(delivery._spool, "remove", fail_once)
            delivery.send(chunk_of(0))
            delivery.send(chunk_of(1))
            assert delivery.wait_until_sent(PATIENCE)
        assert link.keys() == [(FIRST, 0), (FIRST, 0), (FIRST, 1)], "twice, which the worker knows"
        assert "a fault of ours" in caplog.text
