"""Reasons for what cdk-nag would refuse, kept beside the resource that they concern."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(scope: IConstruct, reasons: dict[str, str]) -> None:
    """Accept rules of AwsSolutions (`COG2`, `IAM5[Resource::*]`) for one resource, each with its reason."""
    for rule, reason in reasons.items():
        Validations.of(scope).acknowledge(Acknowledgment(id=f"AwsSolutions-{rule}", reason=reason))


def name_for_nag(stack: Stack, value: str) -> str:
    """A stack's region, account or partition as findings spell it: `eu-central-1`, or `<AWS::Region>`."""
    resolved = stack.resolve(value)
    return resolved if isinstance(resolved, str) else f"<{resolved['Ref']}>"
