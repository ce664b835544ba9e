"""How long somebody worked, and what of it is overtime (docs/attendance.md, rule 10): pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from floorsight.attendance.calendar import break_times
from floorsight.attendance.model import Instance, OvertimeRule, Stretch

Span = tuple[datetime, datetime]  # from, until


@dataclass(frozen=True)
class Work:
    """Seconds of work; `before` and `after` are those outside of the shift's start and end."""

    worked: int
    regular: int
    before: int
    after: int
    unpaid_break: int

    def overtime(self, rule: OvertimeRule) -> int:
        """What the rule makes of the time outside, in seconds."""
        counted = self.before * rule.counts_before_start + self.after * rule.counts_after_end
        if counted < rule.threshold_minutes * 60:
            return 0
        return counted - counted % (rule.step_minutes * 60)


def measure(instance: Instance, stretches: Sequence[Stretch], zone: ZoneInfo) -> Work:
    """The work of an instance's stretches, which don't overlap."""
    pauses = join(break_times(instance, pause, zone) for pause in instance.shift.breaks if not pause.paid)
    spans = [(stretch.start, stretch.end) for stretch in stretches]
    elapsed = sum(_seconds(span) for span in spans)
    unpaid = _shared(spans, pauses)

    def work_within(limits: Span) -> int:
        inside = [cut for span in spans if (cut := _overlap(span, limits))]
        return sum(map(_seconds, inside)) - _shared(inside, pauses)

    starts_at, ends_at = instance.starts_at, instance.ends_at
    begin = min([starts_at, *(start for start, _ in spans)])
    end = max([ends_at, *(until for _, until in spans)])
    return Work(
        worked=elapsed - unpaid,
        regular=work_within((starts_at, ends_at)),
        before=work_within((begin, starts_at)),
        after=work_within((ends_at, end)),
        unpaid_break=unpaid,
    )


def join(spans: Iterable[Span]) -> list[Span]:
    """The same moments as spans that don't overlap, in order."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _shared(spans: Iterable[Span], others: Sequence[Span]) -> int:
    """Seconds that lie in both."""
    return sum(_seconds(cut) for span in spans for other in others if (cut := _overlap(span, other)))


def _overlap(span: Span, other: Span) -> Span | None:
    start, end = max(span[0], other[0]), min(span[1], other[1])
    return (start, end) if start < end else None


def _seconds(span: Span) -> int:
    return int((span[1] - span[0]).total_seconds())
