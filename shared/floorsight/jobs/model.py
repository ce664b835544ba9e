"""Jobs and their runs.

Jobs know no time zone: what depends on a site's local time is a tick, which asks which sites are due. So
any number of sites needs no further schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# The longest that a Lambda function can run.
TIME_LIMIT_SECONDS = 900
HISTORY_DAYS = 30
DAY_MINUTES = 24 * 60
A_DAY = timedelta(days=1)  # counts may come late, and a topic may be out for hours
# Who started a run that nobody asked for.
SCHEDULE = "schedule"


class JobName(StrEnum):
    """Every job."""

    CHECK_ALERTS = "check_alerts"
    ROLL_UP = "roll_up"
    RECONCILE = "reconcile"
    DETECT_ANOMALIES = "detect_anomalies"
    PURGE_PICTURES = "purge_pictures"
    CLOSE_ATTENDANCE = "close_attendance"


@dataclass(frozen=True)
class Job:
    """A job, every `every_minutes` (a divisor of 60, or a day's), from minute `at_minute` of the UTC day on.

    Sites that were deleted within `deleted_within` have their turn too: it finishes what they leave (last
    rows, unsent notices, pictures).
    """

    name: JobName
    purpose: str
    every_minutes: int
    at_minute: int = 0
    deleted_within: timedelta = timedelta(0)

    @property
    def for_deleted(self) -> bool:
        return self.deleted_within > timedelta(0)

    def __post_init__(self) -> None:
        divides_hour = 1 <= self.every_minutes <= 60 and 60 % self.every_minutes == 0
        if not (divides_hour or self.every_minutes == DAY_MINUTES):
            raise ValueError(f"{self.every_minutes} minutes do not divide an hour, and are no day")
        if not 0 <= self.at_minute < self.every_minutes:
            raise ValueError(f"minute {self.at_minute} is none of every {self.every_minutes}")

    @property
    def schedule_expression(self) -> str:
        """For EventBridge Scheduler, in UTC."""
        if self.every_minutes == DAY_MINUTES:
            hour, minute = divmod(self.at_minute, 60)
            return f"cron({minute} {hour} * * ? *)"
        minutes = (
            str(self.at_minute) if self.every_minutes == 60 else f"{self.at_minute}/{self.every_minutes}"
        )
        return f"cron({minutes} * * * ? *)"


JOBS: Mapping[JobName, Job] = {
    job.name: job
    for job in (
        Job(
            JobName.CHECK_ALERTS,
            "Cameras that fell silent, ends of cooldowns, notifications and namings not told yet",
            1,
            deleted_within=A_DAY,
        ),
        Job(JobName.ROLL_UP, "Minutes, hours, days and months of what has changed", 5, deleted_within=A_DAY),
        Job(JobName.RECONCILE, "Counts of sites whose quiet hour has come", 15),
        # Ten minutes after the hour: by then the hour that ended is rolled up.
        Job(JobName.DETECT_ANOMALIES, "Counts far outside what this hour of the week usually shows", 60, 10),
        Job(
            JobName.PURGE_PICTURES,
            "Pictures and unnamed faces past their retention, faces of people who have left",
            DAY_MINUTES,
            2 * 60 + 20,  # at night in Europe, and none of the other jobs' minutes
            deleted_within=timedelta(days=97),  # until the bucket's rules have removed all pictures
        ),
        # A minute after the quarter: most windows close at one, and take punches until then.
        Job(
            JobName.CLOSE_ATTENDANCE,
            "Records of who is to work today, and of who never came",
            15,
            1,
            deleted_within=timedelta(days=4),  # until the windows of the last shifts have closed
        ),
    )
}


class RunStatus(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class JobRun:
    """One run of a job, over one site or, without `site_id`, over all.

    `result` counts what was done; `faults` say by site what went wrong (under `*` what concerns no site).
    """

    run_id: str
    job: JobName
    started_by: str
    started_at: datetime
    site_id: str | None = None
    status: RunStatus = RunStatus.RUNNING
    finished_at: datetime | None = None
    result: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def duration(self) -> timedelta | None:
        return self.finished_at - self.started_at if self.finished_at else None


@dataclass(frozen=True)
class JobStatus:
    """A job, its last run if there was one in the last 30 days, and when it runs next."""

    job: Job
    last_run: JobRun | None
    next_run_at: datetime
