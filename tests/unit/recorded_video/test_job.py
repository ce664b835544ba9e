"""A recorded video, analysed as its camera's stream: the same facts, once, wherever it was stopped."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from containers.recorded_video import analysing
from floorsight.platform.errors import (
    Conflict,
    FloorsightError,
    Forbidden,
    Malformed,
    NotFound,
    Unavailable,
)
from floorsight.recordings.model import RecordingStatus
from floorsight.video.chunking import ChunkingSettings, StreamRun, chunks_of
from floorsight.video.source import VideoFile
from floorsight.vision.detections import Detections
from floorsight.vision.stream_state import StreamState
from tests.fakes.clock import NOON
from tests.fakes.recordings import ORDER, VIDEO, Studio, walking_video
from tests.fakes.streams import (
    CAMERA,
    SITE,
    THIRD,
    BrightBlockDetector,
    Killed,
    World,
    fields_of,
    kill_at,
    walking_chunk,
)

FRAMES, SECONDS = 60, 12


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walking_video(tmp_path_factory.mktemp("recorded") / "yard.mp4", frames=FRAMES)


@pytest.fixture
def studio(tmp_path: Path, video: Path) -> Studio:
    return Studio(tmp_path).with_video(video)


def state_of(studio: Studio) -> StreamState:
    state = studio.world.store().load(CAMERA).state
    assert state is not None
    return state


class Counting(BrightBlockDetector):
    """Counts the frames that it is shown."""

    frames = 0

    def detect(self, frames: list[Any], stopwatch: Any) -> list[Detections]:
        Counting.frames += len(frames)
        return super().detect(frames, stopwatch)


def test_says_what_the_live_worker_says(studio: Studio, video: Path) -> None:
    done = studio.attempt()
    assert done.status is RecordingStatus.SUCCEEDED
    live = World()
    run = StreamRun(SITE, CAMERA, str(done.stream_session), NOON)
    with VideoFile(video) as opened:
        live.add(*chunks_of(opened, run, ChunkingSettings())).add(walking_chunk(0, THIRD)).run()
    recorded = studio.world.facts()
    (finished,) = (event for event, (kind, _) in recorded.items() if kind == "RecordingAnalysed.v1")
    del recorded[finished]
    own = {
        event: (kind, detail.replace('"recorded":false', '"recorded":true'))
        for event, (kind, detail) in live.facts().items()
        if THIRD not in detail
    }
    assert recorded == own
    assert {"LineCrossed.v1", "TrackEnded.v1", "StreamHealth.v1"} <= {kind for kind, _ in recorded.values()}


def test_tells_how_it_went(studio: Studio) -> None:
    studio.attempt()
    record = studio.record()
    crossings = studio.world.kinds().count("LineCrossed.v1")
    assert crossings >= 3
    assert (record.status, record.attempts, record.problem) == (RecordingStatus.SUCCEEDED, 1, None)
    assert (record.progress.frames, record.progress.crossings) == (FRAMES, crossings)
    assert (record.progress.chunks, record.progress.rejected) == (SECONDS, 0)
    assert record.progress.seconds == pytest.approx(SECONDS, abs=0.3)
    assert record.seconds_total == pytest.approx(SECONDS, abs=0.3)
    assert record.progress.fetched_bytes == record.video_bytes
    (event,) = (fields_of(m) for m in studio.world.bus.messages if m.detail_type == "RecordingAnalysed.v1")
    assert (event["frames_analysed"], event["crossings"], event["job_id"]) == (FRAMES, crossings, "job-1")


def test_a_job_that_is_done_is_done(studio: Studio) -> None:
    done = studio.attempt()
    told = len(studio.world.bus.messages)
    assert studio.attempt() == done
    assert len(studio.world.bus.messages) == told


def test_without_a_time_it_has_just_ended(studio: Studio) -> None:
    done = studio.attempt(replace(ORDER, started_at=None))
    assert done.started_at is not None
    assert (NOON - done.started_at).total_seconds() == pytest.approx(SECONDS, abs=0.3)


def test_killed_at_any_moment(tmp_path: Path, video: Path) -> None:
    """Every call on table, bucket and bus may be the last; the next attempt ends as an undisturbed one."""
    seen = 0

    def count(number: int, name: str) -> None:
        nonlocal seen
        seen = number

    whole = Studio(tmp_path).with_video(video)
    whole.attempt(strike=count)
    assert seen > 40
    for number in range(1, seen + 1):
        studio = Studio(tmp_path, max_attempts=9).with_video(video)
        with pytest.raises(Killed):
            studio.attempt(strike=kill_at(number))
        studio.world.clock.advance(1.0)
        done = studio.attempt()
        assert done.status is RecordingStatus.SUCCEEDED, number
        session = str(done.stream_session)
        told = {kind_and_detail(fact, session) for fact in studio.world.facts().values()}
        undisturbed = str(whole.record().stream_session)
        assert told == {kind_and_detail(fact, undisturbed) for fact in whole.world.facts().values()}, number
        assert done.progress.crossings == whole.record().progress.crossings


def kind_and_detail(fact: tuple[str, str], session: str) -> tuple[str, str]:
    """Less what follows from the session's id, which tells when the first attempt began."""
    import json

    fields = json.loads(fact[1])
    for name in ("event_id", "snapshot_key"):
        fields.pop(name, None)
    assert fields.pop("stream_session") == session
    return fact[0], json.dumps(fields, sort_keys=True)


