"""How long copies outlive what was removed, and how an erasure's report says so."""

from __future__ import annotations

from datetime import datetime, timedelta

# DynamoDB's own, which infra does not shorten.
POINT_IN_TIME_DAYS = 35
ACCESS_LOG_DAYS = 90


def backups_end(removed_at: datetime | None) -> datetime | None:
    """When no backup has a copy any more of what was removed then; None before it is removed."""
    return removed_at + timedelta(days=POINT_IN_TIME_DAYS) if removed_at else None


def explain_backups(until: datetime | None) -> str:
    """Where copies are until then, and who reaches them."""
    by = f", until {until:%Y-%m-%d %H:%M} UTC" if until else ""
    return (
        f"Point-in-time recovery of the tables keeps what was removed for {POINT_IN_TIME_DAYS} days{by}. It "
        "is reached only by restoring a whole table, for which no part of the system has the rights."
    )
