"""What an erasure report promises is what the template does."""

from __future__ import annotations

from floorsight.identity.erasing import model
from floorsight.identity.policy.model import MAX_REVIEW_DAYS
from floorsight.platform.backups import ACCESS_LOG_DAYS as TOLD_ACCESS_LOG_DAYS
from floorsight.platform.backups import POINT_IN_TIME_DAYS
from floorsight.vehicles.erasing import model as plates
from floorsight.vision.store import STATE_KEPT
from infra.stacks.data import ACCESS_LOG_DAYS, media_retention_days
from tests.infra.conftest import SynthesisedStage


def test_pictures_records_and_access_logs_go_when_the_report_says(stage: SynthesisedStage) -> None:
    days = media_retention_days(stage.settings)
    assert days["faces"] == model.FACE_RECORD_DAYS
    assert days["review"] == MAX_REVIEW_DAYS
    assert days["snapshots"] == model.SCENE_PICTURE_DAYS
    assert (days["quarantine"], days["recordings"]) == (model.QUARANTINE_DAYS, model.RECORDING_DAYS)
    assert TOLD_ACCESS_LOG_DAYS == ACCESS_LOG_DAYS
    assert (days["snapshots"], STATE_KEPT.days) == (plates.SNAPSHOT_DAYS, plates.STREAM_DAYS)


def test_a_report_about_a_plate_knows_dead_letters(stage: SynthesisedStage) -> None:
    kept = {queue.properties.get("MessageRetentionPeriod") for queue in stage.resources("AWS::SQS::Queue")}
    assert max(kept, key=lambda seconds: seconds or 0) == plates.DEAD_LETTER_DAYS * 86400


def test_backups_have_their_own_length_and_the_bucket_keeps_no_versions(stage: SynthesisedStage) -> None:
    """DynamoDB's is 35 days unless a table says otherwise."""
    for table in stage.resources("AWS::DynamoDB::Table"):
        recovery = table.properties.get("PointInTimeRecoverySpecification", {})
        assert recovery.get("RecoveryPeriodInDays", POINT_IN_TIME_DAYS) == POINT_IN_TIME_DAYS
    assert all(
        "VersioningConfiguration" not in bucket.properties for bucket in stage.resources("AWS::S3::Bucket")
    )
