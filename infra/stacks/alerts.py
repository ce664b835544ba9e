"""Telling security staff: the topic that they subscribe to, and the reaction that writes to it."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.events.attendance import PunchRecorded
from floorsight.events.identity import PersonNotRecognised, PersonRecognised
from floorsight.events.occupancy import OccupancyChanged
from floorsight.events.vehicles import Alarm, GateDecided
from floorsight.events.vision import ZoneEntered, ZoneLeft
from floorsight.platform.items import TableName
from floorsight.platform.settings import RaiseAlertSettings
from infra.constructs.grants import TableUse, allow_key, allow_notifying, allow_table
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.constructs.reaction import Reaction
from infra.settings import StageSettings
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack


class AlertsStack(Stack):
    """Counts, people, gates → `raise_alert` → the security topic, as jobs and the API do."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack, bus: BusStack
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.topic_key = kms.Key(
            self,
            "TopicKey",
            description=f"Floorsight {stage.stage}: security topic",
            enable_key_rotation=True,
            removal_policy=stage.removal_policy,
        )
        self.topic = sns.Topic(self, "Security", master_key=self.topic_key, enforce_ssl=True)
        self.raise_alert = self._make_raise_alert(stage, data)
        reaction = Reaction(
            self,
            "RaiseAlertReaction",
            handles=(
                OccupancyChanged,
                ZoneEntered,
                ZoneLeft,
                PersonRecognised,
                PersonNotRecognised,
                PunchRecorded,
                GateDecided,
            ),
            only={GateDecided: {"alarm": Alarm}},  # a gate decides hundreds of times a day about nothing bad
            bus=bus.bus,
            function=self.raise_alert,
        )
        self.dead_letters: dict[str, sqs.Queue] = {"RaiseAlert": reaction.dead_letters}
        CfnOutput(self, "SecurityTopicArn", value=self.topic.topic_arn)
        CfnOutput(self, "RaiseAlertQueueUrl", value=reaction.queue.queue_url)
        CfnOutput(self, "RaiseAlertDlqUrl", value=reaction.dead_letters.queue_url)

    def _make_raise_alert(self, stage: StageSettings, data: DataStack) -> PythonFunction:
        registry, presence = data.tables[TableName.REGISTRY], data.tables[TableName.PRESENCE]
        function = PythonFunction(
            self,
            "RaiseAlert",
            name="raise_alert",
            description="Raises, escalates and resolves alerts about counts, people and vehicles",
            stage=stage,
            settings=RaiseAlertSettings(
                registry_table=registry.table_name,
                presence_table=presence.table_name,
                security_topic=self.topic.topic_arn,
            ),
            layers=[make_layer(self, stage, "core")],
        )
        allow_table(function.role, registry, TableUse.READ)
        allow_table(function.role, presence, TableUse.READ_AND_WRITE)
        allow_key(function.role, data.key)
        allow_notifying(function.role, self.topic, self.topic_key)
        return function
