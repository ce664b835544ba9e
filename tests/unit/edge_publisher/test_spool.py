"""The spool: in order, within its bound, as it was after a crash, and no disk stops it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from containers.edge_publisher import spool as spool_module
from containers.edge_publisher.spool import Spool
from containers.edge_publisher.spool_folder import DAMAGED_KEPT, SpoolFolder
from floorsight.platform.errors import Conflict, Malformed, Unavailable
from floorsight.vision.chunk import Chunk, encode_chunk, later_stream_session
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.streams import CAMERA, FIRST, SECOND, header_of

PAYLOAD = bytes(1000)
ROOM = 1 << 20


def record_of(sequence: int, session: str = FIRST, payload: bytes = PAYLOAD) -> bytes:
    header = header_of(payload, sequence=sequence, stream_session=session)
    return encode_chunk(header, payload)


SIZE = len(record_of(0))


@pytest.fixture(autouse=True)
def _small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MIN_SPOOL_BYTES", 1)


def open_spool(folder: Path, max_bytes: int = ROOM, memory_bytes: int = ROOM) -> Spool:
    return Spool(
        SpoolFolder(folder), CAMERA, max_bytes=max_bytes, memory_bytes=memory_bytes, clock=ManualClock()
    )


def add(spool: Spool, *sequences: int, session: str = FIRST) -> None:
    for sequence in sequences:
        spool.add(record_of(sequence, session), durable=sequence % 2 == 0)


def take_all(spool: Spool) -> list[Chunk]:
    taken = []
    while (waiting := spool.take_oldest()) is not None:
        taken.append(spool.read(waiting))
        spool.remove(waiting)
    return taken


def sequences(spool: Spool) -> list[int]:
    return [chunk.header.sequence for chunk in take_all(spool)]


def test_what_was_stored_comes_back_whole_and_in_order(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    add(spool, 0, 1, 2)
    assert take_all(spool) == [Chunk(header_of(PAYLOAD, sequence=n), PAYLOAD) for n in range(3)]
    assert spool.state().chunks == spool.state().bytes == 0
    assert not list(tmp_path.glob("*.chunk")), "what has arrived leaves no file"


def test_a_new_process_goes_on_where_the_last_one_died(tmp_path: Path) -> None:
    first = open_spool(tmp_path)
    add(first, 7, 8, 9)
    first.remove(first.take_oldest() or pytest.fail("nothing there"))
    first.take_oldest()  # under way when the process died; the kernel lets go of its lock
    first._folder.close()
    second = open_spool(tmp_path)
    add(second, 0, 1, session=SECOND)
    taken = [(chunk.header.stream_session, chunk.header.sequence) for chunk in take_all(second)]
    assert taken == [(FIRST, 8), (FIRST, 9), (SECOND, 0), (SECOND, 1)]


def test_the_order_is_that_of_storing_whatever_the_clock_says(tmp_path: Path) -> None:
    first = open_spool(tmp_path)
    add(first, 5, session=SECOND)
    first.close()
    second = open_spool(tmp_path)  # after the clock was set back: an older session's name
    add(second, 0, session=FIRST)
    assert [chunk.header.stream_session for chunk in take_all(second)] == [SECOND, FIRST]


@pytest.mark.parametrize("torn", [b"", record_of(1)[:-7], record_of(1)[:40], bytes(SIZE), b"\xff" * SIZE])
def test_a_torn_file_is_put_aside_and_blocks_nothing(
    tmp_path: Path, torn: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    first = open_spool(tmp_path)
    add(first, 0, 1, 2)
    first.close()
    (tmp_path / "000000000002.chunk").write_bytes(torn)
    (tmp_path / "000000000004.partial").write_bytes(b"half")
    second = open_spool(tmp_path)
    taken = []
    while (waiting := second.take_oldest()) is not None:
        try:
            taken.append(second.read(waiting).header.sequence)
            second.remove(waiting)
        except Malformed as error:
            second.set_aside(waiting, error.message)
    assert taken == [0, 2]
    assert second.state().chunks_damaged == 1
    assert [file.read_bytes() for file in (tmp_path / "damaged").iterdir()] == [torn]
    assert not list(tmp_path.glob("*.partial"))
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "SpoolDamaged" in line]
    assert (line["SpoolDamaged"], line["camera"]) == (1, CAMERA)


def test_a_file_that_is_gone_blocks_nothing(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    add(spool, 0, 1)
    (tmp_path / "000000000001.chunk").unlink()
    waiting = spool.take_oldest()
    assert waiting
    with pytest.raises(Malformed, match="damaged"):
        spool.read(waiting)
    spool.set_aside(waiting, "gone")
    assert sequences(spool) == [1]


@pytest.mark.parametrize("fault", [errno.EMFILE, errno.EIO, errno.ESTALE, errno.EACCES])
def test_a_file_that_can_not_be_read_now_is_not_damaged(
    tmp_path: Path, fault: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = open_spool(tmp_path)
    add(spool, 0)
    waiting = spool.take_oldest()
    assert waiting

    def fail(path: Path) -> bytes:
        raise OSError(fault, os.strerror(fault), str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", fail)
        with pytest.raises(Unavailable, match=f"{os.strerror(fault)}") as error:
            spool.read(waiting)
    assert error.value.code == "spool_unreadable"
    spool.put_back()
    assert sequences(spool) == [0], "it is read once that is over"


def test_few_damaged_chunks_are_kept(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    for sequence in range(DAMAGED_KEPT + 3):
        add(spool, sequence)
        spool.set_aside(spool.take_oldest() or pytest.fail("nothing there"), "for a test")
    kept = sorted(file.name[-18:] for file in (tmp_path / "damaged").iterdir())
    assert kept == [f"{number:012d}.chunk" for number in range(4, DAMAGED_KEPT + 4)]


class TestBound:
    def test_the_oldest_goes_first_and_is_told(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        spool = open_spool(tmp_path, max_bytes=3 * SIZE + 100)
        add(spool, 0, 1, 2, 3, 4)
        state = spool.state()
        assert (state.chunks, state.chunks_dropped) == (3, 2)
        assert state.bytes == sum(file.stat().st_size for file in tmp_path.glob("*.chunk"))
        spool.close()
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "SpoolDropped" in line]
        assert [line["SpoolDropped"] for line in told] == [1, 1], "the first at once, the rest at the end"
        assert sequences(open_spool(tmp_path)) == [2, 3, 4]

    def test_what_is_being_sent_is_not_dropped(self, tmp_path: Path) -> None:
        spool = open_spool(tmp_path, max_bytes=2 * SIZE + 100)
        add(spool, 0, 1)
        waiting = spool.take_oldest()
        assert waiting
        add(spool, 2)
        assert spool.read(waiting).header.sequence == 0
        spool.put_back()
        assert sequences(spool) == [0, 2]

    def test_what_is_put_back_may_be_dropped(self, tmp_path: Path) -> None:
        spool = open_spool(tmp_path, max_bytes=2 * SIZE + 100)
        add(spool, 0, 1)
        spool.take_oldest()
        spool.put_back()
        add(spool, 2)
        assert sequences(spool) == [1, 2]

    def test_a_lower_bound_holds_for_what_is_there(self, tmp_path: Path) -> None:
        first = open_spool(tmp_path)
        add(first, 0, 1, 2)
        first.close()
        assert sequences(open_spool(tmp_path, max_bytes=2 * SIZE + 100)) == [1, 2]

    def test_a_bound_that_holds_nothing_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(spool_module, "MIN_SPOOL_BYTES", 1000)
        with pytest.raises(Malformed, match="1000 bytes or more, not 999"):
            open_spool(tmp_path, max_bytes=999)


class ReadOnlyFolder(SpoolFolder):
    """A folder on a disk that was mounted read-only when it had errors."""

    read_only = False

    def write(self, number: int, record: bytes, *, durable: bool) -> None:
        self._refuse()
        super().write(number, record, durable=durable)

    def remove(self, number: int) -> None:
        self._refuse()
        super().remove(number)

    def _refuse(self) -> None:
        if self.read_only:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))


class TestReadOnlyDisk:
    ON_DISK, IN_MEMORY = 6, 3

    def open(self, path: Path, max_bytes: int = ROOM) -> tuple[ReadOnlyFolder, Spool]:
        folder = ReadOnlyFolder(path)
        memory_bytes = self.IN_MEMORY * SIZE + 100
        spool = Spool(folder, CAMERA, max_bytes=max_bytes, memory_bytes=memory_bytes, clock=ManualClock())
        add(spool, *range(self.ON_DISK))
        folder.read_only = True
        return folder, spool

    def test_it_costs_one_chunk_for_each_that_comes_and_none_that_it_has(self, tmp_path: Path) -> None:
        folder, spool = self.open(tmp_path)
        add(spool, *range(6, 11))
        state = spool.state()
        assert (state.chunks, state.chunks_dropped) == (self.ON_DISK + self.IN_MEMORY, 2)
        assert state.disk_error == os.strerror(errno.EROFS)
        folder.read_only = False
        assert sequences(spool) == [*range(6), 8, 9, 10]

    def test_it_is_no_reason_to_forget_what_it_holds_beyond_the_bound(self, tmp_path: Path) -> None:
        folder, spool = self.open(tmp_path, max_bytes=self.ON_DISK * SIZE + 100)
        add(spool, 6)
        assert (spool.state().chunks, spool.state().chunks_dropped) == (7, 0)
        folder.read_only = False
        add(spool, 7)
        assert spool.state().chunks_dropped == 2, "what is beyond the bound goes when it can"
        assert sequences(spool) == [2, 3, 4, 5, 6, 7]

    def test_what_was_lost_is_not_called_full(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        _, spool = self.open(tmp_path)
        add(spool, *range(6, 10))
        assert spool.state().chunks_dropped == 1
        (told,) = [line for line in caplog.messages if line.startswith("chunks are lost")]
        assert os.strerror(errno.EROFS) in told
        assert "full" not in told


def test_drops_that_were_not_told_are_told_within_a_minute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    spool = Spool(SpoolFolder(tmp_path), CAMERA, max_bytes=SIZE + 100, monotonic=lambda: now[0])

    def told() -> list[int]:
        spool.tell_drops_if_due()
        lines = [line for line in capsys.readouterr().out.splitlines() if "SpoolDropped" in line]
        return [json.loads(line)["SpoolDropped"] for line in lines]

    add(spool, 0, 1, 2, 3)
    assert told() == [1], "the first at once"
    now[0] = 59.9
    assert told() == []
    now[0] = 60.0
    assert told() == [2]
    now[0] = 120.0
    assert told() == []


def test_two_publishers_never_share_a_folder(tmp_path: Path) -> None:
    first = open_spool(tmp_path)
    with pytest.raises(Conflict, match="another publisher"):
        open_spool(tmp_path)
    first.close()
    open_spool(tmp_path).close()


def test_a_place_that_is_no_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Malformed, match="--spool"):
        open_spool(tmp_path / "file")


def test_the_age_of_what_an_earlier_run_left_is_its_files(tmp_path: Path) -> None:
    first = open_spool(tmp_path)
    add(first, 0)
    assert first.state().oldest_at == NOON
    first.close()
    os.utime(tmp_path / "000000000001.chunk", (NOON.timestamp(), NOON.timestamp() - 60))
    oldest_at = open_spool(tmp_path).state().oldest_at
    assert oldest_at
    assert (NOON - oldest_at).total_seconds() == 60


def test_a_later_run_knows_the_last_session(tmp_path: Path) -> None:
    first = open_spool(tmp_path)
    assert first.marks.last_session is None
    first.marks.note_session(SECOND)
    first.close()
    second = open_spool(tmp_path)
    assert second.marks.last_session == SECOND
    assert second.state().chunks == 0


@pytest.mark.parametrize("torn", [b"", b"\xff\x00", bytes(len(SECOND)), SECOND.encode()[:7], b"2026-03-02"])
def test_a_torn_name_of_a_session_is_none(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / "session").write_bytes(torn)
    last_session = open_spool(tmp_path).marks.last_session
    assert last_session is None
    assert later_stream_session(last_session, NOON, salt=1), "the next session begins"


def test_video_is_for_nobody_else_to_read(tmp_path: Path) -> None:
    open_spool(tmp_path / "spool")
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0
