"""Whatever happens in whatever order: the spool gives back what it took, oldest first, or tells of a drop."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from containers.edge_publisher import spool as spool_module
from containers.edge_publisher.spool import Spool
from containers.edge_publisher.spool_folder import SpoolFolder
from containers.edge_publisher.spool_state import Waiting
from floorsight.vision.chunk import encode_chunk
from tests.fakes.streams import CAMERA, header_of

SIZES = st.integers(min_value=1, max_value=2000)
MAX_BYTES, MEMORY_BYTES = 6000, 2500
LARGEST = len(encode_chunk(header_of(bytes(2000), sequence=10**6), bytes(2000)))


class FlakyFolder(SpoolFolder):
    """A real folder on a disk that is full at times."""

    full = False

    def write(self, number: int, record: bytes, *, durable: bool) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().write(number, record, durable=False)  # fsync would only make it slow


class SpoolMachine(RuleBasedStateMachine):
    """Model: the sequences that must still come, in order."""

    @initialize()
    def begin(self) -> None:
        self.path = Path(tempfile.mkdtemp())
        self.added = self.lost = 0
        self.model: list[int] = []
        self.taken: Waiting | None = None
        self.open()

    def open(self) -> None:
        self.folder = FlakyFolder(self.path)
        self.spool = Spool(self.folder, CAMERA, max_bytes=MAX_BYTES, memory_bytes=MEMORY_BYTES)

    def teardown(self) -> None:
        if hasattr(self, "path"):
            self.folder.close()
            shutil.rmtree(self.path)

    @rule(size=SIZES)
    def add(self, size: int) -> None:
        payload = bytes(size)
        dropped = self.spool.state().chunks_dropped
        self.spool.add(encode_chunk(header_of(payload, sequence=self.added), payload), durable=False)
        self.model.append(self.added)
        self.added += 1
        self.forget_dropped(self.spool.state().chunks_dropped - dropped)

    def forget_dropped(self, count: int) -> None:
        """What was dropped is told by number; which it was is what the queue says."""
        kept = set(self.queued())
        gone = [sequence for sequence in self.model if sequence not in kept]
        assert len(gone) == count, "every chunk that is gone was reported"
        self.model = [sequence for sequence in self.model if sequence in kept]

    def queued(self) -> list[int]:
        return [self.spool.read(each).header.sequence for each in self.spool._queue.values()]

    @precondition(lambda self: self.taken is None)
    @rule()
    def take(self) -> None:
        self.taken = self.spool.take_oldest()
        assert (self.taken is None) == (not self.model)

    @precondition(lambda self: self.taken is not None)
    @rule()
    def arrives(self) -> None:
        assert self.taken
        assert self.spool.read(self.taken).header.sequence == self.model.pop(0)
        self.spool.remove(self.taken)
        self.taken = None

    @precondition(lambda self: self.taken is not None)
    @rule()
    def fails(self) -> None:
        self.spool.put_back()
        self.taken = None

    @rule()
    def disk_fills(self) -> None:
        self.folder.full = True

    @rule()
    def disk_has_room(self) -> None:
        self.folder.full = False

    @rule(in_order=st.booleans())
    def restart(self, in_order: bool) -> None:
        unwritten = self.spool.state().chunks_in_memory
        if in_order:
            self.spool.close()
        else:
            self.folder.close()  # killed: what only memory had is gone
        saved = in_order and not self.folder.full
        self.open()
        self.taken = None
        if saved:
            assert self.queued() == self.model
        else:
            assert len(self.queued()) == len(self.model) - unwritten
            self.model = self.queued()

    @invariant()
    def in_order_and_bounded(self) -> None:
        if not hasattr(self, "spool"):
            return
        assert self.queued() == self.model == sorted(self.model)
        state = self.spool.state()
        on_disk = sum(file.stat().st_size for file in self.path.glob("*.chunk"))
        assert state.bytes <= max(MAX_BYTES, LARGEST * 2)
        assert on_disk <= state.bytes
        assert state.chunks == len(self.model)


@pytest.fixture(autouse=True)
def _small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MIN_SPOOL_BYTES", 1)


TestSpool = SpoolMachine.TestCase
TestSpool.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
