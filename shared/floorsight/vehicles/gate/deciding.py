"""Readings of plates become passages with a decision, whatever comes first, twice, or at two gates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from floorsight.events.vehicles import GateDecided, PlateRead, VehicleLeft, Verdict
from floorsight.platform.bus import Bus
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.errors import Unavailable
from floorsight.platform.ids import derived_id
from floorsight.platform.retry import Backoff
from floorsight.platform.table import TransactionRefused
from floorsight.sites.service import SiteService
from floorsight.vehicles.asking import Asked, ask_rules
from floorsight.vehicles.gate.changes import Book
from floorsight.vehicles.gate.keeping import PassageKeeper
from floorsight.vehicles.gate.model import Expected, GateDecision, Reading, Seen, Track
from floorsight.vehicles.gate.moments import hold_moment, hold_read, is_ahead
from floorsight.vehicles.gate.opening import is_gone, opens_alone, opens_by_gate, opens_by_guard
from floorsight.vehicles.gate.passages import Passage
from floorsight.vehicles.gate.rules import join, lets_out
from floorsight.vehicles.gate.store import GateStore
from floorsight.vehicles.gate.subjects import name_subject, seen_of, track_of
from floorsight.vehicles.gate.telling import describe_decision
from floorsight.vehicles.gate.tracks import FollowedTrack, Placed
from floorsight.vehicles.lists.store import VehicleStore
from floorsight.vehicles.model import Decision, GatePolicy, GateQuestion, ReasonCode
from floorsight.vehicles.policy.store import GatePolicyStore

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Taken:
    """What stands decided of a reading's passage, None if it was erased, and what is known of its track.
    `is_new`: the reading was taken just now, and nobody has been told; `lets_out`: by this reading a visitor
    goes out."""

    decided: GateDecision | None
    followed: FollowedTrack
    is_new: bool = False
    lets_out: bool = False


@dataclass(frozen=True)
class DecidingService:
    """Use cases of `PlateRead` and `VehicleLeft`.

    Any order, and any number of deliveries, of the same events give the same passages and visits; what is
    decided about them follows from what was known when each came. Lists and policy are read for each reading,
    consistently, and held by nobody. All raise Unavailable if the table or the bus was busy for too long:
    deliver again.
    """

    store: GateStore
    lists: VehicleStore
    policies: GatePolicyStore
    sites: SiteService
    bus: Bus
    clock: Clock = utc_now
    backoff: Backoff = field(default_factory=Backoff)

    def take_read(self, read: PlateRead) -> GateDecision | None:
        """A plate was read: what stands decided of its passage, and is told of each of its readings.

        None for a reading that came before, of a plate that was erased since. Raises NotFound
        (`unknown_site`).
        """
        taken = self._persist(lambda: self._place(read))
        if self._opens(taken, taken.followed.find(read.event_id)):
            taken = self._confirm(taken, read)
        if taken.decided is not None:  # told before anything else: a driver waits
            self.bus.publish([self._describe(taken.decided, read, taken.followed).to_message()])
        if taken.followed.find_behind() is not None:
            self._catch_up(track_of(read))
        return taken.decided

    def take_leaving(self, left: VehicleLeft) -> None:
        """A vehicle is gone: until then it was at the gate. Its reading may come later."""
        self._catch_up(track_of(left), hold_moment(left.occurred_at, self.clock()))

    def find_taken(self, track: Track) -> Taken:
        """What is decided about a track's passage now; None as long as nothing is, or it was erased."""
        followed = self.store.load_track(track)
        newest = followed.newest
        return Taken(self._passages.find_own(newest, track.site_id) if newest else None, followed)

    def opens_now(self, taken: Taken) -> bool:
        """Whether somebody who asks about the vehicle that stands there opens for it. Raises Unavailable."""
        decided = taken.decided
        if decided is None:
            return False
        if opens_by_guard(decided, taken.followed, self.clock()):
            return True
        return self._opens(taken, taken.followed.newest) and self._would_open(decided, decided.seen)

    @property
    def _passages(self) -> PassageKeeper:
        return PassageKeeper(self.store)

    def _persist(self, act: Callable[[], Answer]) -> Answer:
        """Done anew from the start while others are faster, or the table does not answer."""
        return self.backoff.until_done(
            act, passing=(TransactionRefused, Unavailable), failure="the gate's book could not be written"
        )

    def _describe(self, decided: GateDecision, read: PlateRead, followed: FollowedTrack) -> GateDecided:
        """What stands decided, for the lane of this reading."""
        now = self.clock()
        placed = followed.place_of(read.event_id)
        is_late_now = is_gone(placed.last_seen, followed, now) or is_ahead(read.last_seen_at, now)
        return describe_decision(
            decided,
            hold_read(read, now),
            now,
            late=is_late_now or decided.late or decided.is_refused,
            opens=opens_by_gate(decided, placed, followed, now),
        )

    def _opens(self, taken: Taken, placed: Placed | None) -> bool:
        if taken.decided is None or placed is None:
            return False
        return opens_by_gate(taken.decided, placed, taken.followed, self.clock())

    def _confirm(self, taken: Taken, told: PlateRead) -> Taken:
        """Asked once more before anything is opened, and decided anew if the rules do not open any more.

        Between the lists and the book somebody may have blocked the vehicle, and what failed once is told
        half a minute later.
        """
        decided, seen = taken.decided, seen_of(told)
        if decided is None or self._persist(
            lambda: self._would_open(decided, seen, was_let_out=taken.lets_out)
        ):
            return taken
        return self._persist(lambda: self._place(told, anew=True, untold=taken.is_new))

    def _would_open(self, decided: GateDecision, seen: Seen, *, was_let_out: bool = False) -> bool:
        policy = self.policies.find(decided.site_id)
        asked = self._ask(_question(seen, self.clock()), policy, [decided], was_let_out=was_let_out)
        return asked.decision.verdict is Verdict.ALLOW

    def _place(self, told: PlateRead, *, anew: bool = False, untold: bool = False) -> Taken:
        """Take a reading into its passage, once. `anew`: decide again on one that was taken before; `untold`:
        nobody has been told of that."""
        now = self.clock()
        read = hold_read(told, now)
        followed = self.store.load_track(track_of(read))
        placed = followed.find(read.event_id)
        if placed is not None and not anew:
            return Taken(self._passages.find_own(placed, read.site_id), followed)
        policy = self.policies.find(read.site_id)
        subject = placed.subject if placed else name_subject(read, policy.profiles)
        book = self.store.load_book(read.site_id, subject)
        last_seen = followed.last_seen(read.first_seen_at, read.last_seen_at)
        known, until = self._passages.find_touched(book, read.gate_id, read.first_seen_at, last_seen)
        if placed is not None and not known:  # it was erased
            return Taken(None, followed)
        # Its best picture may be a minute old, and it may have been blocked since; and no camera's clock lets
        # in who is expected later. Anew: as of when it was asked about.
        at = now if anew else min(read.last_seen_at, now)
        asked = self._ask(_question(seen_of(read), at), policy, known)
        late = is_gone(read.last_seen_at, followed, now) or is_ahead(told.last_seen_at, now)
        alone = _decide_alone(read, book, asked.decision, until, now=now, late=late)
        fresh = replace(alone, expected=_find_expected(asked), readings=0 if placed else 1)
        after = join(known, fresh=fresh, instead=untold)
        change = self.store.plan(book, known, after)
        is_new = placed is None
        placed = Placed(
            read.event_id,
            book.subject,
            read.gate_id,
            read.first_seen_at,
            read.last_seen_at,
            until,
            opens=opens_alone(told, asked.decision, now),
        )
        followed = followed.with_placed(placed)
        reading = Reading(told, asked.decision, now)
        self.store.commit(replace(change, track=followed, reading=reading, limits=asked.limits))
        return Taken(after, followed, is_new, lets_out(asked.decision))

    def _ask(
        self,
        question: GateQuestion,
        policy: GatePolicy,
        known: Sequence[GateDecision],
        *,
        was_let_out: bool = False,
    ) -> Asked:
        """What is decided on a reading alone; a visit that its passage uses already is its own."""
        site = self.sites.get_site(policy.site_id, with_deleted=True)
        return ask_rules(
            question,
            policy,
            lists=self.lists,
            visits=self.store,
            zone=ZoneInfo(site.time_zone),
            own_visits=[each.visit_used for each in known if each.visit_used],
            was_let_out=was_let_out or any(lets_out(each.decision) for each in known),
        )

    def _catch_up(self, track: Track, left_at: datetime | None = None) -> None:
        while self._persist(lambda: self._passages.grow(track, left_at)):
            pass


