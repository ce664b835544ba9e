"""Gates: the reaction that decides about vehicles whose plates were read."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.platform.items import TableName
from floorsight.platform.settings import DecideGateSettings
from infra.constructs.grants import TableUse, allow, allow_key, allow_publishing, allow_table
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.constructs.reaction import Reaction
from infra.settings import StageSettings
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack

# A driver waits: the processor's share comes with the memory, and a decision takes little of that.
MEMORY_MB = 1024
# What is lost now is delivered again after 18 s, while a barrier may still be lifted for it: after 30 s it is
# late (docs/gate.md). AWS's advice of six time-outs, 36 s, is for functions that are throttled for long.
TIMEOUT_SECONDS, PATIENCE = 6, 3


class GateStack(Stack):
    """Bus → `decide_gate` → bus. One reading an invocation: no vehicle waits for another's decision."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack, bus: BusStack
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.decide_gate = self._make_decide_gate(stage, data, bus)
        reaction = Reaction(
            self,
            "DecideGateReaction",
            handles=(PlateRead, VehicleLeft),
            bus=bus.bus,
            function=self.decide_gate,
            batch_size=1,
            patience=PATIENCE,
        )
        self.dead_letters: dict[str, sqs.Queue] = {"DecideGate": reaction.dead_letters}
        CfnOutput(self, "DecideGateQueueUrl", value=reaction.queue.queue_url)
        CfnOutput(self, "DecideGateDlqUrl", value=reaction.dead_letters.queue_url)

    def _make_decide_gate(self, stage: StageSettings, data: DataStack, bus: BusStack) -> PythonFunction:
        registry, presence = data.tables[TableName.REGISTRY], data.tables[TableName.PRESENCE]
        function = PythonFunction(
            self,
            "DecideGate",
            name="decide_gate",
            description="Decides about vehicles at gates, and keeps their passages and visits",
            stage=stage,
            settings=DecideGateSettings(
                registry_table=registry.table_name,
                presence_table=presence.table_name,
                event_bus=bus.bus.event_bus_name,
            ),
            layers=[make_layer(self, stage, "core")],
            memory_mb=MEMORY_MB,
            timeout_seconds=TIMEOUT_SECONDS,
        )
        allow_table(function.role, registry, TableUse.READ)
        # How many visits visitors' entries have left is read at once.
        allow(function.role, ["dynamodb:BatchGetItem"], [presence.table_arn])
        # Passages merge, and a visit that turns out to be another one is removed.
        allow_table(function.role, presence, TableUse.READ_WRITE_AND_REMOVE)
        allow_key(function.role, data.key)
        allow_publishing(function.role, bus.bus)
        return function
