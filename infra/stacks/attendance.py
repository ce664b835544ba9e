"""Attendance: the reaction that makes punches of who was recognised, and of who crossed a line."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.events.identity import PersonRecognised
from floorsight.events.vision import LineCrossed
from floorsight.platform.items import TableName
from floorsight.platform.settings import RecordAttendanceSettings
from infra.constructs.grants import TableUse, allow_key, allow_publishing, allow_table
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.constructs.reaction import Reaction
from infra.settings import StageSettings
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack


class AttendanceStack(Stack):
    """`PersonRecognised`, `LineCrossed` → `record_attendance` → `PunchRecorded`.

    One queue for both: which comes first makes no difference, and an idle queue costs as much as a busy one.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack, bus: BusStack
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.record_attendance = self._make_record_attendance(stage, data, bus)
        reaction = Reaction(
            self,
            "RecordAttendanceReaction",
            handles=(PersonRecognised, LineCrossed),
            bus=bus.bus,
            function=self.record_attendance,
        )
        self.dead_letters: dict[str, sqs.Queue] = {"RecordAttendance": reaction.dead_letters}
        CfnOutput(self, "RecordAttendanceQueueUrl", value=reaction.queue.queue_url)
        CfnOutput(self, "RecordAttendanceDlqUrl", value=reaction.dead_letters.queue_url)

    def _make_record_attendance(self, stage: StageSettings, data: DataStack, bus: BusStack) -> PythonFunction:
        registry, presence = data.tables[TableName.REGISTRY], data.tables[TableName.PRESENCE]
        function = PythonFunction(
            self,
            "RecordAttendance",
            name="record_attendance",
            description="Makes punches and records of who was recognised on attendance cameras",
            stage=stage,
            settings=RecordAttendanceSettings(
                registry_table=registry.table_name,
                presence_table=presence.table_name,
                event_bus=bus.bus.event_bus_name,
            ),
            layers=[make_layer(self, stage, "core")],
        )
        allow_table(function.role, registry, TableUse.READ)
        # A record whose shift was replanned away is removed, and what is due once it is closed.
        allow_table(function.role, presence, TableUse.READ_WRITE_AND_REMOVE)
        allow_key(function.role, data.key)
        allow_publishing(function.role, bus.bus)
        return function
