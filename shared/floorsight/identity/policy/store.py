"""Identity policies in the registry table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from floorsight.identity.policy.model import IdentityPolicy, Recogniser
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.revisions import put_next
from floorsight.platform.table import Table

POLICY = ItemType(
    name="identity_policy",
    table=TableName.REGISTRY,
    pk="SITE#{site_id}",
    sk="IDENTITY_POLICY",
    purpose="How a site recognises people, what it may spend on it, and how long it keeps what it saw of "
    "them. Missing as long as nobody has changed the defaults.",
    writers=("query_api",),
    readers=("query_api", "recognise_person", "analyse_image", "run_job"),
)
ITEM_TYPES: tuple[ItemType, ...] = (POLICY,)


@dataclass(frozen=True)
class PolicyStore:
    """One policy a site."""

    table: Table

    def find(self, site_id: str) -> IdentityPolicy:
        """The site's policy; the defaults, at revision 0, where there is none."""
        item = self.table.get(POLICY.key(site_id=site_id))
        return _read(item) if item else IdentityPolicy(site_id)

    def replace(self, changed: IdentityPolicy) -> IdentityPolicy:
        """Store a changed policy in place of the one of its revision. Returns it with its next revision.

        Raises:
            Conflict: `revision_changed`, when somebody else was faster.
        """
        stored = replace(changed, revision=changed.revision + 1)
        put_next(
            self.table,
            POLICY.item(_dump(stored), site_id=stored.site_id),
            instead_of=changed.revision,
            is_stored=lambda: self.find(stored.site_id) == stored,
            what="policy",
        )
        return stored


def _dump(policy: IdentityPolicy) -> Item:
    return {**vars(policy), "recogniser": policy.recogniser.value}


def _read(item: Item) -> IdentityPolicy:
    names = IdentityPolicy.__dataclass_fields__
    values = {name: value for name, value in item.items() if name in names}
    # A whole number comes back as int.
    fractions = {name: float(values[name]) for name in ("threshold", "margin")}
    return IdentityPolicy(**{**values, **fractions, "recogniser": Recogniser(values["recogniser"])})
