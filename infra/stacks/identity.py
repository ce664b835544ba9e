"""Who somebody on camera is: the reaction on faces that were seen."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.events.identity import FaceSeen
from floorsight.platform.items import TableName
from floorsight.platform.settings import RecognisePersonSettings
from infra.constructs.grants import (
    TableUse,
    allow_key,
    allow_listing,
    allow_objects,
    allow_publishing,
    allow_searching_faces,
    allow_table,
)
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.constructs.reaction import Reaction
from infra.settings import StageSettings
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack

# A large site's gallery and numpy fit three times over; the processor's share comes with the memory.
MEMORY_MB = 1024
# Three pictures at Rekognition, the last of them after all repetitions.
TIMEOUT_SECONDS = 30


class IdentityStack(Stack):
    """Bus → `recognise_person` → bus. One question an invocation: none waits for another's repetitions."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack, bus: BusStack
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self.recognise_person = self._make_recognise_person(stage, data, bus)
        reaction = Reaction(
            self,
            "RecognisePersonReaction",
            handles=(FaceSeen,),
            bus=bus.bus,
            function=self.recognise_person,
            batch_size=1,
        )
        self.dead_letters: dict[str, sqs.Queue] = {"RecognisePerson": reaction.dead_letters}
        CfnOutput(self, "RecognisePersonQueueUrl", value=reaction.queue.queue_url)
        CfnOutput(self, "RecognisePersonDlqUrl", value=reaction.dead_letters.queue_url)

    def _make_recognise_person(self, stage: StageSettings, data: DataStack, bus: BusStack) -> PythonFunction:
        registry, presence = data.tables[TableName.REGISTRY], data.tables[TableName.PRESENCE]
        function = PythonFunction(
            self,
            "RecognisePerson",
            name="recognise_person",
            description="Answers who is on a camera's track, once a track",
            stage=stage,
            settings=RecognisePersonSettings(
                registry_table=registry.table_name,
                presence_table=presence.table_name,
                media_bucket=data.media.bucket_name,
                event_bus=bus.bus.event_bus_name,
            ),
            layers=[make_layer(self, stage, "core"), make_layer(self, stage, "numeric", base="core")],
            memory_mb=MEMORY_MB,
            timeout_seconds=TIMEOUT_SECONDS,
        )
        role = function.role
        allow_table(role, registry, TableUse.READ)
        allow_table(role, presence, TableUse.READ_WRITE_AND_REMOVE)  # takes back what was said of the erased
        allow_key(role, data.key)
        allow_publishing(role, bus.bus)
        allow_objects(role, data.media, "s3:GetObject", ["faces"])
        allow_objects(role, data.media, "s3:PutObject", ["snapshots", "review"])
        allow_objects(role, data.media, "s3:DeleteObject", ["faces", "snapshots", "review"])
        allow_listing(role, data.media)  # a face record may be gone already
        allow_searching_faces(role, stage)
        return function
