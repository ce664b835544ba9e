"""Reading and changing what a site wants to be told of its employees."""

from __future__ import annotations

from dataclasses import dataclass

from floorsight.alerts.people.model import PeoplePolicy
from floorsight.alerts.people.store import PeoplePolicyStore
from floorsight.sites.service import SiteService


@dataclass(frozen=True)
class PeoplePolicyService:
    """Use cases of people policies. Raises NotFound (`unknown_site`)."""

    sites: SiteService
    store: PeoplePolicyStore

    def get_policy(self, site_id: str) -> PeoplePolicy:
        """The site's policy; that nothing is told where nobody changed it."""
        self.sites.get_site(site_id)
        return self.store.find(site_id)

    def update_policy(self, changed: PeoplePolicy) -> PeoplePolicy:
        """Store it, given with the revision that was read. Raises Conflict (`revision_changed`)."""
        self.sites.get_site(changed.site_id)
        return self.store.replace(changed)
