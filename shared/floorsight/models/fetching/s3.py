"""One object of an S3 bucket: a user's own model, say."""

from __future__ import annotations

from floorsight.models.sources import S3Source, SourceFile
from floorsight.models.store import Progress, Step, Store
from floorsight.platform.aws import client
from floorsight.platform.errors import NotFound, Unavailable

ABSENT = {"NoSuchKey", "NoSuchBucket", "404"}


def fetch_s3(source: S3Source, files: tuple[SourceFile, ...], store: Store, progress: Progress) -> None:
    """Store an object of a bucket; raises as `fetching.fetch` does."""
    from botocore.exceptions import BotoCoreError, ClientError

    (file,) = files
    where = f"s3://{source.bucket}/{source.key}"
    action = f"Downloading {where}"
    progress(Step(action))
    try:
        answer = client("s3").get_object(Bucket=source.bucket, Key=source.key)
        with answer["Body"] as body:
            total_bytes = answer["ContentLength"]
            store.add(body, file, lambda done_bytes: progress(Step(action, done_bytes, total_bytes)))
    except ClientError as error:
        kind = NotFound if error.response["Error"]["Code"] in ABSENT else Unavailable
        raise kind(f"could not get {where}: {error}", code="fetch_failed") from error
    except BotoCoreError as error:
        raise Unavailable(f"could not get {where}: {error}", code="fetch_failed") from error
