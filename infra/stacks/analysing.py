"""What may be done by whoever analyses pictures: of live and of recorded video, and single ones."""

from __future__ import annotations

from aws_cdk import aws_iam as iam

from floorsight.platform.items import TableName
from infra.constructs.grants import (
    TableUse,
    allow_key,
    allow_listing,
    allow_objects,
    allow_publishing,
    allow_table,
)
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack


def allow_analysing(role: iam.Role, data: DataStack, bus: BusStack, *, reads: str) -> None:
    """Read plans and the objects under a prefix; keep states, views and pictures; tell what happened."""
    allow_table(role, data.tables[TableName.REGISTRY], TableUse.READ)
    allow_table(role, data.tables[TableName.PRESENCE], TableUse.READ_AND_WRITE)
    allow_table(role, data.tables[TableName.TRAILS], TableUse.READ_AND_WRITE)  # views for who watches
    allow_objects(role, data.media, "s3:GetObject", [reads])
    allow_listing(role, data.media)
    allow_objects(role, data.media, "s3:PutObject", ["live", "snapshots", "quarantine", "faces"])
    allow_key(role, data.key)
    allow_publishing(role, bus.bus)
