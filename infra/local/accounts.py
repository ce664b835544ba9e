"""The demo's users: one of each group, with passwords that are shown once and kept nowhere."""

from __future__ import annotations

import contextlib
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from infra.local.deployment import Deployment
from infra.local.emulator import REGION

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ROLES = ("admin", "operator", "viewer")
PASSWORD_LENGTH = 16
ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.+")


@dataclass(frozen=True)
class Account:
    """A user who can sign in."""

    username: str
    role: str
    password: str


def create_accounts(deployment: Deployment, roles: tuple[str, ...] = ROLES) -> list[Account]:
    """One user a role, named after it, in the role's group, with a new random password.

    A user who exists already keeps everything but the password.
    """
    users = _users_client(deployment)
    return [_create_account(users, deployment.user_pool_id, role, role) for role in roles]


@contextlib.contextmanager
def temporary_account(deployment: Deployment, role: str) -> Iterator[Account]:
    """A user with this role for as long as the block runs."""
    users = _users_client(deployment)
    account = _create_account(users, deployment.user_pool_id, role, f"temporary-{secrets.token_hex(4)}")
    try:
        yield account
    finally:
        users.admin_delete_user(UserPoolId=deployment.user_pool_id, Username=account.username)


def make_password() -> str:
    """Random, with a character of each kind that the pool's policy asks for."""
    chosen = [secrets.choice(alphabet) for alphabet in ALPHABETS]
    everything = "".join(ALPHABETS)
    chosen += [secrets.choice(everything) for _ in range(PASSWORD_LENGTH - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)


def _create_account(users: CognitoIdentityProviderClient, pool_id: str, role: str, username: str) -> Account:
    account = Account(username, role, make_password())
    with contextlib.suppress(users.exceptions.UsernameExistsException):
        # Nobody is mailed: the password is set below, for good.
        users.admin_create_user(UserPoolId=pool_id, Username=account.username, MessageAction="SUPPRESS")
    users.admin_set_user_password(
        UserPoolId=pool_id, Username=account.username, Password=account.password, Permanent=True
    )
    users.admin_add_user_to_group(UserPoolId=pool_id, Username=account.username, GroupName=role)
    return account


def _users_client(deployment: Deployment) -> CognitoIdentityProviderClient:
    return boto3.client(
        "cognito-idp",
        endpoint_url=deployment.endpoint.url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator asks for no real key
    )