def _question(seen: Seen, at: datetime) -> GateQuestion:
    """What is asked of the rules about a reading, as of this moment."""
    return GateQuestion(seen.text, seen.confidence, seen.direction, at)


def _find_expected(asked: Asked) -> Expected | None:
    """The visitor's entry that lets the vehicle in, if somebody is sure of the rest."""
    ids = [each.vehicle_id for each in asked.decision.reasons if each.code is ReasonCode.VISITOR]
    return next((Expected(each, asked.limits.get(each)) for each in ids if each), None)


def _decide_alone(
    read: PlateRead, book: Book, decision: Decision, until: datetime, *, now: datetime, late: bool
) -> GateDecision:
    """The decision as if the reading were a passage of its own."""
    passage = Passage(
        passage_id=derived_id("passage", read.event_id),
        gate_id=read.gate_id,
        number=book.revision + 1,
        first_seen=read.first_seen_at,
        last_seen=until,
        directions=frozenset({read.direction} if read.direction else ()),
        admitted=False,
    )
    return GateDecision(
        decision_id=derived_id("gate_decision", read.event_id),
        site_id=read.site_id,
        subject=book.subject,
        passage=passage,
        seen=seen_of(read),
        decision=decision,
        decided_at=now,
        late=late,
        behind=read.behind,
        alarms=frozenset({decision.alarm} if decision.alarm else ()),
        visit_used=decision.vehicle_id if decision.uses_visit and not read.behind else None,
    )
