"""What is remembered of cameras' streams: the reaction on their health and on the ends of tracks."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.events.publishing import PublisherReported
from floorsight.events.vision import StreamHealth, TrackEnded
from floorsight.platform.items import TableName
from floorsight.platform.settings import RecordStreamSettings
from infra.constructs.grants import TableUse, allow_key, allow_table
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.constructs.reaction import Reaction
from infra.settings import StageSettings
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack


class StreamsStack(Stack):
    """Bus → `record_stream`. One queue for all kinds of event: an idle queue costs as much as a busy one."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack, bus: BusStack
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.record_stream = self._make_record_stream(stage, data)
        reaction = Reaction(
            self,
            "RecordStreamReaction",
            handles=(StreamHealth, TrackEnded, PublisherReported),
            bus=bus.bus,
            function=self.record_stream,
        )
        self.dead_letters: dict[str, sqs.Queue] = {"RecordStream": reaction.dead_letters}

    def _make_record_stream(self, stage: StageSettings, data: DataStack) -> PythonFunction:
        presence, trails = data.tables[TableName.PRESENCE], data.tables[TableName.TRAILS]
        function = PythonFunction(
            self,
            "RecordStream",
            name="record_stream",
            description="Keeps when cameras were live, the paths of tracks, and what publishers say",
            stage=stage,
            settings=RecordStreamSettings(presence_table=presence.table_name, trails_table=trails.table_name),
            layers=[make_layer(self, stage, "core")],
        )
        allow_table(function.role, presence, TableUse.READ_AND_WRITE)
        allow_table(function.role, trails, TableUse.APPEND)
        allow_key(function.role, data.key)
        return function
