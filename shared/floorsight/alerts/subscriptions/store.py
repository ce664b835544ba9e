"""What is kept of subscriptions in the registry table."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from floorsight.alerts.model import Severity
from floorsight.alerts.subscriptions.model import About, Protocol, Subscription
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.table import Expectation, Page, Put, Table, Update

ENDED_KEPT = timedelta(days=1)

SUBSCRIPTION = ItemType(
    name="subscription",
    table=TableName.REGISTRY,
    pk="SUBSCRIPTION#{subscription_id}",
    sk="SITE#{site_id}",
    gsi1pk="SUBSCRIPTIONS#{site_id}",
    gsi1sk="SUBSCRIPTION#{subscription_id}",
    purpose="An address that is told of a site's alerts. One partition an address: its sites share one "
    "subscription of the topic, whose filter is made of all of them. The index lists a site's.",
    writers=("query_api",),
    readers=("query_api",),
    retention=f"kept; {ENDED_KEPT.days} day after it was ended",
)
ITEM_TYPES: tuple[ItemType, ...] = (SUBSCRIPTION,)


@dataclass(frozen=True)
class SubscriptionStore:
    """Subscriptions in the registry table. One that was ended is there no more, though its item may be."""

    table: Table

    def save(self, subscription: Subscription) -> None:
        """Write it in place of what was kept of it."""
        self.table.write(Put(_item(subscription)))

    def put_back(self, before: Subscription, *, instead_of: Subscription) -> None:
        """Write what was kept before, unless somebody has written something else or ended it meanwhile."""
        ours = {"created_at": to_sort_key(instead_of.created_at), "created_by": instead_of.created_by}
        with suppress(Conflict):
            self.table.write(Put(_item(before), expect=Expectation(equals={**ours, "expires_at": None})))

    def note_arn(self, subscription: Subscription, arn: str) -> None:
        """Keep which subscription of the topic it is; of one that was ended meanwhile nothing is kept."""
        key = SUBSCRIPTION.key(subscription_id=subscription.subscription_id, site_id=subscription.site_id)
        there = Expectation(equals={"subscription_id": subscription.subscription_id, "expires_at": None})
        with suppress(Conflict):
            self.table.write(Update(key, set={"arn": arn}, expect=there))

    def end(self, subscription: Subscription, now: datetime) -> None:
        """Take it out of all lists; its item goes later."""
        key = SUBSCRIPTION.key(subscription_id=subscription.subscription_id, site_id=subscription.site_id)
        gone = {"GSI1PK": None, "GSI1SK": None, "expires_at": int((now + ENDED_KEPT).timestamp())}
        self.table.write(Update(key, set=gone))

    def find(self, subscription_id: str, site_id: str) -> Subscription | None:
        item = self.table.get(SUBSCRIPTION.key(subscription_id=subscription_id, site_id=site_id))
        return _read(item) if item and _is_there(item) else None

    def list_of_address(self, subscription_id: str) -> list[Subscription]:
        """An address's subscriptions by site, read consistently."""
        items = self.table.query(SUBSCRIPTION.partition(subscription_id=subscription_id)).items
        return [_read(item) for item in items if _is_there(item)]

    def list_of_site(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[Subscription]:
        """A site's subscriptions; one made a moment ago may be missing."""
        partition = str(SUBSCRIPTION.gsi1pk).format(site_id=site_id)
        return self.table.query(partition, limit=limit, start_key=start_key, index=True).map(_read)


def _item(subscription: Subscription) -> Item:
    body: Item = {
        "subscription_id": subscription.subscription_id,
        "site_id": subscription.site_id,
        "protocol": subscription.protocol.value,
        "endpoint": subscription.endpoint,
        "min_severity": subscription.min_severity.value,
        "created_at": to_sort_key(subscription.created_at),
        "created_by": subscription.created_by,
        "arn": subscription.arn,
        "about": [each.value for each in subscription.about],
    }
    return SUBSCRIPTION.item(body, subscription_id=subscription.subscription_id, site_id=subscription.site_id)


def _is_there(item: Item) -> bool:
    return "expires_at" not in item


def _read(item: Item) -> Subscription:
    return Subscription(
        subscription_id=item["subscription_id"],
        site_id=item["site_id"],
        protocol=Protocol(item["protocol"]),
        endpoint=item["endpoint"],
        min_severity=Severity(item["min_severity"]),
        created_at=from_sort_key(item["created_at"]),
        created_by=item["created_by"],
        arn=item.get("arn"),
        about=tuple(map(About, item.get("about", [About.SECURITY]))),
    )
