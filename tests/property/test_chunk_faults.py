"""Whatever arrives among good chunks: they are counted as if it were not there, and it is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.vision.chunk import encode_chunk
from tests.fakes.hostile import LOSSES, Damage, arrives_twice
from tests.fakes.streams import World, fields_of, walking_chunk
from tests.thoroughness import drawn

CHUNKS = 12
NEIGHBOUR = "door-2"
# What a camera's chunks count as; the others tell of chunks that were not counted.
OF_CHUNKS = ("ChunkRejected.v1", "ChunksMissed.v1")

Accident = tuple[Damage, int] | None


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def counted(world: World) -> dict[str, tuple[str, str]]:
    return {event: fact for event, fact in world.facts().items() if fact[0] not in OF_CHUNKS}


def clean(lost: Sequence[int]) -> World:
    """The good chunks alone."""
    world = World()
    for number in range(CHUNKS):
        if number not in lost:
            world.add(walking_chunk(number))
        world.add(walking_chunk(number, camera_id=NEIGHBOUR))
    return world.run()


accidents: st.SearchStrategy[Accident] = st.one_of(
    st.none(), st.tuples(st.sampled_from((*LOSSES, arrives_twice)), st.integers(0, 10**9))
)


@settings(max_examples=drawn(60), deadline=None)
@given(st.lists(accidents, min_size=CHUNKS, max_size=CHUNKS), st.integers(1, 5))
def test_a_mix_of_faults(mix: list[Accident], batch: int) -> None:
    world, lost = World(), []
    bad: set[bytes] = set()  # what comes twice, as an empty record may, is kept and told of once
    for number, accident in enumerate(mix):
        chunk = walking_chunk(number)
        if accident is None:
            world.add(chunk)
        else:
            damage, seed = accident
            damaged = damage(chunk, seed)
            world.add(*damaged.records)
            world.objects.stored |= damaged.objects
            lost += [number] * damaged.rejected
            bad |= set(damaged.records[: damaged.rejected])
        world.add(walking_chunk(number, camera_id=NEIGHBOUR))
    world.run(batch=batch)
    assert counted(world) == counted(clean(lost))
    assert len(world.rejections()) == len(bad)
    assert len(world.objects.keys("quarantine/")) == len(bad)
    assert world.checkpoint.saved == str(len(world.records))


@pytest.mark.parametrize("damage", LOSSES, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("seed", [0, 1, 7, 12_345])
def test_every_fault_says_what_it_is_and_is_kept_as_it_came(damage: Damage, seed: int) -> None:
    damaged = damage(walking_chunk(1), seed)
    world = World().add(walking_chunk(0), *damaged.records, walking_chunk(2))
    world.objects.stored |= damaged.objects
    world.run()
    (rejected,) = [fields_of(m) for m in world.bus.messages if m.detail_type == "ChunkRejected.v1"]
    assert rejected["reason"] in {"not_a_chunk", "undecodable", "claim_missing"}
    assert len(rejected["explanation"]) > 20
    kept = world.objects.stored[rejected["quarantine_key"]]
    if rejected["reason"] == "not_a_chunk" or not damaged.objects:
        assert kept == damaged.records[0]
    assert counted(world) == counted(World().add(walking_chunk(0), walking_chunk(2)).run())


@settings(max_examples=drawn(60), deadline=None)
@given(st.permutations(range(CHUNKS)))
def test_disorder_loses_what_came_late_and_nothing_else(order: list[int]) -> None:
    """A late chunk can't be counted: the tracks have gone on without it."""
    latest, late = -1, []
    for number in order:
        late += [number] if number < latest else []
        latest = max(latest, number)
    world = World().add(*(walking_chunk(number) for number in order)).run()
    kept = [walking_chunk(number) for number in range(CHUNKS) if number not in late]
    assert counted(world) == counted(World().add(*kept).run())
    assert world.rejections() == ["out_of_order"] * len(late)


def test_everything_twice_counts_once() -> None:
    """Every chunk twice in a row, and then the whole session once more."""
    once = World().add(*(walking_chunk(number) for number in range(CHUNKS))).run()
    world = World()
    for number in range(CHUNKS):
        world.add(walking_chunk(number), walking_chunk(number))
    world.add(*(walking_chunk(number) for number in range(CHUNKS))).run()
    assert world.facts() == once.facts()
    assert world.rejections() == []


def test_the_records_are_what_the_stream_would_carry() -> None:
    chunk = walking_chunk(0)
    assert World().add(chunk).records[0].data == encode_chunk(chunk.header, chunk.payload)
