"""What is remembered of processing: apart from what counts, so that measurements never hold up counts."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.events.diagnostics import ProcessingMeasured
from floorsight.platform.items import TableName
from floorsight.platform.settings import RecordProcessingSettings
from infra.constructs.grants import TableUse, allow_key, allow_table
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.constructs.reaction import Reaction
from infra.settings import StageSettings
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack


class DiagnosticsStack(Stack):
    """Bus → `record_processing`."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack, bus: BusStack
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        trails = data.tables[TableName.TRAILS]
        self.record_processing = PythonFunction(
            self,
            "RecordProcessing",
            name="record_processing",
            description="Adds up what analysing video took, by camera and hour",
            stage=stage,
            settings=RecordProcessingSettings(trails_table=trails.table_name),
            layers=[make_layer(self, stage, "core")],
        )
        allow_table(self.record_processing.role, trails, TableUse.ADD_UP)
        allow_key(self.record_processing.role, data.key)
        reaction = Reaction(
            self,
            "RecordProcessingReaction",
            handles=(ProcessingMeasured,),
            bus=bus.bus,
            function=self.record_processing,
        )
        self.dead_letters: dict[str, sqs.Queue] = {"RecordProcessing": reaction.dead_letters}
