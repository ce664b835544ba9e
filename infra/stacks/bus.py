"""The event bus and the reactions that hang on it."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.events.vision import LineCrossed, ZoneEntered, ZoneLeft
from floorsight.platform.items import TableName
from floorsight.platform.settings import UpdateOccupancySettings
from infra.constructs.grants import TableUse, allow_key, allow_publishing, allow_table
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.constructs.reaction import Reaction
from infra.settings import StageSettings
from infra.stacks.data import DataStack


class BusStack(Stack):
    """Low-rate facts: what happened, and who does something about it."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.bus = events.EventBus(self, "Bus", description=f"Floorsight {stage.stage}")
        self.update_occupancy = self._make_update_occupancy(stage, data)
        reaction = Reaction(
            self,
            "UpdateOccupancyReaction",
            handles=(LineCrossed, ZoneEntered, ZoneLeft),
            bus=self.bus,
            function=self.update_occupancy,
        )
        self.dead_letters: dict[str, sqs.Queue] = {"UpdateOccupancy": reaction.dead_letters}
        CfnOutput(self, "EventBusName", value=self.bus.event_bus_name)
        CfnOutput(self, "UpdateOccupancyQueueUrl", value=reaction.queue.queue_url)
        CfnOutput(self, "UpdateOccupancyDlqUrl", value=reaction.dead_letters.queue_url)

    def _make_update_occupancy(self, stage: StageSettings, data: DataStack) -> PythonFunction:
        registry, presence = data.tables[TableName.REGISTRY], data.tables[TableName.PRESENCE]
        function = PythonFunction(
            self,
            "UpdateOccupancy",
            name="update_occupancy",
            description="Counts each crossing of a line or a zone's border, once",
            stage=stage,
            settings=UpdateOccupancySettings(
                registry_table=registry.table_name,
                presence_table=presence.table_name,
                event_bus=self.bus.event_bus_name,
            ),
            layers=[make_layer(self, stage, "core")],
        )
        allow_table(function.role, registry, TableUse.READ)
        allow_table(function.role, presence, TableUse.READ_AND_WRITE)
        allow_key(function.role, data.key)
        allow_publishing(function.role, self.bus)
        return function