class TestStopping:
    def test_commits_and_goes_on_from_there(self, studio: Studio) -> None:
        Counting.frames = 0
        taken: list[int] = []

        class Watching:
            def show(self, plan: Any, analysis: Any, sequence: int) -> None:
                taken.append(sequence)
                if sequence == 5:
                    studio.stop.set()

        with pytest.raises(analysing.Interrupted):
            studio.attempt(detector=Counting(), audience=Watching())
        record = studio.record()
        assert (record.status, record.problem is not None) == (RecordingStatus.INTERRUPTED, True)
        assert state_of(studio).sequence == 5
        studio.stop.clear()
        done = studio.attempt(detector=Counting(), audience=Watching())
        assert (done.status, done.attempts) == (RecordingStatus.SUCCEEDED, 2)
        assert Counting.frames == FRAMES  # none of them twice
        assert taken == list(range(SECONDS))

    def test_while_the_video_is_fetched(self, studio: Studio) -> None:
        studio.downloads.on_fetch = studio.stop.set
        with pytest.raises(analysing.Interrupted):
            studio.attempt()
        assert studio.record().status is RecordingStatus.INTERRUPTED

    def test_the_camera_is_kept_for_the_next_attempt(self, studio: Studio, video: Path) -> None:
        studio.downloads.on_fetch = studio.stop.set
        with pytest.raises(analysing.Interrupted):
            studio.attempt()
        studio.stop.clear()
        studio.downloads.on_fetch = lambda: None
        with pytest.raises(Conflict, match="job-1"):
            studio.attempt(replace(ORDER, job_id="job-2"))
        assert studio.attempt().status is RecordingStatus.SUCCEEDED
        assert studio.attempt(replace(ORDER, job_id="job-2")).status is RecordingStatus.SUCCEEDED

    def test_a_job_that_was_killed_is_seen_as_interrupted(self, studio: Studio) -> None:
        with pytest.raises(Killed):
            studio.attempt(strike=kill_at(30))
        assert studio.record().status is RecordingStatus.RUNNING
        studio.world.clock.advance(200)
        seen = studio.record()
        assert seen.status is RecordingStatus.INTERRUPTED
        assert seen.problem is not None
        assert seen.problem.code == "no_sign_of_life"


class TestOneCamera:
    def test_with_a_live_stream_is_refused(self, studio: Studio) -> None:
        studio.world.add(walking_chunk(0)).run()
        with pytest.raises(Conflict, match="camera of its own"):
            studio.attempt()
        record = studio.record()
        assert record.status is RecordingStatus.FAILED
        assert record.problem is not None
        assert record.problem.code == "camera_is_live"
        assert studio.world.rejections() == []

    def test_takes_one_video_after_the_other(self, studio: Studio) -> None:
        first = studio.attempt()
        second = studio.attempt(replace(ORDER, job_id="job-2"))
        assert str(second.stream_session) > str(first.stream_session)  # although no time has passed
        assert second.progress == replace(first.progress, frames_per_second=second.progress.frames_per_second)

    def test_that_goes_live_meanwhile_leaves_the_job_behind(self, studio: Studio) -> None:
        outlives = {"table": studio.world.table, "objects": studio.world.objects, "bus": studio.world.bus}
        live = World(**outlives).add(walking_chunk(0, stream_session="20270101T000000.000000Z-0001"))

        class GoesLive:
            def show(self, plan: Any, analysis: Any, sequence: int) -> None:
                if sequence == 4:
                    live.run()

        with pytest.raises(Conflict, match="later stream"):
            studio.attempt(audience=GoesLive())
        record = studio.record()
        assert record.problem is not None
        assert (record.status, record.problem.code) == (RecordingStatus.FAILED, "superseded")
        assert len(studio.world.rejections()) <= 12

    def test_a_second_attempt_of_the_same_job_ends_the_first(self, studio: Studio) -> None:
        class StartsAnother:
            def show(self, plan: Any, analysis: Any, sequence: int) -> None:
                if sequence == 4:
                    studio.attempt()

        with pytest.raises(FloorsightError):
            studio.attempt(audience=StartsAnother())
        assert studio.record().status is RecordingStatus.SUCCEEDED
        assert studio.record().attempts == 2
        assert studio.world.kinds().count("RecordingAnalysed.v1") == 1


