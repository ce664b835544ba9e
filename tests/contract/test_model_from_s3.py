"""A model of the user's own in a bucket, read from the emulator by the real client."""

import hashlib
from collections.abc import Iterator

import boto3
import pytest

from floorsight.models.fetching import fetch
from floorsight.models.sources import S3Source
from floorsight.models.store import Step, Store, ignore_progress
from floorsight.platform import aws
from floorsight.platform.errors import Conflict, NotFound, Unavailable
from infra.local.emulator import Emulator

pytestmark = pytest.mark.cloud

CONTENT = b"weights" * 400_000
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Store:
    monkeypatch.setattr(aws, "_client", aws._client.__wrapped__)  # no client of another test's environment
    for name, value in emulator.endpoint.environment().items():
        monkeypatch.setenv(name, value)
    return Store(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def bucket(store: Store) -> Iterator[str]:
    client = boto3.client("s3")
    client.create_bucket(Bucket="user-models")
    client.put_object(Bucket="user-models", Key="yard/yard.onnx", Body=CONTENT)
    yield "user-models"
    client.delete_object(Bucket="user-models", Key="yard/yard.onnx")
    client.delete_bucket(Bucket="user-models")


def source_of(bucket: str, key: str = "yard/yard.onnx", sha256: str = HASH) -> S3Source:
    return S3Source(kind="s3", bucket=bucket, key=key, sha256=sha256)


def test_an_object_is_stored(store: Store, bucket: str) -> None:
    source = source_of(bucket)
    steps: list[Step] = []
    fetch(source, source.files, store, steps.append)
    assert store.path(source.files[0]).read_bytes() == CONTENT
    assert steps[-1] == Step("Downloading s3://user-models/yard/yard.onnx", len(CONTENT), len(CONTENT))


def test_a_changed_object_is_refused(store: Store, bucket: str) -> None:
    source = source_of(bucket, sha256="0" * 64)
    with pytest.raises(Conflict, match=f"{HASH}, expected 0000"):
        fetch(source, source.files, store, ignore_progress)
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize("where", [("user-models", "none.onnx"), ("no-such-bucket-of-ours", "yard.onnx")])
def test_an_absent_object(store: Store, bucket: str, where: tuple[str, str]) -> None:
    source = source_of(*where)
    with pytest.raises(NotFound, match=f"could not get s3://{'/'.join(where)}"):
        fetch(source, source.files, store, ignore_progress)


def test_no_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    source = source_of("user-models")
    with pytest.raises(Unavailable, match="Could not connect"):
        fetch(source, source.files, store, ignore_progress)
