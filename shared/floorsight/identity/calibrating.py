"""What a threshold and a margin do to faces whose people are known, and which to take. Pure; numpy only.

Faces are compared as a gallery does it (`gallery.matching`): an employee is as near as the nearest of their
faces.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from floorsight.platform.errors import Malformed

TARGET = 1e-4  # false accepts, of comparisons of a face with another person
LEADS_BY_CHANCE = 2.0  # standard deviations of the difference of two similarities: about 1 in 40 is larger
FEWEST_PEOPLE = 3  # of whom one is asked about, and two can be mistaken for each other
_CONFIDENCE_95 = NormalDist().inv_cdf(0.975)
_STEPS = 100  # thresholds and margins are hundredths

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, repr=False)
class KnownFaces:
    """Faces with their people.

    embeddings: (n, d) float32, rows of length 1. people, sources: of each face whose it is, and what it is
    from. Faces from one source (a video, a photograph and its copies) are not compared with each other: they
    are too alike to tell anything.
    """

    embeddings: Floats
    people: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Rate:
    """So many of so many, with the 95 % interval of Wilson (1927), which holds for few and for none too."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """NaN if there was nothing to count."""
        return self.count / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, if what was counted is independent of each other."""
        if not self.of:
            return 0.0, 1.0
        z2 = _CONFIDENCE_95**2
        middle = self.share + z2 / (2 * self.of)
        reach = _CONFIDENCE_95 * math.sqrt(
            self.share * (1 - self.share) / self.of + z2 / (4 * self.of * self.of)
        )
        low, high = ((middle + sign * reach) / (1 + z2 / self.of) for sign in (-1, 1))
        return (low if self.count else 0.0), (high if self.count < self.of else 1.0)


@dataclass(frozen=True)
class Rates:
    """What a threshold and a margin do.

    `false_accepts`: comparisons of a face with another person that reach the threshold. `false_rejects`:
    faces of enrolled people that don't get their name. `mistaken`: faces of enrolled people that get
    another's. `strangers`: faces that get a name when their own person is not enrolled.
    """

    threshold: float
    margin: float
    false_accepts: Rate
    false_rejects: Rate
    mistaken: Rate
    strangers: Rate


@dataclass(frozen=True)
class Recommendation:
    """A threshold and a margin, and what they rest on: mean and deviations of other people's similarity."""

    threshold: float
    margin: float
    mean: float
    deviation: float
    deviation_within: float
    pairs_of_people: int


@dataclass(frozen=True, repr=False)
class Comparisons:
    """How near faces are to people.

    nearest: (n, p) float32, -inf where a person has no face from another source. whose: (n,) the column of
    each face's own person.
    """

    nearest: Floats
    whose: npt.NDArray[np.intp]

    @cached_property
    def own(self) -> Floats:
        """(n,) nearness to the own person; -inf where nobody could tell."""
        return self.nearest[np.arange(len(self.whose)), self.whose]

    @cached_property
    def others(self) -> Floats:
        """(n, p) nearness to other people; -inf in the own column."""
        rest = self.nearest.copy()
        rest[np.arange(len(self.whose)), self.whose] = -np.inf
        return rest

    @cached_property
    def same(self) -> Floats:
        """(k,) of each face that has another of its person to be compared with, how near that is."""
        return self.own[np.isfinite(self.own)]

    @cached_property
    def different(self) -> Floats:
        """(m,) of each face and each other person, how near they are."""
        return self.others[np.isfinite(self.others)]

    def rates(self, threshold: float, margin: float) -> Rates:
        """What these would have done."""
        enrolled = np.isfinite(self.own)
        best, following = _two_best(self.others)
        named = (self.own >= threshold) & (self.own >= best + margin)
        similar = best >= threshold  # else there may be nobody else: no difference of infinities is taken
        ahead = best[similar] - np.maximum(self.own, following)[similar] >= margin
        clear = best[similar] - following[similar] >= margin
        return Rates(
            threshold,
            margin,
            Rate(int((self.different >= threshold).sum()), self.different.size),
            Rate(int((enrolled & ~named).sum()), int(enrolled.sum())),
            Rate(int((ahead & enrolled[similar]).sum()), int(enrolled.sum())),
            Rate(int(clear.sum()), len(self.whose)),
        )