class TestBadInput:
    """A clear reason in the job's record, and nothing is counted."""

    def refused(self, studio: Studio, kind: type[FloorsightError], code: str, **order: Any) -> None:
        with pytest.raises(kind) as caught:
            studio.attempt(replace(ORDER, **order))
        assert caught.value.code == code
        record = studio.record()
        assert record.status is RecordingStatus.FAILED
        assert record.problem is not None
        assert (record.problem.code, record.problem.message) == (code, caught.value.message)
        assert "LineCrossed.v1" not in studio.world.kinds()

    def test_no_such_object(self, studio: Studio) -> None:
        self.refused(studio, NotFound, "no_such_object", video="s3://media/recordings/no.mp4")

    def test_no_object_at_all(self, studio: Studio) -> None:
        self.refused(studio, Malformed, "bad_object_url", video="/home/me/yard.mp4")

    def test_no_right_to_read_it(self, studio: Studio) -> None:
        studio.downloads.fault = Forbidden("no right", code="no_right_to_read")
        self.refused(studio, Forbidden, "no_right_to_read")

    def test_an_unknown_camera(self, studio: Studio) -> None:
        self.refused(studio, NotFound, "unknown_camera", camera_id="nobody")

    def test_no_video(self, studio: Studio, tmp_path: Path) -> None:
        text = tmp_path / "notes.mp4"
        text.write_text("this is no video" * 100)
        self.refused(studio.with_video(text), Malformed, "not_a_video")
        problem = studio.record().problem
        assert problem is not None
        assert VIDEO in problem.message
        assert str(tmp_path) not in problem.message

    def test_a_video_larger_than_the_scratch(self, studio: Studio) -> None:
        studio.scratch_gib = 0
        self.refused(studio, Malformed, "video_too_large")

    def test_a_job_id_that_stands_for_another_video(self, studio: Studio) -> None:
        studio.attempt()
        for change in (
            {"video": "s3://media/x.mp4"},
            {"camera_id": "door-2"},
            {"started_at": NOON.replace(hour=1)},
        ):
            with pytest.raises(Conflict, match="another job id"):
                studio.attempt(replace(ORDER, **change))
        assert studio.record().status is RecordingStatus.SUCCEEDED

    def test_a_video_that_was_replaced_half_way(self, studio: Studio, tmp_path: Path) -> None:
        with pytest.raises(Killed):
            studio.attempt(strike=kill_at(46))
        assert state_of(studio).sequence >= 0
        studio.with_video(walking_video(tmp_path / "other.mp4", frames=30))
        with pytest.raises(Conflict, match="replaced"):
            studio.attempt()

    def test_mended_under_the_same_job_id(self, studio: Studio, video: Path) -> None:
        del studio.downloads.files[VIDEO]
        self.refused(studio, NotFound, "no_such_object")
        assert studio.with_video(video).attempt().status is RecordingStatus.SUCCEEDED


