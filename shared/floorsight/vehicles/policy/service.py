"""Reading and changing how a site's gates decide."""

from __future__ import annotations

from dataclasses import dataclass, replace

from floorsight.platform.clock import Clock
from floorsight.platform.errors import NotFound
from floorsight.platform.items import Item
from floorsight.platform.table import Page
from floorsight.sites.service import SiteService
from floorsight.vehicles.model import GatePolicy
from floorsight.vehicles.plates.matching import find_profile
from floorsight.vehicles.policy.store import GatePolicyStore


@dataclass(frozen=True)
class GatePolicyService:
    """Use cases of gate policies. Raises NotFound (`unknown_site`)."""

    sites: SiteService
    store: GatePolicyStore
    clock: Clock

    def get_policy(self, site_id: str) -> GatePolicy:
        """The site's policy; the defaults where nobody changed them."""
        self.sites.get_site(site_id)
        return self.store.find(site_id)

    def get_version(self, site_id: str, revision: int) -> GatePolicy:
        """The policy as it was at a revision, which decisions name. Raises NotFound (`unknown_version`)."""
        self.sites.get_site(site_id, with_deleted=True)
        found = self.store.find_version(site_id, revision)
        if found is None:
            raise NotFound(
                f"the gates of site {site_id} never had a policy of version {revision}",
                code="unknown_version",
            )
        return found

    def list_versions(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[GatePolicy]:
        """All that were ever set, newest first. Raises Malformed (`bad_cursor`)."""
        self.sites.get_site(site_id, with_deleted=True)
        return self.store.list_versions(site_id, limit=limit, start_key=start_key)

    def update_policy(self, changed: GatePolicy, by: str) -> GatePolicy:
        """Store it, given with the revision that was read, as changed now by `by`.

        Raises Malformed (`unknown_profile`), Conflict (`revision_changed`), Unavailable.
        """
        self.sites.get_site(changed.site_id)
        for name in changed.profiles:
            find_profile(name)
        return self.store.replace(replace(changed, changed_at=self.clock(), changed_by=by))
