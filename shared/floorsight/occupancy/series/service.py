"""Rolling a site up: what was written since the last time, and whatever follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from floorsight.occupancy.model import Mark
from floorsight.occupancy.series.buckets import bucket_at
from floorsight.occupancy.series.fence import Fence, FenceStore
from floorsight.occupancy.series.model import Level, subject_of
from floorsight.occupancy.series.past import mark_past
from floorsight.occupancy.series.rolling import Sources
from floorsight.occupancy.series.site_roll import SiteRoll, list_cameras
from floorsight.occupancy.series.store import SeriesStore
from floorsight.occupancy.series.timelines import Heartbeats, LiveMinutes, Timelines
from floorsight.occupancy.series.writing import RowWriter
from floorsight.occupancy.store import OccupancyStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.retry import Backoff
from floorsight.sites.model import Site
from floorsight.sites.service import SiteService

# What is done at a time, oldest first: a long absence is made up for in portions, each for good.
MARKS_AT_A_TIME = 1000
# How far back quiet but live minutes are looked for; older ones come with the next crossing of their hour.
HEARTBEATS_LOOKED_BACK = timedelta(hours=2)


@dataclass(frozen=True)
class RollUpReport:
    """What a run did. `marks_left` were renewed while it ran and are the next run's."""

    site_id: str
    already_running: bool = False
    marks: int = 0
    marks_left: int = 0
    rows: Mapping[Level, int] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """The report in numbers."""
        return {
            "already_running": int(self.already_running),
            "marks": self.marks,
            "marks_left": self.marks_left,
            **{f"{level.value}_rows": self.rows.get(level, 0) for level in Level},
        }


@dataclass(frozen=True)
class RollUpService:
    """Keeps the series of a site's cameras and zones, and its own, in step with the ledger.

    A site's rows are the sum of the cameras that are counting when the row is computed.
    """

    sites: SiteService
    ledger: OccupancyStore
    series: SeriesStore
    fences: FenceStore
    heartbeats: Heartbeats | None = None
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def roll_up(self, site_id: str) -> RollUpReport:
        """Take in all that was written since the last run.

        Twice, late, at the same time, after late events, or after a crash anywhere: the rows are the same.

        Raises:
            NotFound: there is no such site (`unknown_site`).
            Superseded: this run took so long that another one was started, which goes on.
            Unavailable: the table was busy for too long.
        """
        site = self.sites.get_site(site_id, with_deleted=True)
        fence = self.fences.begin(site_id, self.clock())
        if fence is None:
            return RollUpReport(site_id, already_running=True)
        now = self.clock()
        cameras = list_cameras(site_id, self.sites, self.ledger)
        live = LiveMinutes(self.heartbeats, now - HEARTBEATS_LOOKED_BACK, now)
        report = RollUpReport(site_id)
        try:
            marks = self._load_marks(site)
            while True:
                sources = self._open_sources(site, fence, live, now)
                report = self._roll_portion(report, cameras, marks[:MARKS_AT_A_TIME], sources)
                marks = marks[MARKS_AT_A_TIME:]
                if not marks:
                    return report
                fence = self.fences.renew(fence, self.clock())
        finally:
            self.fences.end(fence, self.clock())

    def _open_sources(self, site: Site, fence: Fence, live: LiveMinutes, now: datetime) -> Sources:
        return Sources(
            store=self.series,
            timelines=Timelines(self.ledger),
            live=live,
            writer=RowWriter(self.series, fence, self.backoff),
            zone=ZoneInfo(site.time_zone),
            now=now,
        )

    def _roll_portion(
        self, report: RollUpReport, cameras: Mapping[str, bool], marks: Sequence[Mark], sources: Sources
    ) -> RollUpReport:
        """The rows first, then the marks: whatever happens in between is done again."""
        SiteRoll(report.site_id, cameras, sources).roll(marks)
        sources.writer.flush()
        kept = sum(not self.ledger.clear_mark(mark) for mark in marks)
        return replace(
            report,
            marks=report.marks + len(marks),
            marks_left=report.marks_left + kept,
            rows=Counter(report.rows) + sources.writer.written,
        )

    def _load_marks(self, site: Site) -> list[Mark]:
        """A site's marks, oldest first; those of counters that have a past without rows among them."""
        marks = self.ledger.load_marks(site.site_id)
        first: dict[str, Mark] = {}
        for mark in marks:
            first.setdefault(mark.counter_id, mark)
        added = sum(self._mark_past(mark, ZoneInfo(site.time_zone)) for mark in first.values())
        return self.ledger.load_marks(site.site_id) if added else marks

    def _mark_past(self, first: Mark, zone: ZoneInfo) -> int:
        """Mark what a counter's rows have left out before its first mark; returns the number of marks."""
        start = bucket_at(Level.HOUR, first.quarter, zone).start
        if self.series.find_last(subject_of(first.counter_id), Level.HOUR, before=start):
            return 0
        return mark_past(self.ledger, first.site_id, first.counter_id, start, zone)
