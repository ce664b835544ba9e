"""What may be done by whoever erases people's faces, and purges what has been kept long enough."""

from __future__ import annotations

from aws_cdk import aws_iam as iam

from floorsight.platform.items import TableName
from infra.constructs.grants import TableUse, allow_listing, allow_objects, allow_removing_faces, allow_table
from infra.settings import StageSettings
from infra.stacks.data import DataStack

WITH_FACES = ["snapshots", "enrolled", "review"]


def allow_erasing(role: iam.Role, data: DataStack, stage: StageSettings) -> None:
    """Change and remove what the registry has of people; look through faces, and remove them and pictures.

    What it does with the presence table and its key is its own function's to allow.
    """
    allow_table(role, data.tables[TableName.REGISTRY], TableUse.READ_WRITE_AND_REMOVE)
    allow_objects(role, data.media, "s3:GetObject", ["review"])
    allow_objects(role, data.media, "s3:DeleteObject", WITH_FACES)
    allow_listing(role, data.media)
    allow_removing_faces(role, stage)
