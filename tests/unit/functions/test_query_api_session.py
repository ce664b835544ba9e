"""Signing in: what Cognito answers and what the API makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber

from tests.unit.functions.conftest import Api

RESULT = {"AccessToken": "a.a.a", "IdToken": "i.i.i", "RefreshToken": "r", "ExpiresIn": 3600}
PASSWORD_AUTH = {
    "AuthFlow": "USER_PASSWORD_AUTH",
    "ClientId": "client-1",
    "AuthParameters": {"USERNAME": "olga", "PASSWORD": "old"},
}
CHALLENGE = {
    "ChallengeName": "NEW_PASSWORD_REQUIRED",
    "Session": "session-token-of-cognito",
    "ChallengeParameters": {"USER_ID_FOR_SRP": "0f3c-olga"},
}


def sign_in(api: Api, **changes: Any) -> Any:
    return api.stranger.post("/api/login", json={"username": "olga", "password": "old"} | changes)


def test_a_password_gives_tokens(api: Api, user_pool_answers: Stubber) -> None:
    user_pool_answers.add_response("initiate_auth", {"AuthenticationResult": RESULT}, PASSWORD_AUTH)
    answer = sign_in(api)
    assert answer.json() == {
        "access_token": "a.a.a",
        "id_token": "i.i.i",
        "refresh_token": "r",
        "expires_in_seconds": 3600,
    }
    assert answer.headers["cache-control"] == "no-store"


def test_a_temporary_password_must_be_replaced(api: Api, user_pool_answers: Stubber) -> None:
    user_pool_answers.add_response("initiate_auth", CHALLENGE, PASSWORD_AUTH)
    answer = sign_in(api)
    assert (answer.status_code, answer.json()["code"]) == (403, "new_password_required")


def test_a_temporary_password_is_replaced(api: Api, user_pool_answers: Stubber) -> None:
    user_pool_answers.add_response("initiate_auth", CHALLENGE, PASSWORD_AUTH)
    user_pool_answers.add_response(
        "respond_to_auth_challenge",
        {"AuthenticationResult": RESULT},
        {
            "ClientId": "client-1",
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": "session-token-of-cognito",
            "ChallengeResponses": {"USERNAME": "0f3c-olga", "NEW_PASSWORD": "better"},
        },
    )
    assert sign_in(api, new_password="better").status_code == 200


def test_a_weak_new_password_is_refused_with_the_field(api: Api, user_pool_answers: Stubber) -> None:
    user_pool_answers.add_response("initiate_auth", CHALLENGE, PASSWORD_AUTH)
    user_pool_answers.add_client_error("respond_to_auth_challenge", "InvalidPasswordException", "too short")
    answer = sign_in(api, new_password="x")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "new_password", "message": "too short"}]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("NotAuthorizedException", 401, "wrong_credentials"),
        ("UserNotFoundException", 401, "wrong_credentials"),
        ("UserNotConfirmedException", 403, "user_not_confirmed"),
        ("PasswordResetRequiredException", 403, "password_reset_required"),
        ("InvalidParameterException", 422, "invalid_request"),
        ("TooManyRequestsException", 503, "unavailable"),
        ("LimitExceededException", 503, "unavailable"),
        ("InternalErrorException", 503, "unavailable"),
        ("ResourceNotFoundException", 500, "internal"),
    ],
)
def test_refusals(api: Api, user_pool_answers: Stubber, fault: str, status: int, code: str) -> None:
    user_pool_answers.add_client_error("initiate_auth", fault, "cognito says so")
    answer = sign_in(api)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_wrong_user_and_wrong_password_look_the_same(api: Api, user_pool_answers: Stubber) -> None:
    user_pool_answers.add_client_error("initiate_auth", "UserNotFoundException", "User does not exist.")
    user_pool_answers.add_client_error("initiate_auth", "NotAuthorizedException", "Incorrect password.")
    assert sign_in(api).json() == sign_in(api).json()


def test_another_challenge_is_named(api: Api, user_pool_answers: Stubber) -> None:
    challenge = CHALLENGE | {"ChallengeName": "SMS_MFA"}
    user_pool_answers.add_response("initiate_auth", challenge, PASSWORD_AUTH)
    answer = sign_in(api)
    assert (answer.status_code, answer.json()["code"]) == (403, "challenge_unsupported")
    assert "SMS_MFA" in answer.json()["detail"]


def test_a_refresh_token_gives_new_tokens(api: Api, user_pool_answers: Stubber) -> None:
    renewed = {name: value for name, value in RESULT.items() if name != "RefreshToken"}
    user_pool_answers.add_response(
        "initiate_auth",
        {"AuthenticationResult": renewed},
        {
            "AuthFlow": "REFRESH_TOKEN_AUTH",
            "ClientId": "client-1",
            "AuthParameters": {"REFRESH_TOKEN": "r"},
        },
    )
    answer = api.stranger.post("/api/login/refresh", json={"refresh_token": "r"})
    assert answer.json() == {"access_token": "a.a.a", "id_token": "i.i.i", "expires_in_seconds": 3600}


def test_an_old_refresh_token_is_refused(api: Api, user_pool_answers: Stubber) -> None:
    user_pool_answers.add_client_error("initiate_auth", "NotAuthorizedException", "expired")
    answer = api.stranger.post("/api/login/refresh", json={"refresh_token": "r"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


@pytest.mark.parametrize("change", [{"username": ""}, {"password": ""}, {"password": None}, {"otp": "1"}])
def test_an_incomplete_sign_in_asks_cognito_nothing(api: Api, change: dict[str, Any]) -> None:
    answer = sign_in(api, **change)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, next(iter(change)))


def test_a_password_is_never_repeated_in_an_answer(api: Api) -> None:
    assert "hunter2-long" not in sign_in(api, username="", password="hunter2-long").text
