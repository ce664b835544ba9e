"""Which addresses can be subscribed, and what each of them lets through. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from floorsight.alerts.model import AlertKind
from floorsight.alerts.notifications import audience, personal_audience
from floorsight.alerts.subscriptions.model import About, Protocol, Subscription
from floorsight.platform.errors import Malformed
from floorsight.platform.ids import derived_id

MAX_ENDPOINT_LENGTH = 500
AUDIENCE = "audience"
# SNS takes no filter without values; no notice is for this audience.
NOBODY = {AUDIENCE: ["nobody"]}
# SNS counts a filter's values; a site takes one for each severity, and for each kind about employees.
MAX_FILTER_VALUES = 150
MAX_SITES_PER_ADDRESS = 50
_EXAMPLES = {
    Protocol.EMAIL: "security@example.com",
    Protocol.SMS: "+4915112345678, in E.164 form",
    Protocol.HTTPS: "https://example.com/alerts, without user and password",
    Protocol.SQS: "arn:aws:sqs:eu-central-1:123456789012:alerts",
}
_PATTERNS = {
    Protocol.EMAIL: re.compile(r"[^@\s,;<>]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"),
    Protocol.SMS: re.compile(r"\+[1-9][0-9]{6,14}"),
    Protocol.SQS: re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}"),
}


def check_endpoint(protocol: Protocol, endpoint: str, *, allow_loopback: bool) -> None:
    """Raises Malformed (`bad_endpoint`) unless notices can be sent there.

    `allow_loopback` lets plain HTTP to this machine through, for a system that runs on it.
    """
    if len(endpoint) <= MAX_ENDPOINT_LENGTH and endpoint.isprintable():
        if protocol is Protocol.HTTPS:
            accepted = _is_web_address(endpoint, allow_loopback=allow_loopback)
        else:
            accepted = _PATTERNS[protocol].fullmatch(endpoint) is not None
        if accepted:
            return
    raise Malformed(
        f"no endpoint of protocol {protocol}: write one such as {_EXAMPLES[protocol]}",
        code="bad_endpoint",
        field="endpoint",
    )


def _is_web_address(endpoint: str, *, allow_loopback: bool) -> bool:
    try:
        url = urlsplit(endpoint)
        _ = url.port  # raises for a port that is none
    except ValueError:
        return False
    # A password in an address would lie open in the table and in every list.
    if not url.hostname or url.username is not None or " " in endpoint:
        return False
    return url.scheme == "https" or (allow_loopback and url.scheme == "http" and _is_loopback(url))


def _is_loopback(url: SplitResult) -> bool:
    try:
        return ip_address(url.hostname or "").is_loopback
    except ValueError:
        return url.hostname == "localhost"


def protocol_of_topic(protocol: Protocol, endpoint: str) -> str:
    """What SNS calls it: `http` where that was let through."""
    return "http" if protocol is Protocol.HTTPS and endpoint.startswith("http:") else protocol.value


def make_subscription_id(protocol: Protocol, endpoint: str) -> str:
    """The same for an address in all its sites."""
    return derived_id("subscription", protocol, endpoint)


def filter_for(subscriptions: Iterable[Subscription]) -> dict[str, list[str]]:
    """What an address lets through that has these subscriptions, each of another site."""
    audiences = sorted(wanted for each in subscriptions for wanted in _audiences_of(each))
    return {AUDIENCE: audiences} if audiences else NOBODY


def fits_address(subscriptions: Sequence[Subscription]) -> bool:
    """Whether an address can have all these: so many sites, and so many values of its filter."""
    values = filter_for(subscriptions)[AUDIENCE]
    return len(subscriptions) <= MAX_SITES_PER_ADDRESS and len(values) <= MAX_FILTER_VALUES


def _audiences_of(subscription: Subscription) -> Iterator[str]:
    for about in subscription.about:
        if about is About.SECURITY:
            for severity in subscription.min_severity.and_worse:
                yield audience(subscription.site_id, severity)
        else:
            yield personal_audience(subscription.site_id, AlertKind(about.value))
