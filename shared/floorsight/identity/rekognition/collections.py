"""A site's faces at Rekognition: one collection a site, each face under its employee's id and ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from floorsight.identity.model import FaceMatch, Match
from floorsight.identity.rekognition.calling import Account, Caller
from floorsight.identity.rekognition.model import (
    MAX_FACES_ASKED,
    MAX_IMAGE_BYTES,
    Asking,
    CollectionMissing,
    NoAnswer,
    PictureFault,
    PictureRefused,
    RekognitionPolicy,
)
from floorsight.identity.rekognition.prices import MICRO_USD_PER_IMAGE
from floorsight.identity.rekognition.rules import sum_up

LARGEST_PAGE = 4096  # of ListFaces, and of what DeleteFaces takes at once


def collection_name(stage: str, site_id: str) -> str:
    """`floorsight-{stage}-{site}`: infra grants rights on those of a stage."""
    return f"floorsight-{stage}-{site_id}"


def name_face(employee_id: str, face_id: str) -> str:
    """A face's ExternalImageId; neither id has a colon in it."""
    return f"{employee_id}:{face_id}"


def employee_of(external_id: str) -> str:
    """Whose face it is."""
    return external_id.partition(":")[0]


def face_of(external_id: str) -> str:
    """Our id of the face."""
    return external_id.partition(":")[2]


@dataclass(frozen=True)
class Collections:
    """Searching, enrolling and removing faces. All of it may be repeated."""

    stage: str
    caller: Caller
    policy: RekognitionPolicy = field(default_factory=RekognitionPolicy)

    def search(self, asking: Asking, jpeg: bytes, account: Account) -> FaceMatch:
        """Whom the largest face of a picture is similar to.

        Raises:
            CollectionMissing: nobody was enrolled.
            PictureRefused, SpendCapReached, Forbidden, NoAnswer, Unavailable: as `Caller.call` does.
        """
        check_picture(jpeg)

        def call(client: Any) -> Any:
            return client.search_faces_by_image(
                CollectionId=self._name(asking),
                Image={"Bytes": jpeg},
                MaxFaces=MAX_FACES_ASKED,
                FaceMatchThreshold=self.policy.asked_from_percent,
            )

        answer = self.caller.call(asking, call, account, price_micro_usd=MICRO_USD_PER_IMAGE)
        matches = [
            Match(employee_of(found["Face"]["ExternalImageId"]), found["Similarity"] / 100)
            for found in answer["FaceMatches"]
            if "ExternalImageId" in found["Face"]  # else nobody of ours has put it there
        ]
        return sum_up(matches, asked_for=MAX_FACES_ASKED)

    def enrol(self, asking: Asking, employee_id: str, face_id: str, jpeg: bytes, account: Account) -> str:
        """Keep the face of a picture for an employee; returns Rekognition's id of the face, not ours.

        The same picture again changes nothing: AWS keeps no second copy of it.

        Raises:
            PictureRefused: `no_face`, `several_faces`, `face_too_poor`, or as `Caller.call` does.
            Conflict (`rekognition_quota`), SpendCapReached, Forbidden, NoAnswer, Unavailable: as it does.
        """
        check_picture(jpeg)
        external_id = name_face(employee_id, face_id)
        try:
            answer = self._index(asking, external_id, jpeg, account)
        except CollectionMissing:
            self._create(asking, account)
            answer = self._index(asking, external_id, jpeg, account)
        indexed = [record["Face"]["FaceId"] for record in answer["FaceRecords"]]
        reasons = {reason for each in answer.get("UnindexedFaces", ()) for reason in each.get("Reasons", ())}
        if not indexed:
            raise _nothing_indexed(reasons)
        if "EXCEEDS_MAX_FACES" in reasons:
            self._delete(asking, indexed, account)
            raise PictureRefused(PictureFault.SEVERAL_FACES, "Rekognition sees several faces in the picture")
        return str(indexed[0])

    def remove(
        self, asking: Asking, employee_id: str, account: Account, *, face_id: str | None = None
    ) -> int:
        """Remove an employee's faces, or one; how many there were. It is free, whatever was spent today.

        Raises Forbidden, NoAnswer or Unavailable: then some may be left, and the same may be asked again.
        """
        removed = 0
        try:
            found = list(self._list_faces(asking, employee_id, face_id, account))
            for begin in range(0, len(found), LARGEST_PAGE):
                removed += self._delete(asking, found[begin : begin + LARGEST_PAGE], account)
        except CollectionMissing:
            return removed
        return removed

    def _index(self, asking: Asking, external_id: str, jpeg: bytes, account: Account) -> Any:
        def call(client: Any) -> Any:
            return client.index_faces(
                CollectionId=self._name(asking),
                Image={"Bytes": jpeg},
                ExternalImageId=external_id,
                MaxFaces=1,
                QualityFilter="AUTO",
            )

        return self.caller.call(asking, call, account, price_micro_usd=MICRO_USD_PER_IMAGE)

    def _create(self, asking: Asking, account: Account) -> None:
        def call(client: Any) -> Any:
            try:
                return client.create_collection(CollectionId=self._name(asking))
            except client.exceptions.ResourceAlreadyExistsException:
                return None  # somebody else was faster

        self.caller.call(asking, call, account)

    def _list_faces(
        self, asking: Asking, employee_id: str, face_id: str | None, account: Account
    ) -> Iterator[str]:
        """Rekognition can't be asked for the faces of an external id: all pages are read."""
        request: dict[str, Any] = {"CollectionId": self._name(asking), "MaxResults": LARGEST_PAGE}
        while True:
            page = self.caller.call(asking, lambda client: client.list_faces(**request), account)
            for face in page["Faces"]:
                name = face.get("ExternalImageId", "")
                if employee_of(name) == employee_id and face_id in (None, face_of(name)):
                    yield face["FaceId"]
            if not page.get("NextToken"):
                return
            request["NextToken"] = page["NextToken"]

    def _delete(self, asking: Asking, face_ids: list[str], account: Account) -> int:
        def call(client: Any) -> Any:
            return client.delete_faces(CollectionId=self._name(asking), FaceIds=face_ids)

        answer = self.caller.call(asking, call, account)
        kept = [
            each
            for each in answer.get("UnsuccessfulFaceDeletions", ())
            if set(each.get("Reasons", ())) != {"FACE_NOT_FOUND"}
        ]
        if kept:
            raise NoAnswer(f"Rekognition has not removed {len(kept)} faces; try again")
        return len(answer["DeletedFaces"])

    def _name(self, asking: Asking) -> str:
        return collection_name(self.stage, asking.site_id)


def check_picture(jpeg: bytes) -> None:
    """Raises PictureRefused for what AWS would refuse, before it is asked."""
    if not jpeg:
        raise PictureRefused(PictureFault.BAD_IMAGE, "the picture is empty")
    if len(jpeg) > MAX_IMAGE_BYTES:
        raise PictureRefused(PictureFault.IMAGE_TOO_LARGE, f"a picture has at most {MAX_IMAGE_BYTES} bytes")


def _nothing_indexed(reasons: set[str]) -> PictureRefused:
    if reasons:
        return PictureRefused(
            PictureFault.FACE_TOO_POOR, f"the face is not good enough for Rekognition: {sorted(reasons)}"
        )
    return PictureRefused(PictureFault.NO_FACE, "Rekognition finds no face in the picture")
