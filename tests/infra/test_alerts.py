"""The security topic, who writes to it, and who may change its subscriptions."""

from __future__ import annotations

import json

from floorsight.events.vehicles import GateDecided
from floorsight.platform.bus import SOURCE
from floorsight.platform.settings import RaiseAlertSettings, variable_name
from functions.raise_alert.handler import HANDLES
from tests.infra.conftest import SynthesisedStage
from tests.infra.test_least_privilege import READ, WRITE, actions_on_table, listed, role_of_function


def actions_of(stage: SynthesisedStage, function: str) -> set[str]:
    role = role_of_function(stage, function)
    return {action for statement in stage.policies_of(role) for action in listed(statement["Action"])}


def test_the_topic_is_encrypted_under_a_key_that_rotates_and_refuses_plain_http(
    stage: SynthesisedStage,
) -> None:
    topic = stage.resource("alerts", "AWS::SNS::Topic")
    key = stage.resource("alerts", "AWS::KMS::Key")
    assert topic.properties["KmsMasterKeyId"] == {"Fn::GetAtt": [key.logical_id, "Arn"]}
    assert key.properties["EnableKeyRotation"]
    policy = stage.resource("alerts", "AWS::SNS::TopicPolicy").properties["PolicyDocument"]
    assert [s["Effect"] for s in policy["Statement"]] == ["Deny"]
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_reaction_takes_what_its_function_parses(stage: SynthesisedStage) -> None:
    every, some = (rule.properties["EventPattern"] for rule in stage.rules_for("raise_alert"))
    handled = [event.detail_type() for event in HANDLES if event is not GateDecided]
    assert every == {"source": [SOURCE], "detail-type": handled}
    assert some == {
        "source": [SOURCE],
        "detail-type": ["GateDecided.v1"],
        "detail": {"alarm": ["blocked", "near_blocked"]},
    }
    assert GateDecided in HANDLES


def test_the_function_is_told_what_its_settings_read(stage: SynthesisedStage) -> None:
    given = set(stage.function("raise_alert").properties["Environment"]["Variables"])
    fields = RaiseAlertSettings.model_fields
    required = {variable_name(name) for name, field in fields.items() if field.is_required()}
    assert required <= given <= {variable_name(name) for name in fields}


def test_raise_alert_reads_the_registry_writes_presence_and_publishes(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "raise_alert")
    assert actions_on_table(stage, role, "Registry") == READ
    assert actions_on_table(stage, role, "Presence") == READ | WRITE
    assert actions_on_table(stage, role, "Trails") == set()
    assert {action for action in actions_of(stage, "raise_alert") if action.startswith("sns:")} == {
        "sns:Publish"
    }


def test_only_the_api_changes_subscriptions(stage: SynthesisedStage) -> None:
    granted = {action for action in actions_of(stage, "query_api") if action.startswith("sns:")}
    assert granted == {
        "sns:GetSubscriptionAttributes",
        "sns:Publish",
        "sns:SetSubscriptionAttributes",
        "sns:Subscribe",
        "sns:Unsubscribe",
    }
    for policy in stage.resources("AWS::IAM::Policy"):
        if "sns:Subscribe" in json.dumps(policy.properties):
            assert policy.stack == "api", policy


def test_keys_of_topics_are_used_by_way_of_sns_only(stage: SynthesisedStage) -> None:
    for function in ("raise_alert", "query_api"):
        role = role_of_function(stage, function)
        on_topic_key = [s for s in stage.policies_of(role) if "TopicKey" in json.dumps(s["Resource"])]
        assert len(on_topic_key) == 1
        assert set(listed(on_topic_key[0]["Action"])) == {"kms:Decrypt", "kms:GenerateDataKey"}
        assert "sns." in json.dumps(on_topic_key[0]["Condition"]["StringEquals"]["kms:ViaService"])
