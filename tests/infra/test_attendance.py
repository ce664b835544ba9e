"""The reaction that makes punches."""

from __future__ import annotations

from floorsight.events.identity import PersonRecognised
from floorsight.events.vision import LineCrossed
from floorsight.platform.bus import SOURCE
from floorsight.platform.settings import RecordAttendanceSettings, variable_name
from tests.infra.conftest import SynthesisedStage
from tests.infra.test_least_privilege import READ, WRITE, actions_on_table, listed, role_of_function


def test_the_reaction_takes_what_its_function_parses(stage: SynthesisedStage) -> None:
    rule = stage.rule_for("record_attendance").properties
    handled = [PersonRecognised.detail_type(), LineCrossed.detail_type()]
    assert rule["EventPattern"] == {"source": [SOURCE], "detail-type": handled}


def test_the_function_is_told_what_its_settings_read(stage: SynthesisedStage) -> None:
    given = set(stage.function("record_attendance").properties["Environment"]["Variables"])
    assert given == {variable_name(name) for name in RecordAttendanceSettings.model_fields}


def test_it_reads_the_registry_writes_presence_and_publishes(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "record_attendance")
    assert actions_on_table(stage, role, "Registry") == READ
    assert actions_on_table(stage, role, "Presence") == READ | WRITE | {"dynamodb:DeleteItem"}
    assert actions_on_table(stage, role, "Trails") == set()
    granted = {a for statement in stage.policies_of(role) for a in listed(statement["Action"])}
    others = {action for action in granted if not action.startswith(("dynamodb:", "kms:", "logs:"))}
    of_queues = {action for action in others if action.startswith("sqs:")}
    assert others - of_queues == {"events:PutEvents"}
    assert "sqs:SendMessage" not in of_queues


def test_its_queue_and_its_dead_letters_are_told_to_who_operates_it(stage: SynthesisedStage) -> None:
    outputs = stage.templates["attendance"]["Outputs"]
    assert {"RecordAttendanceQueueUrl", "RecordAttendanceDlqUrl"} <= set(outputs)
