"""When something is wrong: numbers in, findings out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from floorsight.alerts.model import AlertKind, Concern, Finding, Severity
from floorsight.occupancy.series.model import SubjectKind
from floorsight.sites.model import Camera, Limits
from floorsight.streams.model import PublisherReport

HYSTERESIS_PERCENT = 5
SCORE_LIMIT = 3.5
# A normal distribution's MAD is this share of its standard deviation.
MAD_OF_NORMAL = 0.6745
MIN_WEEKS = 2
# A stream tells once a minute that it is alive.
REPORT_SECONDS = 60
MISSED_REPORTS = 2.5  # a report more or less says nothing


def find_crowding(concern: Concern, name: str, limits: Limits, inside: int) -> Finding | None:
    """Whether too many are inside; None when there is no limit.

    It warns from `warning_percent` of the limit, is critical from `exceeded_percent`, and is over once the
    number lies below the warning by 5 % of the limit, at least one person.
    """
    if limits.max_occupancy is None:
        return None
    warning_at, exceeded_at, over_at = capacity_thresholds(limits, limits.max_occupancy)
    severity = None
    if inside >= exceeded_at:
        severity, said = Severity.CRITICAL, f"the limit counts as exceeded from {exceeded_at}"
    elif inside >= warning_at:
        severity, said = Severity.WARNING, f"warning from {warning_at}"
    else:
        said = f"warning from {warning_at}"
    return Finding(
        concern,
        name,
        severity,
        over=inside <= over_at,
        text=f"{inside} inside, limit {limits.max_occupancy} ({said})",
        numbers={
            "inside": inside,
            "max_occupancy": limits.max_occupancy,
            "warning_at": warning_at,
            "exceeded_at": exceeded_at,
        },
    )


def capacity_thresholds(limits: Limits, max_occupancy: int) -> tuple[int, int, int]:
    """From which number on it warns, from which it is exceeded, and down from which it is over."""
    warning_at = _share(max_occupancy, limits.warning_percent)
    exceeded_at = max(warning_at, _share(max_occupancy, limits.exceeded_percent))
    band = _share(max_occupancy, HYSTERESIS_PERCENT)
    return warning_at, exceeded_at, max(0, warning_at - band)


def _share(whole: int, percent: int) -> int:
    """Rounded up, so at least 1."""
    return -(-whole * percent // 100)


def find_silence(
    camera: Camera, last_seen_at: datetime | None, now: datetime, report: PublisherReport | None = None
) -> Finding:
    """Whether a camera sends nothing any more. One that never sent anything is not missed.

    What its publisher said last (`report`) tells where to look. `last_seen_at` is known to the minute only:
    a camera that is well may have been seen a minute later.
    """
    concern = Concern(AlertKind.CAMERA_OFFLINE, camera.site_id, SubjectKind.CAMERA, camera.camera_id)
    if last_seen_at is None:
        return Finding(concern, camera.name, None, over=True, text="nothing was ever seen")
    silent_seconds = max(0, int((now - last_seen_at).total_seconds()))
    silent = silent_seconds > camera.offline_after_seconds + REPORT_SECONDS
    said = f"nothing seen for {silent_seconds} s, offline after {camera.offline_after_seconds} s"
    if report is not None:
        said += f"; {explain_silence(report, now)}"
    return Finding(
        concern,
        camera.name,
        Severity.WARNING if silent else None,
        over=not silent,
        text=said if silent else f"seen again, last {silent_seconds} s ago",
        numbers={"silent_seconds": silent_seconds, "offline_after_seconds": camera.offline_after_seconds},
    )


def explain_silence(report: PublisherReport, now: datetime) -> str:
    """Where a silent camera's frames have stopped, by what its publisher said last."""
    event, age_seconds = report.event, int((now - report.reported_at).total_seconds())
    if event.stopping:
        return f"its publisher was stopped {age_seconds} s ago"
    if age_seconds > MISSED_REPORTS * REPORT_SECONDS:
        return f"its publisher, or the link to it, is silent for {age_seconds} s"
    if not event.connected:
        return f"its publisher gets nothing from the camera: {event.camera_error or 'not connected yet'}"
    if not event.link_up:
        return f"its publisher can't send ({event.link_error}); {event.queue_chunks} chunks wait there"
    if event.queue_seconds > REPORT_SECONDS:
        return f"its publisher is sending what it has kept: {int(event.queue_seconds)} s behind"
    if event.clock_ahead_seconds is not None and event.clock_ahead_seconds < -REPORT_SECONDS:
        return f"its publisher's clock is {int(-event.clock_ahead_seconds)} s behind"
    if event.chunks_damaged:
        return (
            f"its publisher has put {event.chunks_damaged} chunks aside that could never be sent: its log "
            "says why; if they are old, look at the worker"
        )
    return "its publisher delivers: look at the worker"


def find_end(concern: Concern, why: str) -> Finding:
    """A concern that nobody has any more: its subject or its limit is gone."""
    return Finding(concern, concern.subject_id, None, over=True, text=why)


def find_drift(concern: Concern, name: str, raw: int, tolerance: int) -> Finding:
    """Whether more left than can have been inside. It is over when the number is negative no more."""
    adrift = raw < -tolerance
    return Finding(
        concern,
        name,
        Severity.NOTICE if adrift else None,
        over=raw >= 0,
        text=f"the count stands at {raw}: entries were missed; calibrate it",
        numbers={"raw": raw, "tolerance": tolerance},
    )


def find_anomaly(concern: Concern, name: str, observed: float, usual: Sequence[float]) -> Finding | None:
    """Whether an hour's average is far from what this hour of the week usually shows.

    `usual` are the averages of the same hour in earlier weeks, each as old as whole weeks; None with fewer
    than two of them.
    """
    if len(usual) < MIN_WEEKS:
        return None
    score = robust_score(observed, usual)
    strange = abs(score) > SCORE_LIMIT
    middle = median(usual)
    return Finding(
        concern,
        name,
        Severity.NOTICE if strange else None,
        over=not strange,
        text=f"{observed:.1f} inside on average in this hour; usual at this hour of the week: {middle:.1f}",
        numbers={
            "average": round(observed, 3),
            "usual": round(middle, 3),
            "score": round(score, 3),
            "weeks": len(usual),
        },
    )


def robust_score(observed: float, usual: Sequence[float]) -> float:
    """How many standard deviations `observed` is off, by median and MAD, which outliers don't move.

    Source: Iglewicz & Hoaglin, "How to Detect and Handle Outliers", 1993: the modified z-score, suspicious
    above 3.5. The MAD is at least that of people who come independently (Poisson: a deviation of the root
    of the mean), so that a few weeks that happen to be alike don't make every other number suspicious.
    """
    middle = median(usual)
    spread = median(abs(each - middle) for each in usual)
    floor = MAD_OF_NORMAL * math.sqrt(max(1.0, middle))
    return MAD_OF_NORMAL * (observed - middle) / max(spread, floor)
