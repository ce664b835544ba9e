"""Amazon Rekognition on loopback: AWS JSON 1.1, with real collections, and the bad moments of the real one.

What a picture shows is said by the test (`show`): vectors of faces. Similarity is their cosine, in percent.
"""

from __future__ import annotations

import base64
import json
import math
import threading
import uuid
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Vector = tuple[float, ...]
JSON = dict[str, Any]
LARGEST_IMAGE = 5_242_880
CHARGED = {"SearchFacesByImage", "IndexFaces"}


class Mishap(StrEnum):
    """What a request meets instead of an answer."""

    THROTTLED = "ThrottlingException"
    TOO_FAST = "ProvisionedThroughputExceededException"
    BROKEN = "InternalServerError"
    GATEWAY = "gateway"  # a 503 that is no JSON
    HANGS = "hangs"  # AWS works on it, and nobody hears of it
    DENIED = "AccessDeniedException"
    FULL = "ServiceQuotaExceededException"


_STATUS = {Mishap.BROKEN: 500, Mishap.THROTTLED: 400, Mishap.TOO_FAST: 400}


class Refused(Exception):
    """An error of the service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Face:
    face_id: str
    external_id: str | None
    vector: Vector
    picture: bytes = field(repr=False)


@dataclass
class RekognitionServer:
    """Used as a context manager; `mishaps` are met one by one, by whatever comes next."""

    collections: dict[str, list[Face]] = field(default_factory=dict)
    mishaps: deque[Mishap | None] = field(default_factory=deque)
    page_size: int = 4096
    requests: list[tuple[str, JSON]] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)  # as AWS's bill has them: by operation
    poor: set[bytes] = field(default_factory=set)  # faces that IndexFaces finds not good enough

    def __post_init__(self) -> None:
        self._pictures: dict[bytes, Sequence[Vector]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def show(self, picture: bytes, *faces: Vector) -> bytes:
        """Say what faces a picture shows, the largest first; returns the picture."""
        self._pictures[picture] = faces
        return picture

    @property
    def charged(self) -> int:
        """Answers about pictures."""
        return sum(self.answered[operation] for operation in CHARGED)

    def asked(self, operation: str) -> list[JSON]:
        """The requests of an operation, in order."""
        return [body for name, body in self.requests if name == operation]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> RekognitionServer:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"] == "application/x-amz-json-1.1"
                assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 ")
                service, operation = self.headers["X-Amz-Target"].split(".")
                assert service == "RekognitionService"
                answer = fake._answer(operation, json.loads(body))
                if answer is None:
                    fake._closing.wait(30)
                    self.close_connection = True
                    return
                status, payload = answer
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: Any) -> None: ...

        return Handler

    def _answer(self, operation: str, body: JSON) -> tuple[int, bytes] | None:
        with self._lock:
            self.requests.append((operation, body))
            mishap = self.mishaps.popleft() if self.mishaps else None
            if mishap is Mishap.GATEWAY:
                return 503, b"<html>upstream</html>"
            if mishap is Mishap.HANGS:
                self.answered[operation] += 1
                return None
            if mishap is not None:
                return _STATUS.get(mishap, 400), _error(mishap.value, f"injected: {operation}")
            try:
                answer = getattr(self, f"_{operation}")(body)
            except Refused as refused:
                if refused.code in {"InvalidParameterException", "InvalidImageFormatException"}:
                    self.answered[operation] += 1
                return 400, _error(refused.code, str(refused))
            self.answered[operation] += 1
            return 200, json.dumps(answer).encode()

    def _faces(self, body: JSON) -> list[Face]:
        if body["CollectionId"] not in self.collections:
            raise Refused("ResourceNotFoundException", f"The collection id: {body['CollectionId']}")
        return self.collections[body["CollectionId"]]

    def _look_at(self, body: JSON) -> tuple[bytes, Sequence[Vector]]:
        picture = base64.b64decode(body["Image"]["Bytes"])
        if len(picture) > LARGEST_IMAGE:
            raise Refused("ImageTooLargeException", "Image size is too large")
        if picture not in self._pictures:
            raise Refused("InvalidImageFormatException", "Request has invalid image format")
        return picture, self._pictures[picture]

    def _CreateCollection(self, body: JSON) -> JSON:  # noqa: N802 - AWS's names
        if body["CollectionId"] in self.collections:
            raise Refused("ResourceAlreadyExistsException", "The collection id already exists.")
        self.collections[body["CollectionId"]] = []
        return {"StatusCode": 200, "FaceModelVersion": "7.0"}

    def _SearchFacesByImage(self, body: JSON) -> JSON:  # noqa: N802
        kept = self._faces(body)
        _, shown = self._look_at(body)
        if not shown:
            raise Refused(
                "InvalidParameterException", "There are no faces in the image. Should be at least 1."
            )
        found = [(percent_alike(face.vector, shown[0]), face) for face in kept]
        found = [pair for pair in found if pair[0] >= body.get("FaceMatchThreshold", 80.0)]
        found.sort(key=lambda pair: -pair[0])
        matches = [
            {"Similarity": similarity, "Face": _described(face)}
            for similarity, face in found[: body.get("MaxFaces", 80)]
        ]
        return {"FaceMatches": matches, "SearchedFaceConfidence": 99.9, "FaceModelVersion": "7.0"}

    def _IndexFaces(self, body: JSON) -> JSON:  # noqa: N802
        kept = self._faces(body)
        picture, shown = self._look_at(body)
        if picture in self.poor:
            return {"FaceRecords": [], "UnindexedFaces": [{"Reasons": ["LOW_SHARPNESS"]} for _ in shown]}
        records = []
        for vector in shown[: body.get("MaxFaces", 100)]:
            same = (
                face
                for face in kept
                if (face.picture, face.external_id) == (picture, body["ExternalImageId"])
            )
            face = next(same, None)
            if face is None:
                face = Face(str(uuid.uuid4()), body["ExternalImageId"], vector, picture)
                kept.append(face)
            records.append({"Face": _described(face), "FaceDetail": {}})
        rest = [{"Reasons": ["EXCEEDS_MAX_FACES"]} for _ in shown[len(records) :]]
        return {"FaceRecords": records, "UnindexedFaces": rest, "FaceModelVersion": "7.0"}

    def _ListFaces(self, body: JSON) -> JSON:  # noqa: N802
        kept = self._faces(body)
        begin = int(body.get("NextToken", 0))
        end = begin + min(self.page_size, body["MaxResults"])
        more = {"NextToken": str(end)} if end < len(kept) else {}
        return {"Faces": [_described(face) for face in kept[begin:end]], **more}

    def _DeleteFaces(self, body: JSON) -> JSON:  # noqa: N802
        kept, wanted = self._faces(body), set(body["FaceIds"])
        there = {face.face_id for face in kept}
        kept[:] = [face for face in kept if face.face_id not in wanted]
        missing = [{"FaceId": each, "Reasons": ["FACE_NOT_FOUND"]} for each in sorted(wanted - there)]
        return {"DeletedFaces": sorted(wanted & there), "UnsuccessfulFaceDeletions": missing}


def percent_alike(one: Vector, other: Vector) -> float:
    """The cosine of two vectors in percent, 0 for opposite ones."""
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return max(0.0, min(100.0, 100 * product / (math.hypot(*one) * math.hypot(*other))))


def _described(face: Face) -> JSON:
    described = {"FaceId": face.face_id, "Confidence": 99.9}
    return described | ({"ExternalImageId": face.external_id} if face.external_id else {})


def _error(code: str, message: str) -> bytes:
    return json.dumps({"__type": code, "Code": code, "Message": message}).encode()
