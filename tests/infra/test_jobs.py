"""Jobs by the clock: every tick delivered or kept, and nothing more allowed than that."""

from __future__ import annotations

import json

import pytest

from floorsight.jobs.model import JOBS, TIME_LIMIT_SECONDS, JobName
from floorsight.jobs.requests import JobRequest
from tests.infra.conftest import Resource, SynthesisedStage
from tests.infra.test_least_privilege import READ, WRITE, actions_on_table, listed, role_of_function
from tests.infra.test_reactions import dead_letter_ids


def schedules(stage: SynthesisedStage) -> dict[JobName, Resource]:
    return {
        JobRequest.parse(json.loads(each.properties["Target"]["Input"])).job: each
        for each in stage.resources("AWS::Scheduler::Schedule")
    }


def test_every_job_is_scheduled_as_it_says(stage: SynthesisedStage) -> None:
    found = schedules(stage)
    assert set(found) == set(JobName)
    for name, schedule in found.items():
        assert schedule.properties["ScheduleExpression"] == JOBS[name].schedule_expression
        assert schedule.properties["ScheduleExpressionTimezone"] == "UTC"
        assert schedule.properties["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert schedule.properties.get("State", "ENABLED") == "ENABLED"


def test_a_tick_is_repeated_a_few_times_and_then_kept(stage: SynthesisedStage) -> None:
    (queue,) = (q for q in stage.resources("AWS::SQS::Queue") if q.stack == "jobs")
    assert queue.logical_id in dead_letter_ids(stage)
    for name, schedule in schedules(stage).items():
        target = schedule.properties["Target"]
        assert target["DeadLetterConfig"]["Arn"] == {"Fn::GetAtt": [queue.logical_id, "Arn"]}
        retries = target["RetryPolicy"]
        assert 0 < retries["MaximumRetryAttempts"] <= 5
        # A tick that comes after the next one is of no use.
        assert 60 <= retries["MaximumEventAgeInSeconds"] <= 60 * JOBS[name].every_minutes
    invoke = stage.resource("jobs", "AWS::Lambda::EventInvokeConfig").properties
    assert invoke["MaximumRetryAttempts"] == 0
    destination = invoke["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == {"Fn::GetAtt": [queue.logical_id, "Arn"]}


def test_a_job_may_take_as_long_as_a_run_is_believed_to_run(stage: SynthesisedStage) -> None:
    function = stage.resource("jobs", "AWS::Lambda::Function").properties
    assert function["Timeout"] == TIME_LIMIT_SECONDS == 900
    assert "ReservedConcurrentExecutions" not in function


def test_the_scheduler_may_start_the_jobs_and_keep_what_failed(stage: SynthesisedStage) -> None:
    (role,) = (r for r in stage.resources("AWS::IAM::Role") if r.logical_id.startswith("SchedulerRole"))
    (trust,) = role.properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert "aws:SourceAccount" in trust["Condition"]["StringEquals"]
    granted = {a for s in stage.policies_of(role.logical_id) for a in listed(s["Action"])}
    assert granted == {"lambda:InvokeFunction", "sqs:SendMessage"}
    assert all(
        schedule.properties["Target"]["RoleArn"] == {"Fn::GetAtt": [role.logical_id, "Arn"]}
        for schedule in schedules(stage).values()
    )


def test_jobs_write_presence_and_end_what_the_registry_has_of_people(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "run_job")
    assert actions_on_table(stage, role, "Registry") == READ | WRITE | {"dynamodb:DeleteItem"}
    assert actions_on_table(stage, role, "Presence") == READ | WRITE | {"dynamodb:DeleteItem"}
    assert actions_on_table(stage, role, "Trails") == set()


def test_record_stream_only_adds_to_the_trails(stage: SynthesisedStage) -> None:
    role = role_of_function(stage, "record_stream")
    assert actions_on_table(stage, role, "Registry") == set()
    assert actions_on_table(stage, role, "Presence") == READ | WRITE
    assert actions_on_table(stage, role, "Trails") == {"dynamodb:PutItem"}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_only_the_api_may_start_jobs_by_hand(name: str, request: pytest.FixtureRequest) -> None:
    stage: SynthesisedStage = request.getfixturevalue(name)
    may_invoke = {
        str(policy)
        for policy in stage.resources("AWS::IAM::Policy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if "lambda:InvokeFunction" in listed(statement["Action"])
    }
    assert {each.split("/")[0] for each in may_invoke} == {"api", "jobs"}
