"""A camera's address. What it says of itself never has a password in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from floorsight.platform.errors import Malformed

SCHEMES = ("rtsp", "rtsps")

# Some cameras want credentials in the path or the query: rtsp://10.0.0.4/user=admin&password=x&channel=1
_SECRET = re.compile(r"(?i)\b((?:user(?:name)?|usr|pass(?:word|wd)?|pwd|token|auth|key)=)[^&;/?#]*")


@dataclass(frozen=True)
class CameraAddress:
    """An RTSP URL. `str` and `repr` leave the credentials out; only `url_with_credentials` has them."""

    _url: str
    _user: str | None = None
    _password: str | None = None

    @classmethod
    def parse(cls, url: str, credentials: tuple[str, str] | None = None) -> Self:
        """Read a URL. Credentials (user, password) given beside it go before those in it.

        Raises:
            Malformed: `bad_url`; the message has no credentials.
        """
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = None, None
        if parts is None or parts.scheme not in SCHEMES or not host:
            raise Malformed(
                "the camera's address is none: write rtsp://host[:port]/path, with reserved characters of a "
                "password percent-encoded (@ as %40, / as %2F) or the credentials in a file",
                code="bad_url",
                field="source",
            )
        bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        if credentials is not None:
            return cls(bare, *credentials)
        if parts.username is None:
            return cls(bare)
        return cls(bare, unquote(parts.username), unquote(parts.password or ""))

    @property
    def url_with_credentials(self) -> str:
        """For FFmpeg, which takes them percent-encoded. Never log it."""
        if self._user is None:
            return self._url
        parts = urlsplit(self._url)
        secret = f"{quote(self._user, safe='')}:{quote(self._password or '', safe='')}"
        return urlunsplit(parts._replace(netloc=f"{secret}@{parts.netloc}"))

    def __str__(self) -> str:
        return _SECRET.sub(r"\1***", self._url)

    def __repr__(self) -> str:
        return f"CameraAddress({self})"


def is_address(source: str) -> bool:
    """Whether it is a URL, if not a good one, rather than the name of a file."""
    return "://" in source
