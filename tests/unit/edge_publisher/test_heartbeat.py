"""What a publisher says of itself, when, and what of it is forgotten."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from containers.edge_publisher import heartbeat
from containers.edge_publisher.clock_offset import ClockOffset
from containers.edge_publisher.heartbeat import REPORT_SECONDS, SHORTEST_SECONDS, Heartbeat, Reporter
from containers.edge_publisher.spool_state import SpoolState
from containers.edge_publisher.spooled_delivery import DeliveryStatus
from containers.edge_publisher.status import SourceStatus
from floorsight.events.publishing import PublisherReported
from floorsight.platform.bus import Message
from floorsight.platform.errors import Unavailable
from tests.fakes.bus import MemoryBus
from tests.fakes.clock import NOON, ManualClock
from tests.fakes.streams import CAMERA, FIRST, SITE

RUN = "20260302T115900.000000Z-0001"


class FlakyBus(MemoryBus):
    """A bus that is out at times."""

    out = False

    def publish(self, messages: Sequence[Message]) -> None:
        if self.out:
            raise Unavailable("no answer")
        super().publish(messages)


class Publisher:
    """A heartbeat, and what it reports on; time stands still until it is moved."""

    def __init__(self) -> None:
        self.bus, self.clock, self.offset = FlakyBus(), ManualClock(), ClockOffset()
        self.delivery = DeliveryStatus(stream_session=FIRST)
        reporter = Reporter(SITE, CAMERA, RUN, self.offset, self.clock)
        self.heartbeat = Heartbeat(
            reporter, self.bus, lambda: self.delivery, lambda: self.clock.now.timestamp()
        )

    def after(self, seconds: float) -> list[PublisherReported]:
        """All reports so far, looked for once more after some time."""
        self.clock.advance(seconds)
        self.heartbeat.report_if_due()
        return [PublisherReported.parse(message.detail) for message in self.bus.messages]


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


def test_it_reports_at_once_and_then_once_a_minute(publisher: Publisher) -> None:
    times = [len(publisher.after(seconds)) for seconds in (0, 1, 58, 1, 59, 1)]
    assert times == [1, 1, 1, 2, 2, 3]
    assert REPORT_SECONDS == 60


def test_what_comes_or_goes_is_told_soon_but_not_often(publisher: Publisher) -> None:
    publisher.after(0)
    publisher.heartbeat.note_source(SourceStatus(connected=True))
    assert len(publisher.after(SHORTEST_SECONDS - 1)) == 1
    reports = publisher.after(1)
    assert [report.connected for report in reports] == [False, True]
    publisher.delivery = replace(publisher.delivery, link_up=False, last_error="no answer")
    reports = publisher.after(SHORTEST_SECONDS)
    assert (reports[-1].link_up, reports[-1].link_error) == (False, "no answer")
    publisher.heartbeat.note_source(SourceStatus(connected=True, frames_per_second=12.0))
    assert len(publisher.after(SHORTEST_SECONDS)) == 3, "a rate that changes waits for its minute"


def test_a_report_says_all_there_is(publisher: Publisher) -> None:
    publisher.heartbeat.note_source(
        SourceStatus(
            connected=True,
            frames_per_second=9.9871,
            bits_per_second=1_766_032.4,
            reconnects=2,
            last_error="connection refused",
            chunks_skipped=41,
        )
    )
    spool = SpoolState(
        chunks=12,
        bytes=3_000_000,
        oldest_at=NOON - timedelta(seconds=13),
        chunks_dropped=4,
        chunks_damaged=1,
        disk_error="No space left on device",
    )
    publisher.delivery = DeliveryStatus(False, "x" * 900, NOON, 10, FIRST, spool)
    publisher.offset.note(
        {"ResponseMetadata": {"HTTPHeaders": {"date": "Mon, 02 Mar 2026 11:59:58 GMT"}}}, NOON
    )
    (report,) = publisher.after(0)
    assert report.occurred_at == NOON - timedelta(seconds=1.5), "by the service's clock"
    assert report.clock_ahead_seconds == 1.5
    assert (report.queue_chunks, report.queue_bytes, report.queue_seconds) == (12, 3_000_000, 13.0)
    assert (report.chunks_dropped, report.chunks_damaged, report.chunks_skipped) == (4, 1, 41)
    assert (report.frames_per_second, report.bits_per_second) == (9.987, 1_766_032)
    assert (report.camera_error, report.disk_error) == ("connection refused", "No space left on device")
    assert report.link_error == "x" * 500
    assert (report.stream_session, report.publisher, report.reconnects) == (FIRST, RUN, 2)


def test_ids_follow_from_run_and_number() -> None:
    runs = [Publisher(), Publisher()]
    ids = [[report.event_id for report in run.after(0) and run.after(60)] for run in runs]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_what_can_not_be_published_is_forgotten(
    publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    publisher.bus.out = True
    for _ in range(5):
        assert publisher.after(60) == []
    publisher.bus.out = False
    assert [report.number for report in publisher.after(60)] == [6]
    assert caplog.text.count("dropped") == 1, "said once an outage"


@pytest.mark.parametrize(("date", "side"), [("12:00:05", "behind"), ("11:59:50", "ahead")])
def test_a_clock_that_is_off_is_warned_of(
    publisher: Publisher,
    date: str,
    side: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": f"Mon, 02 Mar 2026 {date} GMT"}}}
    publisher.offset.note(answer, NOON)
    publisher.after(0)
    assert side in caplog.text
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert line["PublisherClockOffsetSeconds"] == pytest.approx(5 if side == "behind" else 10, abs=0.6)


def test_a_clock_that_is_right_enough_is_not(publisher: Publisher, caplog: pytest.LogCaptureFixture) -> None:
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": "Mon, 02 Mar 2026 12:00:01 GMT"}}}
    publisher.offset.note(answer, NOON)
    publisher.after(0)
    assert not caplog.text


@pytest.mark.parametrize("headers", [{}, {"date": "now"}, {"date": ""}])
def test_an_answer_without_a_time_says_nothing(headers: dict[str, str]) -> None:
    offset = ClockOffset()
    offset.note({"ResponseMetadata": {"HTTPHeaders": headers}}, NOON)
    offset.note({}, NOON)
    assert offset.seconds is None
    assert not offset.is_wrong


def test_the_last_report_says_that_it_is(publisher: Publisher) -> None:
    with publisher.heartbeat:
        pass
    (report,) = [PublisherReported.parse(message.detail) for message in publisher.bus.messages]
    assert report.stopping
    assert "heartbeat" not in {thread.name for thread in threading.enumerate()}


def test_a_last_report_that_nobody_takes_is_said(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else the API shows for ever that it runs, and nothing says why."""
    answered = threading.Event()
    monkeypatch.setattr(publisher.bus, "publish", lambda _: answered.wait())
    monkeypatch.setattr(heartbeat, "LAST_SECONDS", 0.01)
    with publisher.heartbeat:
        pass
    answered.set()
    assert caplog.text.count("the last report was not taken") == 1
