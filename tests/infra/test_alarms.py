"""Somebody is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.conftest import Json, Resource, SynthesisedStage
from tests.infra.test_reactions import dead_letter_ids


def alarms_of(stage: SynthesisedStage) -> list[Resource]:
    """The alarms that tell somebody; those of the vision stack scale."""
    return [alarm for alarm in stage.resources("AWS::CloudWatch::Alarm") if alarm.stack == "alarms"]


def alarm_named(stage: SynthesisedStage, name: str) -> Json:
    (found,) = (alarm for alarm in alarms_of(stage) if alarm.logical_id[:-8] == name)
    return found.properties


def metrics_of(alarm: Resource) -> list[Json]:
    """All metrics of an alarm, those in an expression included."""
    stats = [
        entry["MetricStat"]["Metric"]
        for entry in alarm.properties.get("Metrics", [])
        if "MetricStat" in entry
    ]
    return stats or [alarm.properties]


def test_every_trouble_has_an_alarm(stage: SynthesisedStage) -> None:
    watched = {(m["Namespace"], m["MetricName"]) for alarm in alarms_of(stage) for m in metrics_of(alarm)}
    assert watched >= {
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds"),
        ("AWS/ApiGateway", "5xx"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("Floorsight", "ChunksRejected"),
        ("Floorsight", "ChunksMissed"),
        ("Floorsight", "CaptureLagSeconds"),
        ("Floorsight", "ClockSkewSeconds"),
        ("Floorsight", "WorkerGaveUp"),
        ("Floorsight", "PlatesOff"),
    }


def test_all_dead_letters_and_all_functions_are_watched(stage: SynthesisedStage) -> None:
    by_metric = [alarm.properties.get("MetricName") for alarm in alarms_of(stage)]
    functions = [f for f in stage.resources("AWS::Lambda::Function") if "DrainECSHook" not in f.logical_id]
    assert by_metric.count("ApproximateNumberOfMessagesVisible") == len(dead_letter_ids(stage))
    assert by_metric.count("Errors") == by_metric.count("Throttles") == len(functions)


def test_every_alarm_tells_the_operations_topic(stage: SynthesisedStage) -> None:
    topic = stage.resource("alarms", "AWS::SNS::Topic")
    assert "KmsMasterKeyId" in topic.properties
    for alarm in alarms_of(stage):
        assert alarm.properties["AlarmActions"] == [{"Ref": topic.logical_id}], alarm


def test_stages_of_one_account_do_not_ring_for_each_other(stage: SynthesisedStage) -> None:
    ours = [m for alarm in alarms_of(stage) for m in metrics_of(alarm) if m["Namespace"] == "Floorsight"]
    assert ours
    for metric in ours:
        assert metric["Dimensions"] == [{"Name": "stage", "Value": stage.settings.stage.value}], metric


@pytest.mark.parametrize(
    ("incoming", "read", "rings"),
    [
        (40, None, True),  # nobody reads
        (40, 0, True),  # somebody asks and gets nothing
        (40, 40, False),
        (1, 300, False),  # catching up
        (None, None, False),  # an idle stream is no trouble
        (None, 10, False),
    ],
)
def test_records_that_nobody_reads_ring(
    dev: SynthesisedStage, incoming: int | None, read: int | None, rings: bool
) -> None:
    alarm = alarm_named(dev, "ChunksUnread")
    value = evaluate(alarm["Metrics"], {"IncomingRecords": incoming, "GetRecords.Records": read})
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["TreatMissingData"] == "notBreaching"
    assert (value is not None and value >= alarm["Threshold"]) is rings
    assert alarm["EvaluationPeriods"] == 3


def evaluate(entries: list[Json], samples: dict[str, int | None]) -> float | None:
    """One period of a metric-math alarm as CloudWatch computes it; None is a missing sample.

    Arithmetic on a missing sample is missing; SUM over a list passes over what is missing.
    """
    values: dict[str, Any] = {}
    waiting = list(entries)
    while waiting:
        entry = waiting.pop(0)
        if "MetricStat" in entry:
            values[entry["Id"]] = samples[entry["MetricStat"]["Metric"]["MetricName"]]
            continue
        expression = entry["Expression"]
        if expression.startswith("SUM(["):
            names = expression[5:-2].split(", ")
        else:
            names = [expression.split(" * ")[0]]
        if not set(names) <= set(values):
            waiting.append(entry)
            continue
        present = [values[name] for name in names if values[name] is not None]
        if expression.startswith("SUM(["):
            values[entry["Id"]] = sum(present) if present else None
        else:
            values[entry["Id"]] = present[0] * float(expression.split(" * ")[1]) if present else None
    (answer,) = (values[entry["Id"]] for entry in entries if entry.get("ReturnData", True))
    return None if answer is None else float(answer)


def test_mail_goes_to_whom_the_settings_name(gpu_fleet: SynthesisedStage, prod: SynthesisedStage) -> None:
    subscription = gpu_fleet.resource("alarms", "AWS::SNS::Subscription").properties
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "operations@one.example")
    assert prod.resources("AWS::SNS::Subscription") == []
