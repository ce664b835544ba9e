"""The function as API Gateway calls it: events in, answers out, and what importing it costs."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from floorsight.platform.settings import QueryApiSettings
from functions.query_api import handler as module
from functions.query_api.console import Console

REPOSITORY = Path(__file__).resolve().parents[3]
SETTINGS = QueryApiSettings(
    stage="local",
    registry_table="r",
    presence_table="p",
    trails_table="t",
    media_bucket="m",
    event_bus="b",
    security_topic="arn:aws:sns:eu-central-1:123456789012:security",
    user_pool_client_id="c",
    run_job_function="f",
)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.to_environment().items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    module.make_services.cache_clear()


def call(method: str, path: str, claims: dict[str, str] | None = None, body: Any = None) -> dict[str, Any]:
    """The answer to an event of payload format 2.0."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "ANY /api/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "x", "content-type": "application/json"},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1", "protocol": "HTTP/1.1"},
            "stage": "$default",
            "domainName": "x",
        },
        "isBase64Encoded": False,
    }
    if body is not None:
        event["body"] = json.dumps(body)
    if claims:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": []}}
    return module.handler(event, None)  # type: ignore[arg-type]


def test_health() -> None:
    answer = call("GET", "/api/health")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["stage"] == "local"


def test_the_authorizers_claims_reach_the_routes() -> None:
    answer = call("GET", "/api/me", {"cognito:username": "olga", "cognito:groups": "[admin operator]"})
    assert json.loads(answer["body"])["roles"] == ["viewer", "operator", "admin"]


def test_problem_documents_go_out_as_text() -> None:
    answer = call("GET", "/api/me")
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (401, False)
    assert json.loads(answer["body"])["code"] == "not_signed_in"


def test_pictures_of_the_page_go_out_as_base64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "icon.png").write_bytes(b"\x89PNG\xff")
    monkeypatch.setattr(module.app.state, "console", Console(tmp_path))
    answer = call("GET", "/console/icon.png")
    assert answer["isBase64Encoded"]
    assert base64.b64decode(answer["body"]) == b"\x89PNG\xff"


def test_the_console_lies_beside_the_packages() -> None:
    assert module.CONSOLE_FOLDER == REPOSITORY / "console" / "dist"
