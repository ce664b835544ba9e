"""What the recordings room keeps in the presence table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from floorsight.platform.clock import from_sort_key, moment_text, read_moment, to_sort_key
from floorsight.platform.errors import Unavailable
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import ABSENT, Expectation, Put, Table, TransactionRefused, Update, Write
from floorsight.recordings.model import Damage, Lease, Problem, Progress, Recording, RecordingStatus

RECORDING = ItemType(
    name="recording",
    table=TableName.PRESENCE,
    pk="RECORDING#{job_id}",
    sk="JOB",
    purpose="A job that analyses a recorded video: what it is about, how far it is, what went wrong.",
    writers=("recorded_video",),
    readers=("recorded_video", "query_api"),
)
RECORDED_SESSION = ItemType(
    name="recorded_session",
    table=TableName.PRESENCE,
    pk="RECORDER#{camera_id}",
    sk="SESSION#{stream_session}",
    purpose="A stream session that a recorded video made. A camera with any other one has a live stream.",
    writers=("recorded_video",),
    readers=("recorded_video",),
)
LEASE = ItemType(
    name="recording_lease",
    table=TableName.PRESENCE,
    pk="RECORDER#{camera_id}",
    sk="LEASE",
    purpose="Which attempt of which job has a camera, until `lease_until` unless it is renewed.",
    writers=("recorded_video",),
    readers=("recorded_video",),
)
ITEM_TYPES: tuple[ItemType, ...] = (RECORDING, RECORDED_SESSION, LEASE)


@dataclass(frozen=True)
class RecordingStore:
    """Jobs, sessions and leases in the presence table."""

    table: Table

    def find(self, job_id: str) -> Recording | None:
        item = self.table.get(RECORDING.key(job_id=job_id))
        return _read_recording(item) if item else None

    def find_lease(self, camera_id: str) -> Lease | None:
        item = self.table.get(LEASE.key(camera_id=camera_id))
        if item is None:
            return None
        return Lease(camera_id, item["job_id"], item["attempt"], from_sort_key(item["lease_until"]))

    def is_recorded(self, camera_id: str, stream_session: str) -> bool:
        """Whether a recorded video made this session."""
        key = RECORDED_SESSION.key(camera_id=camera_id, stream_session=stream_session)
        return self.table.get(key) is not None

    def write(self, writes: Sequence[Write]) -> None:
        """All or none. Raises Conflict; Unavailable when the table was only busy."""
        if len(writes) == 1:
            self.table.write(writes[0])
            return
        try:
            self.table.transact(writes)
        except TransactionRefused as refused:
            if refused.contended_only:
                raise Unavailable("others are writing the same job or camera", code="contention") from refused
            raise

    def recording_put(self, recording: Recording, *, attempts_before: int | None) -> Put:
        """Write a job in place of what its attempt `attempts_before` wrote; None: of nothing."""
        expect = ABSENT if attempts_before is None else Expectation(equals={"attempts": attempts_before})
        return Put(RECORDING.item(_dump_recording(recording), job_id=recording.job_id), expect)

    def session_put(self, recording: Recording) -> Put:
        if recording.stream_session is None:
            raise ValueError("a job has its session from the first attempt on")
        body: Item = {"job_id": recording.job_id}
        names = {"camera_id": recording.camera_id, "stream_session": recording.stream_session}
        return Put(RECORDED_SESSION.item(body, **names))

    def lease_put(self, lease: Lease, *, instead_of: Lease | None) -> Put:
        """Take or renew a lease, if it is still as it was read."""
        body: Item = {
            "job_id": lease.job_id,
            "attempt": lease.attempt,
            "lease_until": to_sort_key(lease.until),
        }
        return Put(LEASE.item(body, camera_id=lease.camera_id), _still(instead_of))

    def lease_end(self, lease: Lease, at: datetime) -> Update:
        """Give a lease back, if this attempt still has it."""
        return Update(
            LEASE.key(camera_id=lease.camera_id), set={"lease_until": to_sort_key(at)}, expect=_still(lease)
        )


def _still(lease: Lease | None) -> Expectation:
    if lease is None:
        return ABSENT
    return Expectation(equals={"job_id": lease.job_id, "attempt": lease.attempt})


def _dump_recording(recording: Recording) -> Item:
    times = ("created_at", "started_at", "updated_at", "finished_at", "lease_until")
    return {
        **asdict(recording),
        "status": recording.status.value,
        **{name: moment_text(getattr(recording, name)) for name in times},
        "damages": [asdict(damage) for damage in recording.damages],
    }


def _read_recording(item: Item) -> Recording:
    """Attributes without a value are not stored."""
    problem = item.get("problem")
    return Recording(
        job_id=item["job_id"],
        camera_id=item["camera_id"],
        video=item["video"],
        created_at=from_sort_key(item["created_at"]),
        started_at=read_moment(item.get("started_at")),
        status=RecordingStatus(item["status"]),
        attempts=item["attempts"],
        site_id=item.get("site_id"),
        stream_session=item.get("stream_session"),
        video_bytes=item.get("video_bytes"),
        video_tag=item.get("video_tag"),
        seconds_total=float(item["seconds_total"]) if "seconds_total" in item else None,
        progress=_read_progress(item["progress"]),
        damages=tuple(map(_read_damage, item["damages"])),
        problem=Problem(**problem) if problem else None,
        updated_at=read_moment(item.get("updated_at")),
        finished_at=read_moment(item.get("finished_at")),
        lease_until=read_moment(item.get("lease_until")),
    )


def _read_progress(values: Item) -> Progress:
    # A whole number comes back as int.
    rates = {name: float(values[name]) for name in ("seconds", "frames_per_second")}
    return Progress(**{**values, **rates})


def _read_damage(values: Item) -> Damage:
    return Damage(float(values["at_seconds"]), values["explanation"], values.get("sequence"))
