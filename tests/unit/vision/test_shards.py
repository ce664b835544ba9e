"""A shard's records: checkpoints, garbage, and cameras that leave each other alone."""

from __future__ import annotations

from floorsight.vision.shards import Record
from tests.fakes.clock import NOON
from tests.fakes.streams import CAMERA, World, fields_of, walking_chunk


def two_cameras(seconds: int) -> World:
    """Two cameras in turn, in both of which somebody walks."""
    world = World()
    for sequence in range(seconds):
        world.add(walking_chunk(sequence), walking_chunk(sequence, camera_id="door-2"))
    return world


def test_the_checkpoint_follows_although_two_cameras_are_never_settled_at_once() -> None:
    world = two_cameras(40)
    worker = world.worker()
    behind = []
    for record in world.records:
        worker.process_records([record])
        world.clock.advance(0.4)
        behind.append(int(record.sequence_number) - int(world.checkpoint.saved or 0))
    assert max(behind) <= 30  # a commit is due every 10 s: 25 records
    worker.shutdown()
    assert world.checkpoint.saved == "80"


def test_checkpoints_rise() -> None:
    world = two_cameras(12).run(batch=3)
    assert world.checkpoints == sorted(set(world.checkpoints))


def test_a_checkpoint_never_passes_a_record_that_is_not_committed() -> None:
    world = two_cameras(20)
    worker = world.worker()
    for record in world.records:
        worker.process_records([record])
        world.clock.advance(0.4)
        for later in world.records[: int(world.checkpoint.saved or 0)]:
            sequence = (int(later.sequence_number) - 1) // 2
            state = world.store().load(later.partition_key).state
            assert state is not None
            assert state.sequence >= sequence


def test_records_taken_before_are_skipped() -> None:
    world = World().add(walking_chunk(0), walking_chunk(1))
    worker = world.worker()
    worker.process_records(world.records)
    worker.process_records(world.records)
    worker.shutdown()
    assert world.store().load(CAMERA).version == 1


def test_kinesis_sequence_numbers_are_compared_as_numbers() -> None:
    world = World()
    worker = world.worker()
    chunks = [walking_chunk(0), walking_chunk(1)]
    world.add(*chunks)
    nine, ten = (
        Record(number, CAMERA, record.data, NOON)
        for number, record in zip(("9", "10"), world.records, strict=True)
    )
    worker.process_records([nine])
    worker.process_records([ten])
    worker.shutdown()
    assert world.checkpoint.saved == "10"


def test_garbage_is_kept_and_reported_and_the_next_record_goes_on() -> None:
    world = World().add(b"garbage", walking_chunk(0), b"").run()
    assert world.rejections() == ["not_a_chunk", "not_a_chunk"]
    first = fields_of(world.bus.messages[0])
    assert first["camera_id"] == CAMERA
    assert first["sequence"] is None
    assert world.objects.stored[first["quarantine_key"]] == b"garbage"
    assert world.checkpoint.saved == "3"
    state = world.store().load(CAMERA).state
    assert state is not None
    assert state.sequence == 0


def test_a_camera_with_nothing_but_trouble_does_not_hold_back_the_others() -> None:
    good = World().add(*(walking_chunk(n) for n in range(6))).run().facts()
    world = World()
    for sequence in range(6):
        world.add(walking_chunk(sequence, camera_id="stranger"), walking_chunk(sequence), b"x")
    facts = world.run().facts()
    assert {key: fact for key, fact in facts.items() if fact[0] != "ChunkRejected.v1"} == good
    assert world.checkpoint.saved == "18"


def test_a_quiet_shard_is_flushed_when_the_commit_is_due() -> None:
    world = World().add(walking_chunk(0))
    worker = world.worker()
    worker.process_records(world.records)
    assert world.store().load(CAMERA).version == 0
    world.clock.advance(9.9)
    worker.tick()
    assert world.checkpoint.saved is None
    world.clock.advance(0.1)
    worker.tick()
    assert world.store().load(CAMERA).version == 1
    assert world.checkpoint.saved == "1"


def test_the_checkpoint_is_the_text_that_the_stream_gave() -> None:
    world = World().add(walking_chunk(0))
    worker = world.worker()
    record = world.records[0]
    written = f"000{record.sequence_number}"  # a stream finds only its own spelling again
    worker.process_records([Record(written, record.partition_key, record.data, record.arrived_at)])
    worker.shutdown()
    assert world.checkpoint.saved == written
