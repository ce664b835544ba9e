"""Watching a camera."""

from __future__ import annotations

import pytest

from floorsight.platform.errors import NotFound
from floorsight.platform.items import Key
from floorsight.views.model import SeenTrack, View
from tests.fakes.clock import NOON
from tests.fakes.scene import CAMERA, Scene

DAY_SECONDS = 86400
VIEW = View(CAMERA, NOON, "live/a.jpg", 640, 480, (SeenTrack(1, "person", (0.0, 0.0, 1.0, 1.0), 1.0),))


def test_a_watch_ends_after_30_seconds_though_the_item_lies_there_still() -> None:
    scene = Scene()
    assert not scene.views.is_watched(CAMERA)
    scene.views.watch(CAMERA)
    scene.clock.advance(29.9)
    assert scene.views.is_watched(CAMERA)
    scene.clock.advance(0.1)
    assert not scene.views.is_watched(CAMERA)
    assert scene.trails.get(Key(f"WATCH#{CAMERA}", "WATCH")) is not None


def test_watching_again_goes_on() -> None:
    scene = Scene()
    for _ in range(3):
        scene.views.watch(CAMERA)
        scene.clock.advance(20)
    assert scene.views.is_watched(CAMERA)
    assert not scene.views.is_watched("door-2")


def test_the_view_saved_last_is_the_latest() -> None:
    scene = Scene()
    scene.views.save_view(VIEW)
    newer = View(CAMERA, NOON, "live/b.jpg", 640, 480, ())
    scene.views.save_view(newer)
    assert scene.views.latest_view(CAMERA) == newer


def test_a_view_comes_back_as_it_went_in() -> None:
    scene = Scene()
    scene.views.save_view(VIEW)
    found = scene.views.latest_view(CAMERA)
    assert found == VIEW
    assert all(isinstance(value, float) for value in found.tracks[0].box)


def test_a_view_older_than_its_picture_is_none() -> None:
    scene = Scene()
    scene.views.save_view(VIEW)
    scene.clock.advance(DAY_SECONDS)
    with pytest.raises(NotFound) as caught:
        scene.views.latest_view(CAMERA)
    assert caught.value.code == "no_view_yet"
