"""Who may use the system, and as what."""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from functions.gateway.access import MACHINES
from infra.constructs.acknowledge import acknowledge
from infra.settings import StageSettings

GROUPS = {
    "admin": "Everything an operator may, and people's data",
    "operator": "Everything a viewer may, and cameras, lines and sites",
    "viewer": "Look at counts and pictures",
    MACHINES: "Send frames of cameras, and nothing else",
}


class UserDirectory(Construct):
    """A Cognito user pool with its groups, and the client that `/api/login` speaks through."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: StageSettings) -> None:
        super().__init__(scope, construct_id)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            sign_in_case_sensitive=False,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=stage.keep_data,
            removal_policy=stage.removal_policy,
        )
        acknowledge(
            self.pool,
            {
                "COG2": "the login route answers one challenge so far, the new password",
                "COG8": "the plus plan is what threat protection costs; ADR 0013 says when it is worth it",
            },
        )
        for name, description in GROUPS.items():
            self.pool.add_group(name.title(), group_name=name, description=description)
        self.client = self.pool.add_client(
            "Client",
            auth_flows=cognito.AuthFlow(user_password=True),
            generate_secret=False,  # the API's function signs people in with what they type, nothing else
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            id_token_validity=Duration.hours(1),
            access_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(1),
        )
        CfnOutput(scope, "UserPoolId", value=self.pool.user_pool_id)
        CfnOutput(scope, "UserPoolClientId", value=self.client.user_pool_client_id)
