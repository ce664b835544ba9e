"""What the edge publisher is told on its command line."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from containers.edge_publisher.live import LiveSettings
from containers.edge_publisher.publishing import PublishSettings
from containers.edge_publisher.spooling import add_spool_arguments
from floorsight.platform.errors import Malformed, NotFound
from floorsight.platform.settings import CameraCredentials
from floorsight.video.addresses import CameraAddress
from floorsight.video.camera import CameraTimeouts
from floorsight.video.chunking import ChunkingSettings
from floorsight.video.gate import GateSettings
from floorsight.video.stills import StillSettings

_EPILOG = """\
examples:
  edge_publisher yard.mp4 --site plant-1 --camera yard-gate
  edge_publisher rtsp://10.0.0.4/stream1 --site plant-1 --camera yard-gate --credentials-file gate.secret

exit codes:
  0  all was sent, or it was told to stop
  1  a fault of the program; a restart may mend it
  2  the source or a setting is wrong: no such file, a codec that can't be decoded
  3  the chunk stream can't be reached
  4  AWS refuses the credentials
  5  the camera refuses the user or the password
  6  no picture came from the camera for --give-up-after
  7  there is no such stream at the camera, or no camera
"""


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line; `source` is a file's name or a camera's URL. Ends the program when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="edge_publisher",
        description="Publish a camera or a video file as a camera's stream.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", help="a video file, or an rtsp:// or rtsps:// URL")
    parser.add_argument("--site", required=True, help="the site's id")
    parser.add_argument("--camera", required=True, help="the camera's id")
    _add_file_arguments(parser.add_argument_group("files"))
    _add_camera_arguments(parser.add_argument_group("cameras"))
    _add_content_arguments(parser.add_argument_group("what is sent"))
    add_spool_arguments(parser)
    return parser.parse_args(arguments)


def _add_file_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--fast", action="store_true", help="as fast as it goes, not at the video's speed")
    group.add_argument(
        "--started-at", type=_aware_time, metavar="TIME", help="capture time of the first frame (ISO 8601)"
    )
    group.add_argument("--times", type=int, default=1, metavar="N", help="play it N times (default 1)")


def _add_camera_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--credentials-file",
        type=Path,
        metavar="FILE",
        help="one line, user:password, or empty; else FLOORSIGHT_CAMERA_USER and FLOORSIGHT_CAMERA_PASSWORD, "
        "else those in the URL (which every user of the machine can see)",
    )
    group.add_argument(
        "--connect-seconds", type=float, default=10.0, metavar="S", help="how long to connect (default 10)"
    )
    group.add_argument(
        "--stall-seconds",
        type=float,
        default=10.0,
        metavar="S",
        help="silence that counts as a disconnect (default 10)",
    )
    group.add_argument(
        "--give-up-after",
        type=float,
        metavar="S",
        help="end when no picture came for so many seconds (default: never)",
    )


def _add_content_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--frames", type=float, metavar="FPS", help="JPEG images at this rate, not video")
    group.add_argument(
        "--jpeg-quality", type=int, default=80, metavar="Q", help="of --frames, 1 to 100 (default 80)"
    )
    group.add_argument("--motion-gate", action="store_true", help="leave out what does not move")
    group.add_argument(
        "--motion-percent",
        type=float,
        default=0.03,
        metavar="P",
        help="of the picture must move to open the gate (default 0.03)",
    )
    group.add_argument(
        "--still-seconds",
        type=float,
        default=10.0,
        metavar="S",
        help="while the gate is closed send one frame in so many seconds (default 10)",
    )


def _aware_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no offset; write it as 2026-03-01T08:00:00+01:00")
    return moment


def file_settings(options: argparse.Namespace) -> PublishSettings:
    """How a file is published. Raises Malformed: `bad_setting`."""
    return PublishSettings(
        options.site,
        options.camera,
        paced=not options.fast,
        started_at=options.started_at,
        chunking=_chunking(options),
        gate=_gate(options),
    )


def live_settings(options: argparse.Namespace) -> LiveSettings:
    """How a camera is published. Raises Malformed: `bad_setting`."""
    return LiveSettings(
        options.site,
        options.camera,
        chunking=_chunking(options),
        timeouts=CameraTimeouts(options.connect_seconds, options.stall_seconds),
        gate=_gate(options),
        give_up_seconds=options.give_up_after,
    )


def _chunking(options: argparse.Namespace) -> ChunkingSettings:
    stills = None if options.frames is None else StillSettings(options.frames, options.jpeg_quality)
    return ChunkingSettings(stills=stills)


def _gate(options: argparse.Namespace) -> GateSettings | None:
    if not options.motion_gate:
        return None
    return GateSettings(share=options.motion_percent / 100.0, still_seconds=options.still_seconds)


def camera_address(options: argparse.Namespace) -> CameraAddress:
    """The camera's address with its credentials.

    Raises:
        NotFound, Malformed: no URL, or no credentials in the file; the message has none of them.
    """
    if options.credentials_file is not None:
        return CameraAddress.parse(options.source, _credentials_in(options.credentials_file))
    given = CameraCredentials.from_environment()
    if given.camera_user is None:
        return CameraAddress.parse(options.source)
    return CameraAddress.parse(options.source, (given.camera_user, given.camera_password or ""))


def _credentials_in(path: Path) -> tuple[str, str] | None:
    """User and password; None when the file is empty, for a camera that asks for none."""
    try:
        line = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"the credentials file {path} can't be read: {error}", code="bad_setting") from error
    if not line:
        return None
    user, colon, password = line.partition(":")
    if not user or not colon:
        raise Malformed(f"{path} has no line user:password", code="bad_setting", field="credentials_file")
    return user, password
