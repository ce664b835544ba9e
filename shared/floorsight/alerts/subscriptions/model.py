"""Who wants to hear of which site's alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from floorsight.alerts.model import AlertKind, Severity


class Protocol(StrEnum):
    """How a notice reaches its subscriber."""

    EMAIL = "email"
    SMS = "sms"
    HTTPS = "https"
    SQS = "sqs"


class About(StrEnum):
    """What a subscriber wants to hear of: what concerns everybody, or single employees, by kind."""

    SECURITY = "security"  # all alerts but the following
    OUTSIDE_HOURS = AlertKind.OUTSIDE_HOURS.value
    MISSING_PUNCHES = AlertKind.MISSING_PUNCHES.value


@dataclass(frozen=True)
class Subscription:
    """An address that is told of a site's alerts: of `SECURITY` from `min_severity` on, of others all.

    `subscription_id` follows from protocol and endpoint: an address subscribes to a site once. `arn` is SNS's
    subscription, which all sites of an address share; None until SNS has made it.
    """

    subscription_id: str
    site_id: str
    protocol: Protocol
    endpoint: str
    min_severity: Severity
    created_at: datetime
    created_by: str
    arn: str | None = None
    about: tuple[About, ...] = (About.SECURITY,)
