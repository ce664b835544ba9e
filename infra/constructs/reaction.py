"""A reaction: what one function does about some kinds of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.events.envelope import Event
from floorsight.platform.bus import SOURCE
from infra.constructs.dead_letters import make_dead_letters
from infra.constructs.python_function import PythonFunction

# Of events of a class only those whose fields have one of these values.
Conditions = Mapping[type[Event], Mapping[str, type[StrEnum]]]
MAX_RECEIVES = 5
VISIBILITY_TIMEOUTS = 6  # AWS's advice for a queue that feeds a function, as multiple of its time-out


class Reaction(Construct):
    """Bus → rules → queue (+ dead letters) → function, which answers with its partial failures.

    The rules' patterns come from the event classes that the function parses: one rule for all of them, and
    one for each class of which the function wants only some (`only`). An event that fails `MAX_RECEIVES`
    times is kept among the dead letters, and blocks nothing else.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        handles: Sequence[type[Event]],
        only: Conditions | None = None,
        bus: events.IEventBus,
        function: PythonFunction,
        batch_size: int = 10,
        patience: int = VISIBILITY_TIMEOUTS,
        max_concurrency: int = 3,  # a new account may run ten functions at once, the API's among them
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = make_dead_letters(self)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(4),
            visibility_timeout=Duration.seconds(patience * function.timeout_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MAX_RECEIVES * VISIBILITY_TIMEOUTS // patience
            ),
        )
        self._function, self._bus = function, bus
        self._make_rule("Rule", [event for event in handles if event not in (only or {})])
        for event, condition in (only or {}).items():
            self._make_rule(f"{event.__name__}Rule", [event], condition)
        function.function.add_event_source(
            sources.SqsEventSource(
                self.queue,
                batch_size=batch_size,
                max_concurrency=max_concurrency,
                report_batch_item_failures=True,
            )
        )

    def _make_rule(
        self,
        name: str,
        handles: Sequence[type[Event]],
        condition: Mapping[str, type[StrEnum]] | None = None,
    ) -> None:
        detail_types = [event.detail_type() for event in handles]
        events.Rule(
            self,
            name,
            description=f"{', '.join(detail_types)} → {self._function.node.id}",
            event_bus=self._bus,
            event_pattern=events.EventPattern(
                source=[SOURCE],
                detail_type=detail_types,
                detail=_detail_pattern(handles, condition) if condition else None,
            ),
            targets=[
                targets.SqsQueue(
                    self.queue,
                    dead_letter_queue=self.dead_letters,
                    retry_attempts=20,
                    max_event_age=Duration.hours(24),
                )
            ],
        )


def _detail_pattern(
    handles: Sequence[type[Event]], condition: Mapping[str, type[StrEnum]]
) -> dict[str, list[str]]:
    """Raises ValueError for a field that an event does not have: no event would ever match."""
    for event in handles:
        if missing := condition.keys() - event.model_fields.keys():
            raise ValueError(f"{event.__name__} has no {', '.join(sorted(missing))}")
    return {field: [value.value for value in values] for field, values in condition.items()}
