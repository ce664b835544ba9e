"""How a site's gates decide, and what plates look like."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from floorsight.events.vehicles import Verdict
from floorsight.platform.errors import Malformed
from floorsight.vehicles.model import DEFAULT_MIN_CONFIDENCE, GatePolicy
from floorsight.vehicles.plates import PROFILES, Profile, canonical_texts, clean, fold
from floorsight.vehicles.policy.describing import describe_policy
from functions.gateway.access import Role, requires
from functions.query_api.paging import Listing, RequestedPage, encode_cursor
from functions.query_api.routers.limits import ReadRevision
from functions.query_api.routers.vehicle_fields import CHANGE_PROBLEMS, PREFIX, READ_PROBLEMS, Admin, SiteId
from functions.query_api.services import Wired

router = APIRouter(prefix=PREFIX, tags=["gate policy"])
Revision = Annotated[int, Path(ge=0, le=99_999_999, description="0: the defaults.")]
ProfileName = Annotated[str, Field(max_length=20, examples=["IN"])]


class Default(StrEnum):
    """What becomes of a vehicle on no list: it is never let in."""

    HOLD = Verdict.HOLD.value
    DENY = Verdict.DENY.value
    REVIEW = Verdict.REVIEW.value


class GatePolicyFields(BaseModel):
    """What is left out takes its default: send all fields of the form."""

    model_config = ConfigDict(extra="forbid")

    min_confidence: float = Field(
        default=DEFAULT_MIN_CONFIDENCE,
        description="Least confidence of a reading, 0.5 to 1; what is less sure is for a guard to look at.",
    )
    profiles: list[ProfileName] = Field(
        default=["ANY"],
        max_length=20,
        description="Formats of the plates that come here, those of `/profiles`; the first one that fits "
        "names a plate.",
    )
    default: Default = Field(
        default=Default.HOLD,
        description="What becomes of a vehicle on no list: `hold` keeps the gate shut, `deny` refuses, "
        "`review` asks a guard.",
    )


class GatePolicyChange(GatePolicyFields):
    revision: ReadRevision

    def to_policy(self, site_id: str) -> GatePolicy:
        """Raises Malformed."""
        return GatePolicy(
            site_id=site_id,
            min_confidence=self.min_confidence,
            profiles=tuple(self.profiles),
            default=Verdict(self.default.value),
            revision=self.revision,
        )


class GatePolicyOut(GatePolicyFields):
    site_id: str
    revision: int = Field(
        description="The version that decisions name: 0 as long as the defaults hold, then one more a change."
    )
    changed_at: datetime | None = Field(description="Null as long as the defaults hold.")
    changed_by: str | None
    description: str = Field(description="What it comes to, in sentences.")

    @classmethod
    def of(cls, policy: GatePolicy) -> Self:
        fields = {**vars(policy), "profiles": list(policy.profiles), "default": Default(policy.default.value)}
        return cls(**fields, description=describe_policy(policy))


class ProfileOut(BaseModel):
    """A format of plates."""

    name: str = Field(examples=["IN"])
    title: str = Field(examples=["India"])
    forms: list[str] = Field(
        description="In short: as `patterns`, and `#{1,4}` is one to four digits.",
        examples=[["&&##@{1,2}####"]],
    )
    patterns: list[str] = Field(
        description="All that a plate may look like, one place a character. `@` is a letter, `&` a letter "
        "other than I and O, `#` a digit, `?` a letter or digit; anything else stands for itself.",
        examples=[["@@##@@####"]],
    )
    examples: list[str]

    @classmethod
    def of(cls, profile: Profile) -> Self:
        return cls(
            name=profile.name,
            title=profile.title,
            forms=list(profile.forms),
            patterns=list(profile.patterns),
            examples=list(profile.examples),
        )


class ProfileTest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=40, examples=["MHI2 AB 1Z34"])
    site_id: str | None = Field(default=None, max_length=128, description="By this site's formats.")
    profiles: list[ProfileName] | None = Field(
        default=None, min_length=1, max_length=20, description="By these, in place of a site's; else by all."
    )


class CandidateOut(BaseModel):
    plate: str = Field(examples=["MH12AB1234"])
    profile: str = Field(examples=["IN"])


class ProfileTestOut(BaseModel):
    """What a text may be; nothing, if it is no plate of these formats, or several plates."""

    cleaned: str = Field(description="Upper case, letters and digits only.")
    folded: str = Field(description="The same for all texts that a camera may take for one another.")
    profiles: list[str] = Field(description="The formats that were asked.")
    candidates: list[CandidateOut]


@router.get("/policy", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_gate_policy(site_id: SiteId, services: Wired) -> GatePolicyOut:
    """How a site's gates decide; the defaults where nobody changed them."""
    return GatePolicyOut.of(services.gate_policies.get_policy(site_id))


@router.put("/policy", responses=CHANGE_PROBLEMS)
def update_gate_policy(
    site_id: SiteId, change: GatePolicyChange, services: Wired, caller: Admin
) -> GatePolicyOut:
    """Change how a site's gates decide, from the next reading on. An admin's decision.

    With other formats, listed plates may be ones that no reading can be (`can_be_read` in the lists).
    """
    changed = services.gate_policies.update_policy(change.to_policy(site_id), by=caller.username)
    return GatePolicyOut.of(changed)


@router.get("/policy/versions", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_gate_policies(site_id: SiteId, page: RequestedPage, services: Wired) -> Listing[GatePolicyOut]:
    """Every policy that was ever set, newest first; decisions name theirs as `policy_version`."""
    found = services.gate_policies.list_versions(site_id, limit=page.limit, start_key=page.start_key)
    return Listing(items=found.map(GatePolicyOut.of).items, next_cursor=encode_cursor(found.next_key))


@router.get("/policy/versions/{revision}", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def get_gate_policy_version(site_id: SiteId, revision: Revision, services: Wired) -> GatePolicyOut:
    """The policy that a decision names as its `policy_version`; 0 are the defaults."""
    return GatePolicyOut.of(services.gate_policies.get_version(site_id, revision))


@router.get("/profiles", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def list_profiles() -> Listing[ProfileOut]:
    """The formats of plates that there are, all at once."""
    return Listing(items=[ProfileOut.of(each) for each in PROFILES.values()], next_cursor=None)


@router.post("/profiles/test", dependencies=[requires(Role.VIEWER)], responses=READ_PROBLEMS)
def test_profiles(test: ProfileTest, services: Wired) -> ProfileTestOut:
    """Which plates a text may be. `/validate-plate` tells what a gate would do about it."""
    profiles = _profiles_of(test, services)
    found = canonical_texts(test.text, profiles)
    return ProfileTestOut(
        cleaned=clean(test.text),
        folded=fold(test.text),
        profiles=profiles,
        candidates=[CandidateOut(plate=each.plate, profile=each.profile) for each in found],
    )


def _profiles_of(test: ProfileTest, services: Wired) -> list[str]:
    """Raises NotFound (`unknown_site`) or Malformed (`profiles_given_twice`)."""
    if test.site_id is None:
        return test.profiles or list(PROFILES)
    if test.profiles is not None:
        raise Malformed(
            "give `site_id` or `profiles`, one of the two", code="profiles_given_twice", field="profiles"
        )
    return list(services.gate_policies.get_policy(test.site_id).profiles)
