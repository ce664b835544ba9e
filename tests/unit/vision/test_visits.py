"""Zones from the tracks to the events: who counts, when a visit ends and why, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from floorsight.events.vision import VisitEnd, ZoneEntered, ZoneLeft
from floorsight.geometry.lines import Point
from floorsight.geometry.polygons import Polygon
from floorsight.platform.ids import derived_id
from floorsight.vision.chunk import Chunk
from floorsight.vision.plan import CountingPlan, CountingZone
from tests.fakes.streams import (
    CAMERA,
    FIRST,
    FPS,
    MIDDLE_LINE,
    MIDDLE_ZONE,
    SECOND,
    SITE,
    World,
    captured,
    encoded,
    fields_of,
    header_of,
    plan_of,
    position,
    walking_chunk,
)

# The block's feet are at x = 1/16 in frame 0 and go 1/16 a frame; the zone is from 0.3 to 0.7.
FIRST_INSIDE, FIRST_OUTSIDE = 4, 11


def zone(**changes: Any) -> CountingZone:
    return replace(MIDDLE_ZONE, **changes)


def planned(*zones: CountingZone) -> Callable[[str], CountingPlan]:
    return lambda camera_id: CountingPlan(SITE, camera_id, float(FPS), (MIDDLE_LINE,), zones)


def placed_chunk(sequence: int, lefts: tuple[int | None, ...]) -> Chunk:
    """Chunk `sequence` of the first session, with the block where it is said to be."""
    payload = encoded(lefts)
    offsets = tuple(number * 1_000_000 // FPS for number in range(len(lefts)))
    at = captured(sequence * len(lefts) / FPS)
    return Chunk(header_of(payload, sequence=sequence, captured_at=at, frame_offsets_us=offsets), payload)


def visits(world: World) -> list[ZoneEntered | ZoneLeft]:
    """The distinct visit events in the order first published."""
    world.facts()
    found: dict[str, ZoneEntered | ZoneLeft] = {}
    for message in world.bus.messages:
        if message.detail_type == "ZoneEntered.v1":
            event: ZoneEntered | ZoneLeft = ZoneEntered.parse(message.detail)
        elif message.detail_type == "ZoneLeft.v1":
            event = ZoneLeft.parse(message.detail)
        else:
            continue
        found.setdefault(event.event_id, event)
    return list(found.values())


def only_visit(world: World) -> tuple[ZoneEntered, ZoneLeft]:
    entered, left = visits(world)
    assert isinstance(entered, ZoneEntered)
    assert isinstance(left, ZoneLeft)
    return entered, left


def frame_at(number: int) -> datetime:
    return captured(number / FPS)


class TestAVisit:
    def test_is_told_with_the_moments_of_first_inside_and_first_outside(self) -> None:
        entered, left = only_visit(World().add(*(walking_chunk(n) for n in range(4))).run())
        assert entered.occurred_at == left.entered_at == frame_at(FIRST_INSIDE)
        assert left.occurred_at == frame_at(FIRST_OUTSIDE)
        assert left.dwell_seconds == pytest.approx((FIRST_OUTSIDE - FIRST_INSIDE) / FPS)
        assert left.reason is VisitEnd.LEFT
        assert (entered.zone_id, entered.zone_revision, entered.track_id) == (MIDDLE_ZONE.zone_id, 1, 1)
        assert (entered.visit_number, left.visit_number) == (1, 1)
        assert entered.object_class == left.object_class == "person"
        assert not entered.restricted

    def test_has_ids_that_follow_from_what_happened(self) -> None:
        entered, left = only_visit(World().add(*(walking_chunk(n) for n in range(4))).run())
        facts = (CAMERA, FIRST, 1, MIDDLE_ZONE.zone_id, 1, 1)
        assert entered.event_id == derived_id("ZoneEntered.v1", *facts)
        assert left.event_id == derived_id("ZoneLeft.v1", *facts)

    def test_has_one_picture_for_both_ends(self) -> None:
        world = World().add(*(walking_chunk(n) for n in range(4))).run()
        entered, left = only_visit(world)
        assert entered.snapshot_key == left.snapshot_key
        assert world.objects.stored[entered.snapshot_key or ""].startswith(b"\xff\xd8")

    def test_is_numbered_by_track_and_zone(self) -> None:
        there, back = (12, 15, 20, 26, 30, 32), (32, 30, 26, 20, 15, 12)
        lefts = (there, there[-1:] * 6, back, back[-1:] * 6, there, there[-1:] * 6, back, back[-1:] * 6)
        world = World().add(*(placed_chunk(n, part) for n, part in enumerate(lefts))).run()
        assert [(type(event).__name__, event.visit_number) for event in visits(world)] == [
            ("ZoneEntered", 1),
            ("ZoneLeft", 1),
            ("ZoneEntered", 2),
            ("ZoneLeft", 2),
        ]

    def test_to_a_restricted_zone_says_so(self) -> None:
        world = World().add(*(walking_chunk(n) for n in range(4)))
        assert [event.restricted for event in visits(world.run(plan_of=planned(zone(restricted=True))))] == [
            True,
            True,
        ]

    def test_of_the_centre_is_another_than_that_of_the_feet(self) -> None:
        upper = Polygon((Point(0.3, 0.0), Point(0.7, 0.0), Point(0.7, 0.7), Point(0.3, 0.7)))
        world = World().add(*(walking_chunk(n) for n in range(4)))
        assert visits(world.run(plan_of=planned(zone(polygon=upper)))) == []
        world = World(records=world.records)
        entered, left = only_visit(world.run(plan_of=planned(zone(polygon=upper, at_feet=False))))
        assert entered.anchor[1] == pytest.approx(0.5, abs=0.01)
        assert left.anchor[1] == pytest.approx(0.8333, abs=0.01)  # where the feet were seen last


class TestWhoCounts:
    def test_a_single_sight_is_nobody_even_where_one_observation_settles(self) -> None:
        hasty = planned(zone(settle_frames=1))
        inside = position(6)
        world = World().add(placed_chunk(0, (None, inside, None, None)), placed_chunk(1, (None,) * 4))
        assert world.run(plan_of=hasty).kinds() == []

    def test_who_is_confirmed_inside_entered_when_first_seen_there(self) -> None:
        hasty = planned(zone(settle_frames=1))
        inside = position(6)
        world = World().add(placed_chunk(0, (None, inside, inside, inside))).run(plan_of=hasty)
        (entered,) = visits(world)
        assert entered.occurred_at == frame_at(1)

    def test_who_stands_in_two_zones_is_in_both(self) -> None:
        other = zone(zone_id=f"{CAMERA}.other")
        world = World().add(walking_chunk(0), walking_chunk(1)).run(plan_of=planned(MIDDLE_ZONE, other))
        assert {event.zone_id for event in visits(world)} == {MIDDLE_ZONE.zone_id, other.zone_id}


class TestTheEndOfATrack:
    def test_lost_inside_it_leaves_when_it_was_seen_last(self) -> None:
        world = World().add(walking_chunk(0), walking_chunk(1))  # seen last in frame 7
        gone = tuple(placed_chunk(n, (None,) * 4) for n in range(2, 6))
        entered, left = only_visit(world.add(*gone).run())
        assert left.reason is VisitEnd.TRACK_ENDED
        assert left.occurred_at == frame_at(7)
        assert left.dwell_seconds == pytest.approx((7 - FIRST_INSIDE) / FPS)
        assert left.zone_id == entered.zone_id
        assert left.confidence == pytest.approx(0.9)

    def test_it_leaves_before_the_track_is_told_to_have_ended(self) -> None:
        world = World().add(walking_chunk(0), walking_chunk(1), walking_chunk(0, SECOND)).run()
        kinds = [message.detail_type for message in world.bus.messages]
        assert kinds.index("ZoneLeft.v1") < kinds.index("TrackEnded.v1")

    def test_a_session_that_is_over_ends_its_visits(self) -> None:
        world = World().add(walking_chunk(0), walking_chunk(1), walking_chunk(0, SECOND)).run()
        _, left = only_visit(world)
        assert (left.reason, left.occurred_at, left.cause) == (
            VisitEnd.TRACK_ENDED,
            frame_at(7),
            "session-end",
        )
        assert left.stream_session == FIRST

    def test_who_had_left_does_not_leave_again(self) -> None:
        world = World().add(*(walking_chunk(n) for n in range(4)), walking_chunk(0, SECOND)).run()
        assert len(visits(world)) == 2


class TestAnEditedZone:
    """The ledger stays balanced: who is inside leaves the old zone, and enters the new one by being seen
    inside it."""

    def run(
        self, *plans: Callable[[str], CountingPlan], chunk: Callable[[int], Chunk] = walking_chunk
    ) -> list[ZoneEntered | ZoneLeft]:
        """One plan for each chunk, each under a new worker."""
        world = World()
        for number, plan in enumerate(plans):
            world.add(chunk(number)).run(plan_of=plan)
        return visits(world)

    def test_ends_its_visits_under_the_old_revision_when_they_were_seen_last(self) -> None:
        elsewhere = Polygon((Point(0.8, 0.5), Point(1.0, 0.5), Point(1.0, 0.7), Point(0.8, 0.7)))
        edited = planned(zone(revision=2, polygon=elsewhere))
        entered, left = self.run(plan_of, plan_of, edited, edited)
        assert isinstance(left, ZoneLeft)
        assert (left.reason, left.zone_revision) == (VisitEnd.ZONE_CHANGED, 1)
        assert left.occurred_at == frame_at(7)
        assert left.visit_number == entered.visit_number

    def test_is_entered_by_who_is_inside(self) -> None:
        edited = planned(zone(revision=2))
        events = self.run(plan_of, plan_of, edited, edited)
        assert [(type(event).__name__, event.zone_revision, event.visit_number) for event in events] == [
            ("ZoneEntered", 1, 1),
            ("ZoneLeft", 1, 1),
            ("ZoneEntered", 2, 2),
            ("ZoneLeft", 2, 2),
        ]
        assert events[2].occurred_at == frame_at(8)

    def test_that_was_removed_has_nobody_left(self) -> None:
        _, left = self.run(plan_of, plan_of, planned(), planned())
        assert isinstance(left, ZoneLeft)
        assert (left.reason, left.occurred_at) == (VisitEnd.ZONE_CHANGED, frame_at(7))

    def test_that_was_removed_while_the_stream_stood_still(self) -> None:
        world = World().add(walking_chunk(0), walking_chunk(1)).run()
        world.add(walking_chunk(0, SECOND)).run(plan_of=planned())
        _, left = only_visit(world)
        assert left.reason is VisitEnd.TRACK_ENDED

    def test_an_old_plan_that_comes_back_makes_no_id_twice(self) -> None:
        def inside(number: int) -> Chunk:
            return placed_chunk(number, (position(6),) * 4)

        edited = planned(zone(revision=2))
        plans = (plan_of, edited, plan_of, planned(), plan_of, edited, planned())
        events = self.run(*plans, chunk=inside)
        assert [type(event) for event in events] == [ZoneEntered, ZoneLeft] * 5
        assert [event.visit_number for event in events[::2]] == [1, 2, 3, 4, 5]
        assert [event.visit_number for event in events[1::2]] == [1, 2, 3, 4, 5]

    def test_a_new_restriction_alone_interrupts_no_visit(self) -> None:
        now_restricted = planned(zone(restricted=True))
        events = self.run(plan_of, plan_of, now_restricted, now_restricted)
        assert [event.restricted for event in events] == [False, False]


def test_what_a_visit_says_is_what_the_bus_carries() -> None:
    world = World().add(*(walking_chunk(n) for n in range(4))).run()
    details = [fields_of(m) for m in world.bus.messages if m.detail_type == "ZoneLeft.v1"]
    assert details[0]["reason"] == "left"
    assert details[0]["dwell_seconds"] == 1.4
