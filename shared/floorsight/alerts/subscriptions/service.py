"""Subscribing to a site's alerts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from floorsight.alerts.model import Severity
from floorsight.alerts.people.policies import PeoplePolicyService
from floorsight.alerts.people.store import PeoplePolicyStore
from floorsight.alerts.subscriptions.model import About, Protocol, Subscription
from floorsight.alerts.subscriptions.rules import (
    check_endpoint,
    filter_for,
    fits_address,
    make_subscription_id,
    protocol_of_topic,
)
from floorsight.alerts.subscriptions.store import SubscriptionStore
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Conflict, Malformed, NotFound
from floorsight.platform.items import Item
from floorsight.platform.table import Page
from floorsight.platform.topics import SubscriptionState, Topic
from floorsight.sites.service import SiteService


@dataclass(frozen=True)
class SubscriptionService:
    """Use cases of subscriptions. What is wanted is written first; the topic is made to follow it.

    SNS has one subscription for an address, with one filter: it is made of all sites that the address wants.
    """

    sites: SiteService
    store: SubscriptionStore
    topic: Topic
    allow_loopback: bool = False
    clock: Clock = utc_now

    @property
    def people(self) -> PeoplePolicyService:
        """What there is to be told of employees: a site says it, whoever subscribes."""
        return PeoplePolicyService(self.sites, PeoplePolicyStore(self.store.table))

    def subscribe(
        self,
        site_id: str,
        *,
        protocol: Protocol,
        endpoint: str,
        min_severity: Severity,
        by: str,
        about: Iterable[About] = (About.SECURITY,),
    ) -> Subscription:
        """Tell an address of a site's alerts; again changes what of, and asks once more to confirm.

        Raises:
            NotFound: `unknown_site`.
            Malformed: `bad_endpoint`.
            Conflict: the address has as many sites as it can have (`too_many_sites`).
            Unavailable: SNS did not answer; do the same again.
        """
        self.sites.get_site(site_id)
        check_endpoint(protocol, endpoint, allow_loopback=self.allow_loopback)
        subscription_id = make_subscription_id(protocol, endpoint)
        known = self.store.list_of_address(subscription_id)
        before = next((each for each in known if each.site_id == site_id), None)
        others = [each for each in known if each is not before]
        # What SNS has already stays known, should it not answer now: else it could not be ended.
        arn = next((each.arn for each in known if each.arn), None)
        wanted = Subscription(
            subscription_id,
            site_id,
            protocol,
            endpoint,
            min_severity,
            self.clock(),
            by,
            arn,
            tuple(sorted(set(about))),
        )
        if not fits_address([*others, wanted]):
            raise Conflict(
                f"{endpoint} is subscribed to {len(others)} sites, the most it can be",
                code="too_many_sites",
            )
        self.store.save(wanted)
        try:
            arn = self.topic.subscribe(
                protocol_of_topic(protocol, endpoint), endpoint, filter_for([*others, wanted])
            )
        except Malformed:
            if before is None:
                self.store.end(wanted, self.clock())
            else:
                self.store.put_back(before, instead_of=wanted)
            raise
        # One that had lapsed has a new subscription now, for all its sites.
        for each in self.store.list_of_address(subscription_id):
            if each.arn != arn:
                self.store.note_arn(each, arn)
        self._follow(subscription_id, arn)
        return replace(wanted, arn=arn)

    def unsubscribe(self, site_id: str, subscription_id: str) -> None:
        """Tell an address no more of this site. Raises NotFound (`unknown_subscription`) or Unavailable."""
        subscription = self.store.find(subscription_id, site_id)
        if subscription is None:
            raise NotFound(
                f"site {site_id} has no subscription {subscription_id}", code="unknown_subscription"
            )
        arn = self._narrow(subscription)
        self.store.end(subscription, self.clock())
        if arn:
            self._follow(subscription_id, arn)

    def _narrow(self, ending: Subscription) -> str | None:
        """Before it is forgotten, so that whoever fails here can be asked again.

        Returns which subscription the address has then, if any.
        """
        rest = self._list_others(ending)
        if ending.arn is None:
            return None
        # With its filter closed even one that SNS keeps, as it was never confirmed, hears nothing.
        self.topic.set_filter(ending.arn, filter_for(rest))
        if rest:
            return ending.arn
        self.topic.unsubscribe(ending.arn)
        return self._subscribe_anew(ending)

    def _subscribe_anew(self, ended: Subscription) -> str | None:
        """Who has subscribed the address to another site meanwhile may have got the one that is gone now."""
        wanted = self._list_others(ended)
        if not wanted:
            return ended.arn
        endpoint = ended.endpoint
        arn = self.topic.subscribe(protocol_of_topic(ended.protocol, endpoint), endpoint, filter_for(wanted))
        for each in wanted:
            self.store.note_arn(each, arn)
        return arn

    def _list_others(self, subscription: Subscription) -> list[Subscription]:
        known = self.store.list_of_address(subscription.subscription_id)
        return [each for each in known if each.site_id != subscription.site_id]

    def _follow(self, subscription_id: str, arn: str) -> None:
        """Make the filter that of what is wanted, until nobody came between reading and setting it."""
        set_for: list[Subscription] = []
        while (wanted := self.store.list_of_address(subscription_id)) != set_for:
            self.topic.set_filter(arn, filter_for(wanted))
            set_for = wanted

    def list_subscriptions(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[tuple[Subscription, SubscriptionState]]:
        """A site's subscriptions, each with what became of it. Raises NotFound (`unknown_site`)."""
        self.sites.get_site(site_id)
        page = self.store.list_of_site(site_id, limit=limit, start_key=start_key)
        return page.map(lambda each: (each, self.find_state(each)))

    def find_state(self, subscription: Subscription) -> SubscriptionState:
        """Whether its address gets anything."""
        if subscription.arn is None:
            return SubscriptionState.LAPSED
        return self.topic.find_state(subscription.arn)
