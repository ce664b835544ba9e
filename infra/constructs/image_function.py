"""A function in a container image, for what a zip can't hold: models, and the libraries that run them."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from floorsight.platform.settings import Settings
from infra.constructs.python_function import OwnFunction, environment_of
from infra.paths import REPOSITORY
from infra.settings import StageSettings


class ImageFunction(OwnFunction):
    """`functions/<name>/handler.py` in the image of `functions/<name>/Dockerfile`.

    Docker builds it when it is deployed; synthesising takes none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        stage: StageSettings,
        settings: Settings,
        description: str,
        memory_mb: int,
        timeout_seconds: int,
        build_args: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id, stage=stage, timeout_seconds=timeout_seconds)
        dockerfile = f"functions/{name}/Dockerfile"
        self.function = lambda_.DockerImageFunction(
            self,
            "Function",
            description=description,
            # onnxruntime is as fast there as it was measured; the images of the workers are built alike.
            architecture=lambda_.Architecture.X86_64,
            code=lambda_.DockerImageCode.from_image_asset(
                str(REPOSITORY),
                file=dockerfile,
                # The list that `docker build` reads: the context is the repository, less almost all of it.
                exclude=(REPOSITORY / f"{dockerfile}.dockerignore").read_text().splitlines(),
                build_args=build_args,
                cmd=[f"functions.{name}.handler.handler"],
                platform=ecr_assets.Platform.LINUX_AMD64,
            ),
            role=self.role,
            environment=environment_of(settings, stage),
            log_group=self.log_group,
            memory_size=memory_mb,
            timeout=Duration.seconds(timeout_seconds),
        )
