"""What the occupancy room's items look like."""

from __future__ import annotations

from floorsight.events.vision import Direction
from floorsight.occupancy.model import Crossing
from floorsight.platform.items import Key
from tests.fakes.scene import CAMERA, SITE, Scene, line_crossed


def test_the_stored_form_is_what_the_documents_say() -> None:
    """Other rooms and later versions read these items: a change here needs a new version."""
    scene = Scene().with_camera()
    crossing = Crossing.of(line_crossed(4, Direction.OUT, confidence=1.0, snapshot_key="snapshots/x.jpg"))
    scene.occupancy.record_crossings(CAMERA, [crossing])
    ledger = scene.presence.get(
        Key(f"LEDGER#{CAMERA}", f"2026-03-02T12:00:00.000000Z#{crossing.crossing_id}")
    )
    assert ledger == {
        "PK": f"LEDGER#{CAMERA}",
        "SK": f"2026-03-02T12:00:00.000000Z#{crossing.crossing_id}",
        "type": "crossing",
        "v": 1,
        "crossing_id": crossing.crossing_id,
        "site_id": SITE,
        "camera_id": CAMERA,
        "stream_session": "20260302T110000.000000Z-0001",
        "line_id": "door-1.aaaaaa",
        "line_revision": 1,
        "track_id": 4,
        "crossing_number": 1,
        "direction": "out",
        "occurred_at": "2026-03-02T12:00:00.000000Z",
        "object_class": "person",
        "confidence": 1,
        "anchor": [0.5, 0.75],
        "snapshot_key": "snapshots/x.jpg",
    }
    assert scene.presence.get(Key(f"LIVE#{SITE}", f"CAMERA#{CAMERA}")) == {
        "PK": f"LIVE#{SITE}",
        "SK": f"CAMERA#{CAMERA}",
        "type": "live_count",
        "v": 1,
        "site_id": SITE,
        "camera_id": CAMERA,
        "baseline_count": 0,
        "baseline_at": "1970-01-01T00:00:00.000000Z",
        "baseline_by": "floorsight",
        "baseline_reason": "no count was given yet",
        "exits": 1,
        "exits:door-1.aaaaaa": 1,
    }


def test_a_crossing_comes_back_as_it_went_in() -> None:
    scene = Scene().with_camera()
    crossing = Crossing.of(line_crossed(4, confidence=1.0, anchor=(0.0, 1.0)))
    scene.occupancy.record_crossings(CAMERA, [crossing])
    [found] = scene.occupancy.list_crossings(CAMERA).items
    assert found == crossing
    assert isinstance(found.confidence, float)
