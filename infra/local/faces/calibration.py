"""What a calibration finds: rates by threshold, margin and condition, what to take, what that rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from floorsight.identity.calibrating import (
    TARGET,
    Comparisons,
    KnownFaces,
    Rates,
    Recommendation,
    compare,
    join,
    recommend,
)
from floorsight.identity.gallery.model import MAX_FACES, SiteFaces
from floorsight.platform.errors import Malformed
from infra.local.faces.photographs import FacesRead

THRESHOLDS = tuple(step / 100 for step in range(20, 75, 5))
MARGINS = (0.02, 0.05, 0.10, 0.15, 0.20, 0.30)
GALLERY = "enrolled faces"
MOST_PEOPLE = 1000  # of a larger gallery these are drawn: more than a million comparisons tell nothing new
TOO_MANY_REJECTED = 0.05
_SEED = 1


@dataclass(frozen=True)
class Condition:
    """How faces fare that were seen in one way, at the recommended threshold and margin."""

    name: str
    faces: int
    refused: Mapping[str, int]
    lowest_same: float | None
    highest_different: float | None
    rates: Rates


@dataclass(frozen=True)
class Report:
    """A calibration. `comparisons` are all that it rests on, for a drawing."""

    embedder: str
    people: int
    enrolled: int
    recommendation: Recommendation
    conditions: tuple[Condition, ...]
    by_threshold: tuple[Rates, ...]
    by_margin: tuple[Rates, ...]
    notes: tuple[str, ...]
    comparisons: Comparisons


def calibrate(embedder: str, read: Mapping[str, FacesRead], target: float = TARGET) -> Report:
    """A report on faces by condition; the first one's are enrolled, as many of a person as a gallery takes.

    Raises:
        Malformed: `too_few_people` or `no_second_face`.
    """
    gallery = enrol(next(iter(read.values())).faces)
    compared = {name: compare(each.faces, gallery) for name, each in read.items()}
    together = join(list(compared.values()))
    if not together.same.size:
        raise Malformed(
            "nobody has faces from two photographs: false rejects can't be counted", code="no_second_face"
        )
    advice = recommend(together, target)
    conditions = tuple(_condition(name, read[name], each, advice) for name, each in compared.items())
    return Report(
        embedder=embedder,
        people=len(set(gallery.people)),
        enrolled=len(gallery.people),
        recommendation=advice,
        conditions=conditions,
        by_threshold=tuple(
            together.rates(threshold, advice.margin) for threshold in sorted({*THRESHOLDS, advice.threshold})
        ),
        by_margin=tuple(
            together.rates(advice.threshold, margin) for margin in sorted({*MARGINS, advice.margin})
        ),
        notes=_notes(together, advice, target),
        comparisons=together,
    )


def enrol(faces: KnownFaces) -> KnownFaces:
    """Of each person at most as many faces as a gallery takes, spread over what there is."""
    people = np.array(faces.people)
    chosen: list[int] = []
    for person in sorted(set(faces.people)):
        own = np.flatnonzero(people == person)
        places = np.linspace(0, len(own) - 1, min(len(own), MAX_FACES)).round().astype(int)
        chosen.extend(own[places].tolist())
    return KnownFaces(
        faces.embeddings[chosen],
        tuple(faces.people[place] for place in chosen),
        tuple(faces.sources[place] for place in chosen),
    )


def faces_of_gallery(site: SiteFaces, embedder: str | None = None) -> tuple[str, FacesRead]:
    """A site's enrolled faces of one embedder (by default the one with the most), each a source of its own.

    Raises:
        Malformed: `nobody_enrolled`.
    """
    makers = Counter(face.embedder for person in site.people for face in person.faces)
    if embedder is None and makers:
        embedder = makers.most_common(1)[0][0]
    if embedder is None or not makers[embedder]:
        raise Malformed(f"site {site.site_id} has no enrolled faces", code="nobody_enrolled")
    drawn = np.random.default_rng(_SEED).permutation(len(site.people))[:MOST_PEOPLE]
    found = [
        (person.employee_id, face)
        for person in (site.people[place] for place in sorted(drawn.tolist()))
        for face in person.faces
        if face.embedder == embedder
    ]
    faces = KnownFaces(
        np.stack([np.frombuffer(face.embedding, "<f4") for _, face in found]),
        tuple(employee_id for employee_id, _ in found),
        tuple(face.face_id for _, face in found),
    )
    return embedder, FacesRead(faces, ())


def _condition(name: str, read: FacesRead, compared: Comparisons, advice: Recommendation) -> Condition:
    return Condition(
        name=name,
        faces=len(read.faces.people),
        refused=dict(Counter(read.refused)),
        lowest_same=float(compared.same.min()) if compared.same.size else None,
        highest_different=float(compared.different.max()) if compared.different.size else None,
        rates=compared.rates(advice.threshold, advice.margin),
    )


def _notes(compared: Comparisons, advice: Recommendation, target: float) -> tuple[str, ...]:
    """What a reader must know to trust the figures no more than they deserve."""
    rates = compared.rates(advice.threshold, advice.margin)
    pairs = advice.pairs_of_people
    notes = [
        "Intervals are 95 % (Wilson) and take faces for independent of each other. Faces of the same people, "
        f"frames and copies are not: there are no more than {pairs} pairs of people."
    ]
    if pairs * target < 3:  # the rule of three
        notes.append(
            f"If none of {pairs} pairs of people is ever accepted for each other, that shows no more than a "
            f"rate below {min(3 / pairs, 1.0):.1%} (rule of three): {target:.2%} rests on the normal law, "
            f"with Student's allowance for so few. {3 / target:,.0f} pairs would show it."
        )
    if rates.false_rejects.share > TOO_MANY_REJECTED:
        notes.append(
            f"{rates.false_rejects.share:.0%} of the enrolled people's faces get no name at this threshold: "
            "enrol more or better faces, or accept more mistakes with a larger target."
        )
    return tuple(notes)
