"""The page's files: read once, served from memory, so that no path can lead anywhere else."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
PAGE = "index.html"


@dataclass(frozen=True)
class ConsoleFile:
    """A file of the page. `etag` changes with its content."""

    content: bytes
    media_type: str
    etag: str


class Console:
    """The files of a folder, by their path inside it; types that no page needs are left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def files(self) -> dict[str, ConsoleFile]:
        return {
            path.relative_to(self._folder).as_posix(): _read(path)
            for path in sorted(self._folder.rglob("*"))
            if path.is_file() and path.suffix in MEDIA_TYPES
        }

    @cached_property
    def inline_hashes(self) -> dict[str, list[str]]:
        """Content security policy sources for what the page's own HTML holds, by tag."""
        page = self.files.get(PAGE)
        collector = _InlineCode()
        if page:
            collector.feed(page.content.decode())
        return collector.hashes

    def policy(self, picture_origin: str) -> str:
        """The page's content security policy: its own code, its own API, and the bucket's pictures."""
        scripts, styles = (" ".join(["'self'", *self.inline_hashes[tag]]) for tag in ("script", "style"))
        return "; ".join(
            [
                "default-src 'none'",
                f"script-src {scripts}",
                f"style-src {styles}",
                f"img-src 'self' data: blob: {picture_origin}",
                "font-src 'self'",
                f"connect-src 'self' {picture_origin}",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
            ]
        )


def _read(path: Path) -> ConsoleFile:
    content = path.read_bytes()
    return ConsoleFile(content, MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"')


class _InlineCode(HTMLParser):
    """Collects hashes of inline scripts and styles; `onclick` and `style` attributes stay forbidden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.hashes: dict[str, list[str]] = {"script": [], "style": []}
        self._open: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.hashes and "src" not in dict(attrs):
            self._open, self._text = tag, []

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            digest = hashlib.sha256("".join(self._text).encode()).digest()
            self.hashes[tag].append(f"'sha256-{base64.b64encode(digest).decode()}'")
            self._open = None
