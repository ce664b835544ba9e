"""The layers that functions share."""

from __future__ import annotations

from aws_cdk import AssetHashType
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.python_function import ARCHITECTURE, RUNTIME
from infra.layers import LAMBDA, THIS_MACHINE, build_layer
from infra.settings import StageSettings


def make_layer(
    scope: Construct, stage: StageSettings, name: str, *, base: str | None = None
) -> lambda_.LayerVersion:
    """The layer of `layers/<name>`, built for the interpreter that will run it."""
    layer = build_layer(name, LAMBDA if stage.runs_on_aws else THIS_MACHINE, base=base)
    return lambda_.LayerVersion(
        scope,
        f"{name.title()}Layer",
        # The lock's hashes determine the files: hashing thousands of them at each synthesis adds nothing.
        code=lambda_.Code.from_asset(
            str(layer.folder), asset_hash=layer.digest, asset_hash_type=AssetHashType.CUSTOM
        ),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
    )
