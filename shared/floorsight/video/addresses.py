"""A camera's address. What it says of itself never has a password in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from floorsight.platform.errors import Malformed

SCHEMES = ("rtsp", "rtsps")

# Some cameras want credentials in the path (rtsp://10.0.0.4/user=admin&password=x&channel=1) or the query,
# and call them as they please. Masking too much does no harm: a value ends at & or ; and nowhere else.
_SECRET_NAME = re.compile(r"(?i)use|usr|pas|pw|psw|secret|token|key|auth")
_PART = re.compile(r"[^&;]+")


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
        path, mark, query = self._url.partition("?")
        return _PART.sub(_mask_secret, path) + mark + _PART.sub(_mask_value, query)

    def __repr__(self) -> str:
        return f"CameraAddress({self})"


def _mask_secret(part: re.Match[str]) -> str:
    """A part of a path without the value of a name that sounds like a credential's."""
    for name in re.finditer(r"([^/=]+)=", part[0]):
        if _SECRET_NAME.search(unquote(name[1])):
            return part[0][: name.end()] + "***"
    return part[0]


def _mask_value(part: re.Match[str]) -> str:
    """A part of a query without its value; one without a name may be the rest of a password."""
    name, equals, _ = part[0].partition("=")
    return f"{name}=***" if equals else "***"


def is_address(source: str) -> bool:
    """Whether it is a URL, if not a good one, rather than the name of a file."""
    return "://" in source
