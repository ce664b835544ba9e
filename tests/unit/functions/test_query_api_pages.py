"""The page's files and the headers that go with them."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.unit.functions.conftest import Api


def test_the_page(api: Api) -> None:
    answer = api.stranger.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.text.startswith("<!doctype html>")


def test_the_policy_lets_the_page_run_its_own_code_and_show_the_buckets_pictures(api: Api) -> None:
    policy = api.stranger.get("/").headers["content-security-policy"]
    parts = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    inline = base64.b64encode(hashlib.sha256(b"let a = 1 < 2;").digest()).decode()
    assert parts["default-src"] == ["'none'"]
    assert parts["script-src"] == ["'self'", f"'sha256-{inline}'"]
    assert parts["img-src"] == ["'self'", "data:", "blob:", "https://pictures.s3.eu-central-1.amazonaws.com"]
    assert "unsafe" not in policy


def test_files_in_folders(api: Api) -> None:
    answer = api.stranger.get("/console/parts/app.js")
    assert answer.text == "export const answer = 42;\n"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_a_known_file_is_not_sent_again(api: Api) -> None:
    first = api.stranger.get("/console/parts/app.js")
    again = api.stranger.get("/console/parts/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    changed = api.stranger.get("/console/parts/app.js", headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/console/../secret.js",
        "/console/%2e%2e/secret.js",
        "/console/..%2fsecret.js",
        "/console/parts/../../secret.js",
        "/console//etc/passwd",
        "/console/parts",
        "/console/",
        "/console/notes.md",
        "/console/none.js",
    ],
)
def test_nothing_else_is_served(api: Api, path: str) -> None:
    answer = api.stranger.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/console/parts/app.js", "/api/health", "/api/me", "/nothing"])
def test_every_answer_has_the_security_headers(api: Api, path: str) -> None:
    headers = api.stranger.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'")
