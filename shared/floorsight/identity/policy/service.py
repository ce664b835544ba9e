"""Reading and changing how a site recognises people."""

from __future__ import annotations

from dataclasses import dataclass

from floorsight.identity.policy.model import IdentityPolicy
from floorsight.identity.policy.store import PolicyStore
from floorsight.sites.service import SiteService


@dataclass(frozen=True)
class PolicyService:
    """Use cases of identity policies. Raises NotFound (`unknown_site`)."""

    sites: SiteService
    store: PolicyStore

    def get_policy(self, site_id: str) -> IdentityPolicy:
        """The site's policy; the defaults where nobody changed them."""
        self.sites.get_site(site_id)
        return self.store.find(site_id)

    def update_policy(self, changed: IdentityPolicy) -> IdentityPolicy:
        """Store it, given with the revision that was read. Raises Conflict (`revision_changed`)."""
        self.sites.get_site(changed.site_id)
        return self.store.replace(changed)
