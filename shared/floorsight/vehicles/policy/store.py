"""Gate policies in the registry table: what holds, and every version that ever did."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from floorsight.events.vehicles import Verdict
from floorsight.platform.clock import moment_text, read_moment
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.retry import Backoff
from floorsight.platform.table import ABSENT, Page, Put, Table, TransactionRefused, at_revision
from floorsight.vehicles.model import GatePolicy

POLICY = ItemType(
    name="gate_policy",
    table=TableName.REGISTRY,
    pk="SITE#{site_id}",
    sk="GATE_POLICY",
    purpose="How a site's gates decide: formats of plates, the least confidence, and what becomes of a "
    "vehicle on no list. Missing as long as nobody has changed the defaults.",
    writers=("query_api",),
    readers=("query_api", "decide_gate", "analyse_image"),
)
VERSION = ItemType(
    name="gate_policy_version",
    table=TableName.REGISTRY,
    pk="SITE#{site_id}",
    sk="GATE_POLICY_VERSION#{revision}",
    purpose="A version of a site's gate policy, written with it and never changed: decisions name theirs.",
    writers=("query_api",),
    readers=("query_api",),
)
ITEM_TYPES: tuple[ItemType, ...] = (POLICY, VERSION)
_VERSIONS = VERSION.sk.removesuffix("{revision}")


@dataclass(frozen=True)
class GatePolicyStore:
    """One policy a site, and its versions."""

    table: Table
    backoff: Backoff = field(default_factory=Backoff)

    def find(self, site_id: str) -> GatePolicy:
        """The site's policy, read consistently; the defaults, at revision 0, where there is none."""
        item = self.table.get(POLICY.key(site_id=site_id))
        return _read(item) if item else GatePolicy(site_id)

    def find_version(self, site_id: str, revision: int) -> GatePolicy | None:
        """The policy as it was at a revision; the defaults for 0."""
        if revision == 0:
            return GatePolicy(site_id)
        item = self.table.get(VERSION.key(site_id=site_id, revision=_number(revision)))
        return _read(item) if item else None

    def list_versions(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[GatePolicy]:
        """All that were ever set, newest first. Raises Malformed (`bad_cursor`)."""
        page = self.table.query(
            VERSION.partition(site_id=site_id),
            begins=_VERSIONS,
            newest_first=True,
            limit=limit,
            start_key=start_key,
        )
        return page.map(_read)

    def replace(self, changed: GatePolicy) -> GatePolicy:
        """Store a changed policy in place of the one of its revision, and as a version of its own.

        Returns it with its next revision. Raises Conflict (`revision_changed`) when somebody else was
        faster, Unavailable while others are writing it.
        """
        stored = replace(changed, revision=changed.revision + 1)
        body, site_id = _dump(stored), stored.site_id
        writes = [
            Put(POLICY.item(body, site_id=site_id), at_revision(changed.revision)),
            Put(VERSION.item(body, site_id=site_id, revision=_number(stored.revision)), ABSENT),
        ]
        busy = "others are changing the policy of the gates; try again"
        try:
            transact_again(self.table, writes, self.backoff, busy=busy)
        except TransactionRefused as refused:
            if self.find(site_id) != stored:  # else it was written, and the answer got lost
                raise Conflict(
                    "somebody else has changed the policy meanwhile; read it again and repeat your change",
                    code="revision_changed",
                ) from refused
        return stored


def _number(revision: int) -> str:
    """Fixed width: text order is the order of versions."""
    return f"{revision:08}"


def _dump(policy: GatePolicy) -> Item:
    return {
        **vars(policy),
        "profiles": list(policy.profiles),
        "default": policy.default.value,
        "changed_at": moment_text(policy.changed_at),
    }


def _read(item: Item) -> GatePolicy:
    return GatePolicy(
        site_id=item["site_id"],
        min_confidence=float(item["min_confidence"]),  # a whole number comes back as int
        profiles=tuple(item["profiles"]),
        default=Verdict(item["default"]),
        revision=item["revision"],
        changed_at=read_moment(item.get("changed_at")),
        changed_by=item.get("changed_by"),
    )
