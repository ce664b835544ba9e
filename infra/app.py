"""The CDK app: `npx cdk synth -c stage=local|dev|prod` runs `python -m infra.app`."""

from __future__ import annotations

import sys

from aws_cdk import Annotations, App, Stack, Tags, Validations
from aws_cdk.aws_sqs import Queue
from cdk_nag import AwsSolutionsChecks

from floorsight.platform.errors import FloorsightError
from infra.settings import Stage, StageSettings, read_settings
from infra.stacks.alarms import AlarmsStack
from infra.stacks.alerts import AlertsStack
from infra.stacks.api import ApiStack
from infra.stacks.attendance import AttendanceStack
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack
from infra.stacks.diagnostics import DiagnosticsStack
from infra.stacks.gate import GateStack
from infra.stacks.identity import IdentityStack
from infra.stacks.images import ImagesStack
from infra.stacks.ingest import IngestStack
from infra.stacks.jobs import JobsStack
from infra.stacks.recordings import RecordingsStack
from infra.stacks.streams import StreamsStack
from infra.stacks.vision import VisionStack


def build_app(app: App, stage: StageSettings) -> None:
    """Add one stage's stacks to the app.

    The local stage is the same but for the vision service and the jobs for recorded video: the emulator
    accepts ECS services and runs nothing, and refuses scaling and Batch; there both run as processes.
    """
    data = DataStack(app, stage.stack_name("data"), stage=stage)
    bus = BusStack(app, stage.stack_name("bus"), stage=stage, data=data)
    ingest = IngestStack(app, stage.stack_name("ingest"), stage=stage, data=data, bus=bus)
    streams = StreamsStack(app, stage.stack_name("streams"), stage=stage, data=data, bus=bus)
    alerts = AlertsStack(app, stage.stack_name("alerts"), stage=stage, data=data, bus=bus)
    identity = IdentityStack(app, stage.stack_name("identity"), stage=stage, data=data, bus=bus)
    attendance = AttendanceStack(app, stage.stack_name("attendance"), stage=stage, data=data, bus=bus)
    gate = GateStack(app, stage.stack_name("gate"), stage=stage, data=data, bus=bus)
    jobs = JobsStack(app, stage.stack_name("jobs"), stage=stage, data=data, alerts=alerts, bus=bus)
    images = ImagesStack(app, stage.stack_name("images"), stage=stage, data=data, bus=bus)
    api = ApiStack(
        app, stage.stack_name("api"), stage=stage, data=data, bus=bus, alerts=alerts, jobs=jobs, images=images
    )
    diagnostics = DiagnosticsStack(app, stage.stack_name("diagnostics"), stage=stage, data=data, bus=bus)
    failed_recordings: dict[str, Queue] = {}
    if stage.runs_on_aws:
        vision = VisionStack(app, stage.stack_name("vision"), stage=stage, data=data, ingest=ingest, bus=bus)
        recordings = RecordingsStack(
            app, stage.stack_name("recordings"), stage=stage, data=data, bus=bus, network=vision.network
        )
        failed_recordings = recordings.dead_letters
    AlarmsStack(
        app,
        stage.stack_name("alarms"),
        stage=stage,
        dead_letters=bus.dead_letters
        | alerts.dead_letters
        | streams.dead_letters
        | attendance.dead_letters
        | gate.dead_letters
        | jobs.dead_letters
        | identity.dead_letters
        | diagnostics.dead_letters
        | failed_recordings,
        functions={
            "UpdateOccupancy": bus.update_occupancy.function,
            "RecordStream": streams.record_stream.function,
            "RunJob": jobs.run_job.function,
            "RaiseAlert": alerts.raise_alert.function,
            "RecognisePerson": identity.recognise_person.function,
            "RecordAttendance": attendance.record_attendance.function,
            "DecideGate": gate.decide_gate.function,
            "QueryApi": api.query_api.function,
            "AnalyseImage": images.analyse_image.function,
            "RecordProcessing": diagnostics.record_processing.function,
        },
        stream=ingest.stream,
        api=api.api,
    )
    for stack in app.node.find_all():
        if isinstance(stack, Stack):
            stack.termination_protection = stage.keep_data
    if stage.stage is Stage.PROD and not stage.alarm_email:
        Annotations.of(app).add_warning_v2(
            "floorsight:nobody-is-told", "alarms of prod are mailed to nobody: set -c alarm_email=ADDRESS"
        )
    Tags.of(app).add("project", "floorsight")
    Tags.of(app).add("stage", stage.stage)
    if stage.runs_on_aws:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))


def main() -> None:
    """Synthesise the stage that the CDK command line names in its context."""
    app = App()
    try:
        build_app(app, read_settings(app.node.try_get_context))
    except FloorsightError as error:
        sys.exit(f"floorsight: {error.message}")
    app.synth()


if __name__ == "__main__":
    main()
