"""The reaction that decides about vehicles."""

from __future__ import annotations

from floorsight.platform.aws import HURRIED_CONNECT_SECONDS, HURRIED_READ_SECONDS
from floorsight.platform.bus import SOURCE
from floorsight.platform.settings import DecideGateSettings, variable_name
from floorsight.vehicles.gate.moments import LATE_AFTER
from functions.decide_gate.handler import HANDLES, PATIENCE
from tests.infra.conftest import SynthesisedStage
from tests.infra.test_least_privilege import READ, WRITE, actions_on_table, listed, role_of_function


def test_the_reaction_takes_what_its_function_parses(stage: SynthesisedStage) -> None:
    rule = stage.rule_for("decide_gate").properties
    assert rule["EventPattern"] == {
        "source": [SOURCE],
        "detail-type": [event.detail_type() for event in HANDLES],
    }


def test_no_vehicle_waits_for_another_ones_decision(stage: SynthesisedStage) -> None:
    function = stage.function("decide_gate").logical_id
    mappings = stage.resources("AWS::Lambda::EventSourceMapping")
    [mapping] = [each for each in mappings if each.properties["FunctionName"]["Ref"] == function]
    assert mapping.properties["BatchSize"] == 1


def test_what_is_lost_is_delivered_again_while_the_vehicle_waits(stage: SynthesisedStage) -> None:
    timeout = stage.function("decide_gate").properties["Timeout"]
    [queue] = [
        each
        for each in stage.resources("AWS::SQS::Queue")
        if "DecideGateReaction" in each.logical_id and "RedrivePolicy" in each.properties
    ]
    assert queue.properties["VisibilityTimeout"] == 18 < LATE_AFTER.total_seconds()
    assert queue.properties["RedrivePolicy"]["maxReceiveCount"] == 10
    hangs = HURRIED_CONNECT_SECONDS + HURRIED_READ_SECONDS
    waits = [PATIENCE.base_seconds * 2**attempt for attempt in range(2, PATIENCE.attempts + 1)]
    assert hangs + sum(waits) < timeout == 6


def test_the_function_is_told_what_its_settings_read(stage: SynthesisedStage) -> None:
    given = set(stage.function("decide_gate").properties["Environment"]["Variables"])
    assert given == {variable_name(name) for name in DecideGateSettings.model_fields}


def test_it_reads_lists_and_policy_writes_presence_and_publishes(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "decide_gate")
    batches = {"dynamodb:BatchGetItem", "dynamodb:DeleteItem"}
    assert actions_on_table(stage, role, "Registry") == READ
    assert actions_on_table(stage, role, "Presence") == READ | WRITE | batches
    assert actions_on_table(stage, role, "Trails") == set()
    granted = {action for statement in stage.policies_of(role) for action in listed(statement["Action"])}
    others = {action for action in granted if not action.startswith(("dynamodb:", "kms:", "logs:"))}
    of_queues = {action for action in others if action.startswith("sqs:")}
    assert others - of_queues == {"events:PutEvents"}
    assert "sqs:SendMessage" not in of_queues


def test_its_queue_and_its_dead_letters_are_told_to_who_operates_it(stage: SynthesisedStage) -> None:
    outputs = stage.templates["gate"]["Outputs"]
    assert {"DecideGateQueueUrl", "DecideGateDlqUrl"} <= set(outputs)
