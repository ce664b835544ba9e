"""The function that answers questions about one image."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from floorsight.platform.items import TableName
from floorsight.platform.settings import AnalyseImageSettings
from infra.constructs.grants import (
    TableUse,
    allow,
    allow_keeping_faces,
    allow_objects,
    allow_searching_faces,
    allow_table,
)
from infra.constructs.image_function import ImageFunction
from infra.constructs.python_function import OwnFunction, PythonFunction
from infra.constructs.python_layer import make_layer
from infra.paths import REPOSITORY
from infra.settings import StageSettings
from infra.stacks.analysing import allow_analysing
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack

NAME = "analyse_image"
DESCRIPTION = "Analyses frames that come by the API, and counts what happens in them"
MEMORY_MB = 1769  # one whole core; docs/adr/0044 has the measurement
TIMEOUT_SECONDS = 29  # API Gateway waits for 30


class ImagesStack(Stack):
    """`analyse_image`: in a container image on AWS; in the emulator's own environment on one machine."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: StageSettings, data: DataStack, bus: BusStack
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self._stage = stage
        settings = AnalyseImageSettings(
            stage=stage.stage,
            registry_table=data.tables[TableName.REGISTRY].table_name,
            presence_table=data.tables[TableName.PRESENCE].table_name,
            trails_table=data.tables[TableName.TRAILS].table_name,
            media_bucket=data.media.bucket_name,
            event_bus=bus.bus.event_bus_name,
            inference_threads=1,  # as many as it has cores
        )
        make = self._make_in_image if stage.runs_on_aws else self._make_on_this_machine
        self.analyse_image: OwnFunction = make(settings)
        self._allow(data, bus)

    def _make_in_image(self, settings: AnalyseImageSettings) -> OwnFunction:
        return ImageFunction(
            self,
            "AnalyseImage",
            name=NAME,
            description=DESCRIPTION,
            stage=self._stage,
            settings=settings,
            memory_mb=MEMORY_MB,
            timeout_seconds=TIMEOUT_SECONDS,
            build_args={
                "MODELS": settings.detector,
                "FACE_MODELS": f"{settings.face_detector} {settings.face_embedder}",
                "PLATE_MODELS": " ".join(
                    (settings.plate_detector, settings.plate_text_detector, settings.plate_reader)
                ),
            },
        )

    def _make_on_this_machine(self, settings: AnalyseImageSettings) -> OwnFunction:
        """In a zip: what it can't hold lies in the emulator's environment, the models in this repository."""
        here = {"models_catalogue": REPOSITORY / "models.toml", "models_folder": REPOSITORY / "models"}
        return PythonFunction(
            self,
            "AnalyseImage",
            name=NAME,
            description=DESCRIPTION,
            stage=self._stage,
            settings=settings.model_copy(update={name: str(path) for name, path in here.items()}),
            layers=[make_layer(self, self._stage, "core"), make_layer(self, self._stage, "api", base="core")],
            memory_mb=MEMORY_MB,
            timeout_seconds=TIMEOUT_SECONDS,
        )

    def _allow(self, data: DataStack, bus: BusStack) -> None:
        role = self.analyse_image.role
        allow_analysing(role, data, bus, reads="uploads")
        # For the presigned URLs, which can do what their signer may do.
        allow_objects(role, data.media, "s3:PutObject", ["uploads"])
        # Enrolment: faces and their pictures, and the uploads that they were taken from.
        allow_table(role, data.tables[TableName.REGISTRY], TableUse.READ_AND_WRITE)
        allow_objects(role, data.media, "s3:PutObject", ["enrolled"])
        allow_objects(role, data.media, "s3:DeleteObject", ["enrolled", "uploads"])
        allow_keeping_faces(role, self._stage)
        # Deciding about a vehicle, as `decide_gate` does, reads how many visits are left.
        allow(role, ["dynamodb:BatchGetItem"], [data.tables[TableName.PRESENCE].table_arn])
        # Recognising whom a frame shows, as `recognise_person` does.
        allow_table(role, data.tables[TableName.PRESENCE], TableUse.READ_WRITE_AND_REMOVE)
        allow_objects(role, data.media, "s3:GetObject", ["faces"])
        allow_objects(role, data.media, "s3:PutObject", ["review"])
        allow_objects(role, data.media, "s3:DeleteObject", ["faces", "snapshots", "review"])
        allow_searching_faces(role, self._stage)
