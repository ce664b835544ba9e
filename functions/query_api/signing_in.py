"""Signing in with Cognito."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from floorsight.platform.errors import FloorsightError, Forbidden, Malformed, Unavailable
from functions.gateway.problems import Unauthenticated

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gives. A refresh gives no new refresh token."""

    access_token: str
    id_token: str
    refresh_token: str | None
    expires_in_seconds: int


@dataclass(frozen=True)
class UserPool:
    """Cognito's user pool, by the client that may use passwords."""

    client_id: str
    client: Callable[[], CognitoIdentityProviderClient]

    def sign_in(self, username: str, password: str, new_password: str | None = None) -> Tokens:
        """Tokens for a user's password.

        Raises:
            Unauthenticated: user or password is wrong (`wrong_credentials`).
            Forbidden: a new password must be given (`new_password_required`), or something else is
                asked for first.
            Malformed: the new password does not fit the pool's rules.
            Unavailable: Cognito is busy.
        """
        with _translated():
            answer: Mapping[str, Any] = self.client().initiate_auth(
                AuthFlow="USER_PASSWORD_AUTH",
                ClientId=self.client_id,
                AuthParameters={"USERNAME": username, "PASSWORD": password},
            )
            if answer.get("ChallengeName") == "NEW_PASSWORD_REQUIRED":
                answer = self._set_password(answer, username, new_password)
        return _read_tokens(answer)

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens for a refresh token. Raises Unauthenticated (`wrong_credentials`), Unavailable."""
        with _translated():
            answer = self.client().initiate_auth(
                AuthFlow="REFRESH_TOKEN_AUTH",
                ClientId=self.client_id,
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        return _read_tokens(answer)

    def _set_password(
        self, challenge: Mapping[str, Any], username: str, new_password: str | None
    ) -> Mapping[str, Any]:
        if new_password is None:
            raise Forbidden(
                "the password was a temporary one: sign in again with new_password",
                code="new_password_required",
            )
        # The pool's own name for the user: people may have typed their e-mail address.
        user_id = challenge.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", username)
        return self.client().respond_to_auth_challenge(
            ClientId=self.client_id,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=challenge["Session"],
            ChallengeResponses={"USERNAME": user_id, "NEW_PASSWORD": new_password},
        )


def _read_tokens(answer: Mapping[str, Any]) -> Tokens:
    if "AuthenticationResult" not in answer:
        raise Forbidden(
            f"the user pool asks for {answer.get('ChallengeName')}, which this API can't answer",
            code="challenge_unsupported",
        )
    result = answer["AuthenticationResult"]
    return Tokens(result["AccessToken"], result["IdToken"], result.get("RefreshToken"), result["ExpiresIn"])


@contextmanager
def _translated() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _translate(error) from error
    except BotoCoreError as error:
        raise Unavailable(f"Cognito did not answer: {error}") from error


def _translate(error: Any) -> Exception:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    known: dict[str, FloorsightError] = {
        # One answer for both: nobody should learn which user names there are.
        "NotAuthorizedException": _wrong_credentials(),
        "UserNotFoundException": _wrong_credentials(),
        "UserNotConfirmedException": Forbidden("this user was never confirmed", code="user_not_confirmed"),
        "PasswordResetRequiredException": Forbidden(
            "an administrator has reset the password", code="password_reset_required"
        ),
        "InvalidPasswordException": Malformed(message, code="password_too_weak", field="new_password"),
        "InvalidParameterException": Malformed(message, code="invalid_request"),
        "TooManyRequestsException": Unavailable("too many sign-ins at once; try again in a moment"),
        "LimitExceededException": Unavailable("too many attempts; try again later"),
        "InternalErrorException": Unavailable("Cognito is busy"),
    }
    unknown: Exception = error
    return known.get(code, unknown)


def _wrong_credentials() -> Unauthenticated:
    return Unauthenticated("user name, password or token is wrong or has expired", code="wrong_credentials")
