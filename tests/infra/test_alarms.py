"""Somebody is told."""

from __future__ import annotations

from tests.infra.conftest import SynthesisedStage
from tests.infra.test_reactions import dead_letter_ids


def test_every_trouble_has_an_alarm(stage: SynthesisedStage) -> None:
    watched = {
        (alarm.properties["Namespace"], alarm.properties["MetricName"])
        for alarm in stage.resources("AWS::CloudWatch::Alarm")
        if alarm.stack == "alarms"
    }
    assert watched == {
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds"),
        ("AWS/Lambda", "Errors"),
        ("AWS/Lambda", "Throttles"),
        ("Floorsight", "ChunksRejected"),
        ("Floorsight", "ChunksMissed"),
    }


def test_all_dead_letters_and_all_functions_are_watched(stage: SynthesisedStage) -> None:
    alarms = [alarm for alarm in stage.resources("AWS::CloudWatch::Alarm") if alarm.stack == "alarms"]
    by_metric = [alarm.properties["MetricName"] for alarm in alarms]
    functions = [f for f in stage.resources("AWS::Lambda::Function") if "DrainECSHook" not in f.logical_id]
    assert by_metric.count("ApproximateNumberOfMessagesVisible") == len(dead_letter_ids(stage))
    assert by_metric.count("Errors") == by_metric.count("Throttles") == len(functions)


def test_every_alarm_tells_the_operations_topic(stage: SynthesisedStage) -> None:
    topic = stage.resource("alarms", "AWS::SNS::Topic")
    assert "KmsMasterKeyId" in topic.properties
    for alarm in stage.resources("AWS::CloudWatch::Alarm"):
        if alarm.stack == "alarms":
            assert alarm.properties["AlarmActions"] == [{"Ref": topic.logical_id}], alarm


def test_mail_goes_to_whom_the_settings_name(gpu_fleet: SynthesisedStage, prod: SynthesisedStage) -> None:
    subscription = gpu_fleet.resource("alarms", "AWS::SNS::Subscription").properties
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "operations@one.example")
    assert prod.resources("AWS::SNS::Subscription") == []
