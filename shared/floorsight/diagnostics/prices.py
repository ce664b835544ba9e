"""List prices of us-east-1, without free tiers and discounts.

As AWS's price lists had them in 2026; `floorsight cost` prints them with its sums, so that they can be
compared with today's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Charge(StrEnum):
    """What AWS charges for."""

    KINESIS_SHARD_HOUR = "Kinesis shard hours"
    KINESIS_PUT_UNIT = "Kinesis PUT payload units (25 KB)"
    FARGATE_VCPU_HOUR = "Fargate vCPU hours (x86)"
    FARGATE_GB_HOUR = "Fargate GB hours (x86)"
    PUBLIC_ADDRESS_HOUR = "public IPv4 address hours"
    DYNAMODB_WRITE = "DynamoDB write request units"
    DYNAMODB_READ = "DynamoDB read request units"
    DYNAMODB_GB_MONTH = "DynamoDB GB months, with point-in-time recovery"
    EVENTS = "EventBridge events"
    SCHEDULE = "EventBridge Scheduler invocations"
    SQS_REQUEST = "SQS requests"
    LAMBDA_REQUEST = "Lambda invocations"
    LAMBDA_GB_SECOND = "Lambda GB seconds (arm64)"
    S3_PUT = "S3 PUT requests"
    S3_GET = "S3 GET requests"
    S3_GB_MONTH = "S3 GB months"
    KMS_REQUEST = "KMS requests"
    KMS_KEY = "KMS keys"
    HTTP_REQUEST = "API Gateway HTTP API requests"
    LOGS_GB = "CloudWatch log GB ingested"
    METRIC = "CloudWatch custom metrics"
    ALARM = "CloudWatch alarms"


@dataclass(frozen=True)
class Price:
    """US dollars for so many of the unit."""

    usd: float
    per: float = 1.0

    def of(self, amount: float) -> float:
        return amount * self.usd / self.per


MILLION = 1e6
PRICES: dict[Charge, Price] = {
    Charge.KINESIS_SHARD_HOUR: Price(0.015),
    Charge.KINESIS_PUT_UNIT: Price(0.014, MILLION),
    Charge.FARGATE_VCPU_HOUR: Price(0.04048),
    Charge.FARGATE_GB_HOUR: Price(0.004445),
    Charge.PUBLIC_ADDRESS_HOUR: Price(0.005),
    Charge.DYNAMODB_WRITE: Price(0.625, MILLION),
    Charge.DYNAMODB_READ: Price(0.125, MILLION),
    Charge.DYNAMODB_GB_MONTH: Price(0.25 + 0.20),
    Charge.EVENTS: Price(1.00, MILLION),
    Charge.SCHEDULE: Price(1.00, MILLION),
    Charge.SQS_REQUEST: Price(0.40, MILLION),
    Charge.LAMBDA_REQUEST: Price(0.20, MILLION),
    Charge.LAMBDA_GB_SECOND: Price(0.0000133334),
    Charge.S3_PUT: Price(0.005, 1000),
    Charge.S3_GET: Price(0.0004, 1000),
    Charge.S3_GB_MONTH: Price(0.023),
    Charge.KMS_REQUEST: Price(0.03, 10_000),
    Charge.KMS_KEY: Price(1.00),
    Charge.HTTP_REQUEST: Price(1.00, MILLION),
    Charge.LOGS_GB: Price(0.50),
    Charge.METRIC: Price(0.30),
    Charge.ALARM: Price(0.10),
}
