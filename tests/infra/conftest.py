"""Synthesised stages, once a session: without Docker and without an AWS account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.app import build_app
from infra.paths import REPOSITORY
from infra.settings import StageSettings, read_settings

Json = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    logical_id: str
    type: str
    properties: Json
    attributes: Json

    def __str__(self) -> str:
        return f"{self.stack}/{self.logical_id}"


@dataclass(frozen=True)
class SynthesisedStage:
    """A stage's app, its templates by subject (`data`, `bus`, …) and the folder with its assets."""

    app: App
    settings: StageSettings
    folder: Path
    templates: dict[str, Json]

    def resources(self, resource_type: str | None = None) -> list[Resource]:
        return [
            Resource(subject, logical_id, body["Type"], body.get("Properties", {}), body)
            for subject, template in self.templates.items()
            for logical_id, body in template["Resources"].items()
            if resource_type in (None, body["Type"])
        ]

    def resource(self, stack: str, resource_type: str) -> Resource:
        (found,) = (one for one in self.resources(resource_type) if one.stack == stack)
        return found

    def function(self, name: str) -> Resource:
        """The function that `functions/<name>` is deployed as."""
        handler = f"functions.{name}.handler.handler"
        (found,) = (
            one
            for one in self.resources("AWS::Lambda::Function")
            if handler in (one.properties.get("Handler"), *_image_command(one.properties))
        )
        return found

    def rule_for(self, name: str) -> Resource:
        """The one rule of the bus that a function hangs on, by way of its queue."""
        (found,) = self.rules_for(name)
        return found

    def rules_for(self, name: str) -> list[Resource]:
        """Its rules, if it hangs on several: first the one without a condition."""
        function = self.function(name).logical_id
        (queue,) = (
            mapping.properties["EventSourceArn"]
            for mapping in self.resources("AWS::Lambda::EventSourceMapping")
            if mapping.properties["FunctionName"] == {"Ref": function}
        )
        rules = [
            rule
            for rule in self.resources("AWS::Events::Rule")
            if [target["Arn"] for target in rule.properties["Targets"]] == [queue]
        ]
        return sorted(rules, key=lambda rule: "detail" in rule.properties["EventPattern"])

    def policies_of(self, role_id: str) -> list[Json]:
        """The statements of all policies of one role."""
        return [
            statement
            for policy in self.resources("AWS::IAM::Policy")
            if {"Ref": role_id} in policy.properties["Roles"]
            for statement in policy.properties["PolicyDocument"]["Statement"]
        ]


def _image_command(function: Json) -> list[str]:
    command: list[str] = function.get("ImageConfig", {}).get("Command", [])
    return command


def synthesise(folder: Path, **context: Any) -> SynthesisedStage:
    """Build the app as the CDK command line would, with the feature flags of `cdk.json`."""
    flags = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
    app = App(outdir=str(folder), context={**flags, **context}, analytics_reporting=False)
    settings = read_settings(app.node.try_get_context)
    build_app(app, settings)
    app.synth()
    prefix = settings.stack_name("")
    templates = {
        file.name.removeprefix(prefix).removesuffix(".template.json"): json.loads(file.read_text())
        for file in sorted(folder.glob("*.template.json"))
    }
    return SynthesisedStage(app, settings, folder, templates)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> SynthesisedStage:
    return synthesise(tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> SynthesisedStage:
    return synthesise(tmp_path_factory.mktemp("dev"), stage="dev")


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> SynthesisedStage:
    return synthesise(tmp_path_factory.mktemp("prod"), stage="prod")


@pytest.fixture(scope="session")
def gpu_fleet(tmp_path_factory: pytest.TempPathFactory) -> SynthesisedStage:
    """The other compute, a console of another origin, and mail."""
    return synthesise(
        tmp_path_factory.mktemp("gpu"),
        stage="prod",
        vision_compute="ec2-gpu",
        cors_origins="https://one.example,https://two.example",
        alarm_email="operations@one.example",
    )


@pytest.fixture(params=["local", "dev", "prod", "gpu_fleet"])
def stage(request: pytest.FixtureRequest) -> SynthesisedStage:
    """Each stage in turn, for what must hold everywhere."""
    found: SynthesisedStage = request.getfixturevalue(request.param)
    return found
