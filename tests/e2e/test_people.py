"""Real faces through the whole system: who is enrolled comes and goes once, who is not is asked about.

One door sees all of it, and which way somebody went is said by its line.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from av.video.frame import VideoFrame

from floorsight.events.attendance import PunchRecorded
from floorsight.events.identity import FaceSeen, PersonNotRecognised, PersonRecognised
from floorsight.models.catalogue import load_media_catalogue
from floorsight.models.pulling import pull
from floorsight.vision.faces.picking import MIN_VOTES
from floorsight.vision.pictures import encode_jpeg
from infra.local.accounts import Account
from infra.local.api_client import ApiClient
from infra.local.deployment import Deployment
from infra.local.models_cli import CACHE_FOLDER, MEDIA_CATALOGUE, MEDIA_FOLDER
from infra.local.processes import start_publisher
from tests.e2e import square
from tests.fakes.faces import FPS, Passage, make_face_video
from tests.waiting import HTTP_SECONDS, eventually

pytestmark = [pytest.mark.cloud, pytest.mark.media]

SITE, DOOR, ANDY, SHIFT = "works", "works-door", "andy", "day"
MORNING = datetime(2026, 3, 2, 7, 58, tzinfo=UTC)
EVENING = datetime(2026, 3, 2, 16, 3, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FRAME_STEP = 6  # of 25 a second: a frame by API every 240 ms
# Where in a recording to take a photograph, in frames.
POSES = (40, 160, 320)
Events = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def recordings() -> dict[str, Path]:
    """Two recordings of one man, and one of another."""
    catalogue = load_media_catalogue(MEDIA_CATALOGUE)
    names = ("face-video-f-1", "face-video-f-2", "face-video-g-1")
    return {name[-3:]: pull(catalogue.entry(name), MEDIA_FOLDER, CACHE_FOLDER) for name in names}


def photographs(recording: Path) -> list[str]:
    """JPEGs of somebody, as base64."""
    with av.open(str(recording)) as video:
        frames = [frame for number, frame in enumerate(video.decode(video=0)) if number in POSES]
    return [base64.b64encode(encode_jpeg(VideoFrame.to_rgb(each).to_ndarray())).decode() for each in frames]


@dataclass
class Works:
    """A plant with one door and one employee, who works from eight to four."""

    cloud: Deployment
    api: ApiClient
    asked: Events
    known: Events
    unknown: Events
    punched: Events

    def publish(self, video: Path, began_at: datetime) -> None:
        publisher = start_publisher(
            self.cloud.environment(self.cloud.publisher_settings()),
            video,
            site_id=SITE,
            camera_id=DOOR,
            extra=("--fast", "--started-at", began_at.isoformat()),
        )
        assert publisher.process.wait(square.PATIENCE_SECONDS) == 0, publisher.last_lines()

    def records(self) -> list[dict[str, Any]]:
        day = MORNING.date().isoformat()
        found = self.api.get("/api/v1/attendance", employee_id=ANDY, first_date=day, last_date=day)
        return list(found["items"])


@pytest.fixture(scope="module")
def works(cloud: Deployment, accounts: dict[str, Account], recordings: dict[str, Path]) -> Iterator[Works]:
    with ExitStack() as opened:
        api = opened.enter_context(ApiClient(cloud.api_url))
        api.sign_in("operator", accounts["operator"].password)
        listeners = [
            opened.enter_context(square.recorded(cloud, f"people-{kind.__name__}", kind))
            for kind in (FaceSeen, PersonRecognised, PersonNotRecognised, PunchRecorded)
        ]
        api.post("/api/sites", {"site_id": SITE, "name": "Works", "time_zone": "UTC"})
        square.add_camera(api, SITE, DOOR, identify="attendance")
        api.post("/api/employees", {"employee_id": ANDY, "site_id": SITE, "name": "Andy"})
        api.put(f"/api/employees/{ANDY}/consent", {"version": "2026-01"})
        images = [{"image": each} for each in photographs(recordings["f-2"])]
        enrolled = api.post(f"/api/employees/{ANDY}/faces", {"images": images})
        assert [image["added"] for image in enrolled["images"]] == [True] * len(POSES)
        shift = {"shift_id": SHIFT, "site_id": SITE, "name": "Day", "start": "08:00", "end": "16:00"}
        api.post("/api/v1/shifts", shift | {"valid_from": "2026-01-01"})
        assignment = {"first_date": "2026-01-01", "cycle": [[SHIFT]]}
        api.post(f"/api/v1/employees/{ANDY}/assignments", assignment)
        yield Works(cloud, api, *listeners)


def of_the_door(events: Events) -> list[dict[str, Any]]:
    return [event for event in events() if event["camera_id"] == DOOR]


def test_one_coming_one_going_and_a_stranger_in_the_queue(
    works: Works, recordings: dict[str, Path], tmp_path: Path
) -> None:
    andy, stranger = recordings["f-1"], recordings["g-1"]
    # He comes, turns round for something and comes in once more; somebody else walks in a while later.
    morning = make_face_video(
        tmp_path / "morning.mp4",
        [
            Passage(andy, 1.0, 5.0, from_x=40, to_x=640, first_frame=100),
            Passage(andy, 10.0, 14.0, from_x=40, to_x=640, first_frame=400),
            Passage(stranger, 20.0, 24.0, from_x=40, to_x=580),
        ],
        seconds=28,
    )
    evening = make_face_video(
        tmp_path / "evening.mp4",
        [Passage(andy, 1.0, 5.0, from_x=640, to_x=40, first_frame=600)],
        seconds=9,
    )
    works.publish(morning, MORNING)
    works.publish(evening, EVENING)
    square.work_until_idle(works.cloud)

    eventually(lambda: len(of_the_door(works.asked)) == 4, "everybody asked about")
    eventually(lambda: len(of_the_door(works.known)) == 3, "Andy's name")
    eventually(lambda: len(of_the_door(works.unknown)) == 1, "that nobody knows the stranger")
    assert {event["employee_id"] for event in of_the_door(works.known)} == {ANDY}

    # A punch may be told of before its direction is known, and then once more; each once the record has it.
    def told() -> set[tuple[str, str]]:
        return {(event["punch_id"], event["direction"]) for event in of_the_door(works.punched)}

    def ways() -> list[str]:
        return sorted(direction for _, direction in told() if direction != "unknown")

    eventually(lambda: ways() == ["in", "in", "out"], "three punches with their directions")
    assert len({punch_id for punch_id, _ in told()}) == 3

    (record,) = works.records()
    assert record["statuses"] == ["present"]
    assert record["closed"]
    came, went = (datetime.fromisoformat(record[end]) for end in ("check_in", "check_out"))
    assert timedelta() <= came - MORNING <= timedelta(seconds=6)  # the first time, not when he came back
    assert timedelta() <= went - EVENING <= timedelta(seconds=6)
    (stretch,) = record["stretches"]
    assert datetime.fromisoformat(stretch["start"]) == came
    assert datetime.fromisoformat(stretch["end"]) == went

    (review,) = works.api.get("/api/identity/review", site_id=SITE)["items"]
    (not_known,) = of_the_door(works.unknown)
    assert (review["review_id"], review["camera_id"]) == (not_known["review_id"], DOOR)
    assert httpx.get(review["snapshot_url"], timeout=HTTP_SECONDS).content.startswith(b"\xff\xd8")


def test_frames_by_api_name_whom_they_show(works: Works, recordings: dict[str, Path], tmp_path: Path) -> None:
    """Frame by frame, until there are faces enough: then the answer has a name, and goes on having it."""
    camera_id = "works-desk"
    camera = {
        "camera_id": camera_id,
        "site_id": SITE,
        "name": "Desk",
        "role": "entry",
        "identify": "recognise",
    }
    works.api.post("/api/occupancy/cameras", camera)
    video = make_face_video(
        tmp_path / "desk.mp4",
        [Passage(recordings["f-1"], 0.0, 4.0, from_x=300, to_x=380, first_frame=100)],
        seconds=3.0,
    )
    with av.open(str(video)) as played:
        pictures = [frame.to_ndarray(format="rgb24") for frame in played.decode(video=0)][::FRAME_STEP]
    answers = [
        works.api.post(
            "/api/process",
            {
                "camera_id": camera_id,
                "frame": base64.b64encode(encode_jpeg(picture)).decode(),
                "captured_at": (NOON + number * timedelta(seconds=FRAME_STEP / FPS)).isoformat(),
            },
        )
        for number, picture in enumerate(pictures)
    ]
    named = [answer["faces_recognized"] for answer in answers]
    first = next(number for number, faces in enumerate(named) if faces)
    assert first >= MIN_VOTES - 1  # not before there can have been three faces
    for (face,), answer in zip(named[first:], answers[first:], strict=True):
        assert (face["name"], face["source"]) == ("Andy", "gallery")
        assert face["confidence"] > 0.5
        assert answer["people_count"] == 1