class TestDamage:
    """What can be decoded is analysed; where the damage lies is told."""

    def damaged(self, video: Path, target: Path, number: int, at: int, damage: bytes) -> Path:
        """The video with other bytes from byte `at` of picture `number` on."""
        with av.open(str(video)) as opened:
            packets = [packet for packet in opened.demux(video=0) if packet.size]
        begin = packets[number].pos
        assert begin is not None
        data = bytearray(video.read_bytes())
        data[begin + at : begin + at + len(damage)] = damage
        target.write_bytes(data)
        return target

    def test_of_a_picture_that_can_not_be_cut_out(self, studio: Studio, video: Path, tmp_path: Path) -> None:
        """Lengths that lead nowhere: the picture is left out when the video is cut."""
        damaged = self.damaged(video, tmp_path / "damaged.mp4", FRAMES // 2 + 2, 0, b"\xff" * 8)
        done = studio.with_video(damaged).attempt()
        assert done.status is RecordingStatus.SUCCEEDED
        (damage,) = done.damages
        assert damage.at_seconds == pytest.approx((FRAMES // 2 + 2) / 5)
        assert "damaged" in damage.explanation
        assert done.progress.frames == FRAMES - 1
        assert done.progress.seconds == pytest.approx(SECONDS, abs=0.3)

    def test_of_a_picture_that_can_not_be_decoded(self, studio: Studio, video: Path, tmp_path: Path) -> None:
        """A chunk whose pictures are not all there: put aside, and the next one goes on."""
        no_picture = b"\x1f"  # a NAL unit of a type that nobody knows
        damaged = self.damaged(video, tmp_path / "damaged.mp4", FRAMES // 2 + 2, 4, no_picture)
        done = studio.with_video(damaged).attempt()
        assert done.status is RecordingStatus.SUCCEEDED
        (damage,) = done.damages
        assert damage.explanation.startswith("undecodable: ")
        assert (damage.at_seconds, damage.sequence) == (FRAMES / 2 / 5, FRAMES / 2 / 5)  # a chunk a second
        assert done.progress.rejected == 1
        assert done.progress.frames == FRAMES - 5
        assert studio.world.rejections() == ["undecodable"]
        assert len(studio.world.objects.keys("quarantine/")) == 1

    def test_of_a_video_that_has_to_be_encoded_anew(self, studio: Studio, tmp_path: Path) -> None:
        whole = walking_video(tmp_path / "whole.avi", codec="mjpeg")
        data = bytearray(whole.read_bytes())
        pictures = [at for at in range(len(data)) if data.startswith(b"\xff\xd8\xff", at)]
        begin, end = pictures[FRAMES // 2 : FRAMES // 2 + 2]
        data[begin : end - 8] = bytes(end - 8 - begin)  # the next one's eight bytes of head stay
        damaged = tmp_path / "damaged.avi"
        damaged.write_bytes(data)
        done = studio.with_video(damaged).attempt()
        assert done.status is RecordingStatus.SUCCEEDED
        assert [damage.at_seconds for damage in done.damages] == [pytest.approx(SECONDS / 2, abs=0.3)]
        assert done.progress.frames == FRAMES - 1

    def test_an_end_that_was_cut_off(self, studio: Studio, tmp_path: Path) -> None:
        whole = walking_video(tmp_path / "whole.mkv")
        cut = tmp_path / "cut.mkv"
        cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.6)])
        done = studio.with_video(cut).attempt()
        assert done.status is RecordingStatus.SUCCEEDED
        assert any("the video ends here" in damage.explanation for damage in done.damages)
        assert 0 < done.progress.frames < FRAMES

    def test_everywhere(self, studio: Studio, video: Path, tmp_path: Path) -> None:
        data = bytearray(video.read_bytes())
        begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
        data[begin:end] = bytes(end - begin)
        damaged = tmp_path / "damaged.mp4"
        damaged.write_bytes(data)
        with pytest.raises(Malformed):
            studio.with_video(damaged).attempt()
        record = studio.record()
        assert record.problem is not None
        assert (record.status, record.problem.code) == (RecordingStatus.FAILED, "undecodable_source")


class TestWhatDoesNotAnswer:
    def test_is_tried_again(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(analysing, "TAKE_BASE_SECONDS", 0.001)
        failed: list[str] = []
        store = studio.world.store()
        strikes = ("before bus.publish", "after table.write", "before objects.put")

        def strike(number: int, name: str) -> None:
            if name in strikes and len(failed) < 9 and store.load(CAMERA).version > 0:
                failed.append(name)
                raise Unavailable(name)

        done = studio.attempt(strike=strike)
        assert len(failed) == 9
        assert done.progress.frames == FRAMES

    @pytest.mark.parametrize(("attempts", "status"), [(1, "failed"), (3, "interrupted")])
    def test_for_long_is_left_to_the_next_attempt(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch, attempts: int, status: str
    ) -> None:
        monkeypatch.setattr(analysing, "TAKE_ATTEMPTS", 2)
        monkeypatch.setattr(analysing, "TAKE_BASE_SECONDS", 0.001)
        studio.max_attempts = attempts

        def strike(number: int, name: str) -> None:
            if name == "before bus.publish":
                raise Unavailable("the bus is away")

        with pytest.raises(Unavailable):
            studio.attempt(strike=strike)
        assert studio.record().status.value == status
        assert studio.attempt().status is RecordingStatus.SUCCEEDED

    def test_in_the_last_attempt_of_a_submission_is_a_failure_and_not_in_the_next_ones_first(
        self, studio: Studio
    ) -> None:
        def broken(camera_id: str) -> Any:
            raise ZeroDivisionError("ours")

        studio.max_attempts = 2
        told = []
        for number in (1, 2, 1, 2):
            studio.attempt_number = number
            with pytest.raises(ZeroDivisionError):
                studio.attempt(plan_of=broken)
            told.append(studio.record().status.value)
        assert told == ["interrupted", "failed"] * 2

    def test_a_fault_of_ours_is_told_too(self, studio: Studio) -> None:
        def broken(camera_id: str) -> Any:
            raise ZeroDivisionError("ours")

        with pytest.raises(ZeroDivisionError):
            studio.attempt(plan_of=broken)
        record = studio.record()
        assert record.problem is not None
        assert (record.status, record.problem.code) == (RecordingStatus.FAILED, "internal")
