"""Who is asked who a track is, in which order, and what that took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from floorsight.employees.service import EmployeeService
from floorsight.events.identity import AnswerSource
from floorsight.identity.faces import TrackFaces
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.metrics.model import Tally
from floorsight.identity.model import Backend, Decision, Search, SearchResult, Track, Unknown
from floorsight.identity.policy.model import IdentityPolicy
from floorsight.identity.rekognition.prices import MICRO_USD_PER_IMAGE
from floorsight.identity.rules import decide
from floorsight.platform.errors import NotFound


@dataclass(frozen=True)
class DecisionService:
    """Decides who a track is: the site's gallery, then Rekognition, as the site's policy says."""

    galleries: GalleryHolder
    employees: EmployeeService
    backend: Backend

    def decide(
        self,
        track: Track,
        faces: TrackFaces,
        policy: IdentityPolicy,
        *,
        day: date,
        seconds_left: Callable[[], float],
    ) -> tuple[Decision, Tally]:
        """The decision, and what making it took. `day` is the site's today. Raises Unavailable."""
        found = self._look_up(track.site_id, faces, policy) if policy.asks_gallery else None
        searched: SearchResult | None = None
        if len(faces) < policy.min_votes:
            found = found or Decision(AnswerSource.REKOGNITION, reason=Unknown.TOO_FEW_FACES)
        elif policy.asks_rekognition and not (found and found.match):
            searched = self._search(track, faces, policy, day, seconds_left)
            found = searched.decision
        if found is None:
            raise AssertionError("a policy asks somebody")
        return self._allowed(found), _tally(searched, faces, policy)

    def may_be_recognised(self, employee_id: str) -> bool:
        """Whether an employee's consent is in force now."""
        try:
            return self.employees.get_employee(employee_id).may_be_recognised
        except NotFound:
            return False

    def _look_up(self, site_id: str, faces: TrackFaces, policy: IdentityPolicy) -> Decision:
        gallery = self.galleries.current(site_id, faces.embedder)
        return decide(gallery.match(faces.matrix), policy)

    def _search(
        self,
        track: Track,
        faces: TrackFaces,
        policy: IdentityPolicy,
        day: date,
        seconds_left: Callable[[], float],
    ) -> SearchResult:
        search = Search(
            site_id=track.site_id,
            camera_id=track.camera_id,
            day=day,
            jpegs=faces.jpegs,
            min_votes=policy.min_votes,
            spend_cap_micro_usd=policy.daily_cap_micro_usd,
            seconds_left=seconds_left,
        )
        return self.backend.search(search)

    def _allowed(self, decision: Decision) -> Decision:
        """Nobody is named whose consent is not in force, whoever still has their face."""
        if decision.match is None or self.may_be_recognised(decision.match.employee_id):
            return decision
        return replace(decision, match=None, reason=Unknown.NO_CONSENT)


def _tally(searched: SearchResult | None, faces: TrackFaces, policy: IdentityPolicy) -> Tally:
    took = Tally(questions=1)
    if searched:
        return took + Tally(rekognition_calls=searched.calls, cost_micro_usd=searched.cost_micro_usd)
    if len(faces) < policy.min_votes:
        return took + Tally(gallery_decisions=int(policy.asks_gallery))
    return took + Tally(gallery_decisions=1, cost_avoided_micro_usd=cost_of_asking(policy))


def cost_of_asking(policy: IdentityPolicy) -> int:
    """What asking Rekognition about a track takes at the least, in millionths of a US dollar."""
    return policy.min_votes * MICRO_USD_PER_IMAGE
