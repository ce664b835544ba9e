"""Bus → queue → function: finite retries, nothing lost, nothing blocked."""

from __future__ import annotations

import json

import pytest

from floorsight.events.catalogue import BY_DETAIL_TYPE
from floorsight.platform.bus import SOURCE
from tests.infra.conftest import Resource, SynthesisedStage


def queue_named(stage: SynthesisedStage, reference: dict[str, list[str]]) -> Resource:
    logical_id = reference["Fn::GetAtt"][0]
    (queue,) = (q for q in stage.resources("AWS::SQS::Queue") if q.logical_id == logical_id)
    return queue


def dead_letter_ids(stage: SynthesisedStage) -> set[str]:
    """Where queues, and schedules, put what could not be delivered, and Batch its failed jobs."""
    of_queues = {
        queue.properties["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in stage.resources("AWS::SQS::Queue")
        if "RedrivePolicy" in queue.properties
    }
    schedules = stage.resources("AWS::Scheduler::Schedule")
    failed_jobs = {
        target["Arn"]["Fn::GetAtt"][0]
        for rule in stage.resources("AWS::Events::Rule")
        if rule.properties["EventPattern"]["source"] == ["aws.batch"]
        for target in rule.properties["Targets"]
    }
    return (of_queues | failed_jobs) | {
        schedule.properties["Target"]["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] for schedule in schedules
    }


def test_every_queue_has_dead_letters_and_finite_retries(stage: SynthesisedStage) -> None:
    last_resort = dead_letter_ids(stage)
    for queue in stage.resources("AWS::SQS::Queue"):
        if queue.logical_id in last_resort:
            assert queue.properties["MessageRetentionPeriod"] == 14 * 86400
            continue
        assert 1 < queue.properties["RedrivePolicy"]["maxReceiveCount"] <= 10, queue


def test_queues_are_encrypted_and_refuse_plain_http(stage: SynthesisedStage) -> None:
    policies = json.dumps([p.properties for p in stage.resources("AWS::SQS::QueuePolicy")])
    assert policies.count('"aws:SecureTransport": "false"') == len(stage.resources("AWS::SQS::Queue"))
    assert all(queue.properties["SqsManagedSseEnabled"] for queue in stage.resources("AWS::SQS::Queue"))


def test_a_message_stays_hidden_for_six_times_its_functions_timeout(stage: SynthesisedStage) -> None:
    """But for the gate's, as a driver waits (tests/infra/test_gate.py)."""
    gate = stage.function("decide_gate").logical_id
    mappings = stage.resources("AWS::Lambda::EventSourceMapping")
    assert mappings
    functions = {f.logical_id: f for f in stage.resources("AWS::Lambda::Function")}
    for mapping in mappings:
        queue = queue_named(stage, mapping.properties["EventSourceArn"])
        timeout = functions[mapping.properties["FunctionName"]["Ref"]].properties["Timeout"]
        times = 3 if mapping.properties["FunctionName"]["Ref"] == gate else 6
        assert queue.properties["VisibilityTimeout"] >= times * timeout, mapping
        assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"], mapping


@pytest.mark.parametrize(
    ("function", "handled"),
    [
        ("update_occupancy", ["LineCrossed.v1", "ZoneEntered.v1", "ZoneLeft.v1"]),
        ("recognise_person", ["FaceSeen.v1"]),
    ],
)
def test_the_rule_asks_for_what_the_function_parses(
    stage: SynthesisedStage, function: str, handled: list[str]
) -> None:
    rule = stage.rule_for(function).properties
    assert rule["EventPattern"] == {"source": [SOURCE], "detail-type": handled}
    assert set(handled) <= set(BY_DETAIL_TYPE)
    assert rule["State"] == "ENABLED"


def test_an_event_that_a_queue_never_took_is_kept_too(stage: SynthesisedStage) -> None:
    rules = [rule for rule in stage.resources("AWS::Events::Rule") if "EventPattern" in rule.properties]
    assert rules
    for rule in rules:
        for target in rule.properties["Targets"]:
            if rule.properties["EventPattern"]["source"] == ["aws.batch"]:
                continue  # it goes to the dead letters straight
            assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] in dead_letter_ids(stage), rule


def test_only_the_rule_may_send_to_the_queue(stage: SynthesisedStage) -> None:
    allowed = [
        (statement["Principal"], statement["Condition"])
        for policy in stage.resources("AWS::SQS::QueuePolicy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert allowed
    for principal, condition in allowed:
        assert principal == {"Service": "events.amazonaws.com"}
        assert "aws:SourceArn" in condition["ArnEquals"]
