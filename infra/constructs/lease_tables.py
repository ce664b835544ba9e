"""The three tables in which KCL keeps who reads which shard, and how far it is read.

KCL would make them itself at its first start. Made by the template, they go when the stage goes, a worker
needs no right to make or change tables, and a fleet starts sooner. Names and keys are KCL's: names follow
from the application's, keys are from `DynamoDBLeaseSerializer`, `CoordinatorState` and `WorkerMetricStats`
of KCL 3.1; the fleet's test on the emulator compares them with the tables that KCL makes there.
"""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.constructs.acknowledge import acknowledge

LEASE_OWNER_INDEX = "LeaseOwnerToLeaseKeyIndex"


class LeaseTables(Construct):
    """Leases with checkpoints, workers' reports on themselves, and who leads."""

    def __init__(self, scope: Construct, construct_id: str, *, application: str) -> None:
        super().__init__(scope, construct_id)
        self.application = application
        self.leases = self._table("Leases", application, "leaseKey")
        self.leases.add_global_secondary_index(
            index_name=LEASE_OWNER_INDEX,
            partition_key=_text("leaseOwner"),
            sort_key=_text("leaseKey"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        self.workers = self._table("Workers", f"{application}-WorkerMetricStats", "wid")
        self.coordinator = self._table("Coordinator", f"{application}-CoordinatorState", "key")

    def _table(self, construct_id: str, name: str, key: str) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            construct_id,
            table_name=name,
            partition_key=_text(key),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            # Without them a fleet reads the stream from its beginning and skips what is stored already.
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(table, {"DDB3": "what it holds is of no use a minute later, and follows from the stream"})
        return table


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