def compare(faces: KnownFaces, gallery: KnownFaces) -> Comparisons:
    """How near each face is to each person of a gallery, which may hold the same faces.

    Raises:
        Malformed: `too_few_people`: the gallery has fewer than three.
    """
    people = sorted(set(gallery.people))
    if len(people) < FEWEST_PEOPLE:
        raise Malformed(
            f"thresholds are found on {FEWEST_PEOPLE} people at least, not {len(people)}",
            code="too_few_people",
        )
    strange = sorted(set(faces.people) - set(people))
    if strange:
        raise Malformed(f"nobody is enrolled as {', '.join(strange)}", code="unknown_person")
    if not faces.people:
        return Comparisons(np.zeros((0, len(people)), np.float32), np.zeros(0, np.intp))
    similarities = faces.embeddings @ gallery.embeddings.T
    alike = np.array(faces.sources)[:, None] == np.array(gallery.sources)[None, :]
    similarities[alike] = -np.inf
    owners = np.array(gallery.people)
    columns = [similarities[:, owners == person].max(axis=1) for person in people]
    whose = np.array([people.index(person) for person in faces.people], np.intp)
    return Comparisons(np.stack(columns, axis=1), whose)


def join(comparisons: Sequence[Comparisons]) -> Comparisons:
    """Comparisons with the same gallery, as one."""
    return Comparisons(
        np.concatenate([each.nearest for each in comparisons]),
        np.concatenate([each.whose for each in comparisons]),
    )


def recommend(comparisons: Comparisons, target: float = TARGET) -> Recommendation:
    """The least threshold with at most `target` false accepts, both as seen and as is to be expected.

    What is seen of few people says nothing of 1 in 10,000. To be expected is a normal law with the mean and
    the deviation of other people's similarity, each two people counting the same, however many faces they
    have; and as these are known from so many pairs of people only, the bound is Student's for one pair more:
    the fewer people, the more careful. The margin is the lead that chance gives one of two people who are
    equally near in 1 of 40 faces.
    """
    mean, between, within, pairs = _spread(comparisons)
    deviation = math.sqrt(between + within)
    expected = mean + student_quantile(1 - target, pairs - 1) * deviation * math.sqrt(1 + 1 / pairs)
    seen = np.sort(comparisons.different)[::-1][int(target * comparisons.different.size)]
    threshold = max(math.ceil(expected * _STEPS), math.floor(float(seen) * _STEPS) + 1) / _STEPS
    margin = math.ceil(LEADS_BY_CHANCE * math.sqrt(2 * within) * _STEPS) / _STEPS
    return Recommendation(_fraction(threshold), _fraction(margin), mean, deviation, math.sqrt(within), pairs)


def student_quantile(share: float, freedom: int) -> float:
    """Below which that share of Student's t lies: expansion of Cornish and Fisher (Abramowitz 26.7.5).

    To 3 digits from 10 degrees of freedom on; with fewer it is too small, but far beyond any similarity.
    """
    z = NormalDist().inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return math.fsum(term / freedom**power for power, term in enumerate(terms))


def _spread(comparisons: Comparisons) -> tuple[float, float, float, int]:
    """Of other people's similarity: mean, variance between and within pairs of people, and pairs."""
    people = comparisons.nearest.shape[1]
    means, variances = [], []
    seen = set()
    for one in range(people):
        rows = comparisons.others[comparisons.whose == one]
        for other in range(people):
            values = rows[:, other][np.isfinite(rows[:, other])].astype(np.float64)
            if values.size:
                means.append(values.mean())
                seen.add(frozenset((one, other)))
            if values.size > 1:
                variances.append(values.var(ddof=1))
    within = float(np.mean(variances)) if variances else 0.0
    return float(np.mean(means)), float(np.var(means)), within, len(seen)


def _two_best(nearest: Floats) -> tuple[Floats, Floats]:
    """Of each row its greatest value and the one after it."""
    ordered = np.partition(nearest, -2, axis=1)
    return ordered[:, -1], ordered[:, -2]


def _fraction(value: float) -> float:
    """What a policy may hold: between 0 and 1."""
    return min(max(value, 1 / _STEPS), 1 - 1 / _STEPS)
