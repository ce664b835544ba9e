"""Running a calibration: on a folder's photographs, those of the media catalogue, or a site's gallery."""

from __future__ import annotations

from pathlib import Path

import boto3

from floorsight.identity.calibrating import TARGET
from floorsight.identity.gallery.store import GalleryStore
from floorsight.models.faces import open_face_reader
from floorsight.platform.dynamo import DynamoTable
from floorsight.platform.errors import NotFound
from infra.local.deployment import Deployment
from infra.local.emulator import REGION
from infra.local.faces.calibration import GALLERY, Report, calibrate, faces_of_gallery
from infra.local.faces.degrading import CONDITIONS
from infra.local.faces.photographs import list_files, read_faces, read_pictures
from infra.local.models_cli import MEDIA_FOLDER, MODELS_CATALOGUE, MODELS_FOLDER

FACE_DETECTOR, FACE_EMBEDDER = "yunet-2023mar", "sface-2021dec"
SAMPLES = ("portrait-", "face-video-")  # in the media catalogue: kind, person, number


def of_photographs(folder: Path | None, target: float = TARGET) -> Report:
    """Calibrated on a folder's photographs, or on those of the media catalogue, and on poor copies of them.

    Raises:
        Malformed: there are too few people or photographs, or a file is no picture.
        NotFound: the face models, or the sample photographs, were not pulled.
    """
    reader = open_face_reader(FACE_DETECTOR, FACE_EMBEDDER, catalogue=MODELS_CATALOGUE, folder=MODELS_FOLDER)
    pictures = read_pictures(list_files(folder) if folder else sample_files())
    return calibrate(reader.embedder, read_faces(reader, pictures, CONDITIONS), target)


def sample_files() -> list[tuple[str, Path]]:
    """The media catalogue's faces with their people. Raises NotFound unless they were pulled."""
    files = [
        (file.stem.split("-")[-2], file)
        for file in sorted(MEDIA_FOLDER.glob("*"))
        if file.stem.startswith(SAMPLES)
    ]
    if not files:
        raise NotFound("the sample photographs are not here: run `floorsight media pull --all`")
    return files


def of_site(site: str, table: str | None, port: int, target: float = TARGET) -> Report:
    """Calibrated on a site's enrolled faces: in a registry table on AWS, else in the cloud of a port.

    Raises:
        Malformed: there are too few people, or nobody has two faces.
        NotFound: nothing was deployed on the port. Unavailable: the table does not answer.
    """
    gallery = GalleryStore(_aws_table(table) if table else _local_table(port)).load_site(site)
    embedder, read = faces_of_gallery(gallery)
    return calibrate(embedder, {GALLERY: read}, target)


def _aws_table(name: str) -> DynamoTable:
    return DynamoTable(name, boto3.client("dynamodb"))


def _local_table(port: int) -> DynamoTable:
    deployment = Deployment.load(port)
    client = boto3.client(
        "dynamodb",
        endpoint_url=deployment.endpoint.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator asks for no real key
    )
    return DynamoTable(deployment.registry_table_name, client)
