"""Where messages go that nobody could take."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

RETENTION = Duration.days(14)  # the longest that SQS keeps anything


def make_dead_letters(scope: Construct, construct_id: str = "DeadLetters") -> sqs.Queue:
    """A queue that people look into when its alarm rings."""
    return sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=RETENTION,
    )
