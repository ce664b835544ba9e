"""Cameras' addresses: read, written with credentials for FFmpeg alone, shown without."""

from __future__ import annotations

import pytest

from floorsight.platform.errors import Malformed
from floorsight.video.addresses import CameraAddress, is_address


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("rtsp://10.0.0.4/stream1", "rtsp://10.0.0.4/stream1"),
        ("rtsps://cam.plant:322/live?channel=1", "rtsps://cam.plant:322/live?channel=***"),
        ("rtsp://admin:secret@10.0.0.4:554/a", "rtsp://10.0.0.4:554/a"),
        ("rtsp://admin:sec@ret@10.0.0.4/a", "rtsp://10.0.0.4/a"),
        ("rtsp://admin@[fd00::4]:554/a", "rtsp://[fd00::4]:554/a"),
        ("rtsp://10.0.0.4/user=admin&password=secret&channel=1", "rtsp://10.0.0.4/user=***&password=***&channel=1"),
        ("rtsp://10.0.0.4/s?Pwd=secret&token=secret;x=1", "rtsp://10.0.0.4/s?Pwd=***&token=***;x=***"),
        ("rtsp://10.0.0.4/s?user=admin&password=sec/ret?secret", "rtsp://10.0.0.4/s?user=***&password=***"),
        ("rtsp://10.0.0.4/s?password=sec#secret", "rtsp://10.0.0.4/s?password=***"),
        ("rtsp://10.0.0.4/s?psw=secret&passwd_=secret", "rtsp://10.0.0.4/s?psw=***&passwd_=***"),
        ("rtsp://10.0.0.4/s?secret=1;sig=secret&p=secret", "rtsp://10.0.0.4/s?secret=***;sig=***&p=***"),
        ("rtsp://10.0.0.4/s?secret&a", "rtsp://10.0.0.4/s?***&***"),
        ("rtsp://10.0.0.4/11?rtsp_pass=secret", "rtsp://10.0.0.4/11?rtsp_pass=***"),
        ("rtsp://10.0.0.4/cgi/loginuse=secret&loginpas=888", "rtsp://10.0.0.4/cgi/loginuse=***&loginpas=***"),
        ("rtsp://10.0.0.4/password=sec/ret&channel=1", "rtsp://10.0.0.4/password=***&channel=1"),
        ("rtsp://10.0.0.4/p%61ss=secret;channel=1", "rtsp://10.0.0.4/p%61ss=***;channel=1"),
        ("rtsp://10.0.0.4/channel=1_psw=secret_0.sdp", "rtsp://10.0.0.4/channel=1_psw=***"),
        (
            "rtsp://10.0.0.4/user=admin_password=secret_channel=1_stream=0.sdp",
            "rtsp://10.0.0.4/user=***",
        ),
    ],
)  # fmt: skip
def test_what_is_shown_has_no_secret(url: str, bare: str) -> None:
    address = CameraAddress.parse(url)
    assert str(address) == bare
    assert f"{address}" in repr(address)
    assert "secret" not in repr(address).replace("secret=***", "")
    assert "888" not in repr(address)


@pytest.mark.parametrize(
    ("url", "credentials", "full"),
    [
        ("rtsp://10.0.0.4/a", None, "rtsp://10.0.0.4/a"),
        ("rtsp://10.0.0.4/a", ("u", "p@s/s:w%"), "rtsp://u:p%40s%2Fs%3Aw%25@10.0.0.4/a"),
        ("rtsp://x:y@10.0.0.4/a", ("u", "p"), "rtsp://u:p@10.0.0.4/a"),
        ("rtsp://u:p%40s@10.0.0.4/a", None, "rtsp://u:p%40s@10.0.0.4/a"),
        ("rtsp://u:50%off@10.0.0.4/a", None, "rtsp://u:50%25off@10.0.0.4/a"),
        ("rtsp://u@10.0.0.4:8554/a?b=c", None, "rtsp://u:@10.0.0.4:8554/a?b=c"),
        ("rtsp://10.0.0.4/user=u&password=p", None, "rtsp://10.0.0.4/user=u&password=p"),
    ],
)
def test_what_ffmpeg_is_given(url: str, credentials: tuple[str, str] | None, full: str) -> None:
    assert CameraAddress.parse(url, credentials).url_with_credentials == full


@pytest.mark.parametrize(
    "url",
    [
        "rtsp://",
        "rtsp:///a",
        "http://admin:secret@10.0.0.4/a",
        "rtsp://admin:secret@10.0.0.4:port/a",
        "rtsp://admin:sec/ret@10.0.0.4/a",
        "rtsp://[fd00::4/a",
    ],
)
def test_no_address(url: str) -> None:
    with pytest.raises(Malformed) as error:
        CameraAddress.parse(url)
    assert error.value.code == "bad_url"
    assert "sec" not in error.value.message.replace("seconds", "")


def test_files_and_addresses_are_told_apart() -> None:
    assert is_address("rtsp://10.0.0.4/a")
    assert is_address("http://10.0.0.4/a")  # a bad one, which is told as such
    assert not is_address("yard.mp4")
    assert not is_address("videos/rtsp:/yard.mp4")
