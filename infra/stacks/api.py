"""The HTTP API, who may call it, and the function that answers."""

from __future__ import annotations

import json
from typing import cast

import jsii
from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import HttpUserPoolAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from floorsight.platform.items import TableName
from floorsight.platform.settings import QueryApiSettings
from infra.constructs.acknowledge import acknowledge
from infra.constructs.grants import (
    TableUse,
    allow,
    allow_keeping_faces,
    allow_key,
    allow_notifying,
    allow_objects,
    allow_publishing,
    allow_subscribing,
    allow_table,
)
from infra.constructs.python_function import PythonFunction
from infra.constructs.python_layer import make_layer
from infra.constructs.user_directory import UserDirectory
from infra.paths import REPOSITORY
from infra.settings import StageSettings
from infra.stacks.alerts import AlertsStack
from infra.stacks.bus import BusStack
from infra.stacks.data import DataStack
from infra.stacks.erasing import allow_erasing
from infra.stacks.images import ImagesStack
from infra.stacks.jobs import JobsStack

GET, POST = apigatewayv2.HttpMethod.GET, apigatewayv2.HttpMethod.POST
# Not ANY: that takes OPTIONS too, and a browser's preflight has no token to show.
METHODS = [GET, POST, *(apigatewayv2.HttpMethod[name] for name in ("PUT", "PATCH", "DELETE"))]
# Whoever has no token yet needs these; every other route asks the authorizer first.
OPEN_ROUTES = (
    ("/", GET),
    ("/console/{proxy+}", GET),
    ("/api/health", GET),
    ("/api/login", POST),
    ("/api/login/refresh", POST),
)
SIGN_IN_PATHS = ("/api/login", "/api/login/refresh")
SIGN_INS_A_SECOND = 5
# Those of `analyse_image`, which have their own function.
IMAGES_A_SECOND = 50
ENROLMENTS_A_SECOND = 5
TRIALS_A_SECOND = 10
IMAGE_PATHS = {
    "/api/process": IMAGES_A_SECOND,
    "/api/process/uploads": IMAGES_A_SECOND,
    "/api/employees/{employee_id}/faces": ENROLMENTS_A_SECOND,  # the other methods are `query_api`'s
    "/api/v1/vehicle/validate-plate": TRIALS_A_SECOND,
}
TIMEOUT_SECONDS = 29  # API Gateway waits for 30; an erasure that asks Rekognition may need it
# Not the path: that of a listed vehicle has its plate.
ACCESS_LOG_FIELDS = {
    "time": "$context.requestTimeEpoch",
    "request": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "user": "$context.authorizer.claims.sub",
    "address": "$context.identity.sourceIp",
    "milliseconds": "$context.responseLatency",
    "error": "$context.integrationErrorMessage",
}


class ApiStack(Stack):
    """HTTP API → `query_api`, `analyse_image`; Cognito says who calls, their routes which role they need."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageSettings,
        data: DataStack,
        bus: BusStack,
        alerts: AlertsStack,
        jobs: JobsStack,
        images: ImagesStack,
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self._stage = stage
        self.users = UserDirectory(self, "Users", stage=stage)
        self.query_api = self._make_query_api(data, bus, alerts, jobs)
        self.api = self._make_api()
        self._limits: dict[str, int] = {}
        self._limited_routes: list[apigatewayv2.HttpRoute] = []
        authorizer = HttpUserPoolAuthorizer("Users", self.users.pool, user_pool_clients=[self.users.client])
        self._add_routes(authorizer)
        self._add_image_routes(images, authorizer)
        http_stage = self._make_http_stage()
        CfnOutput(self, "ApiId", value=self.api.api_id)
        CfnOutput(self, "ApiUrl", value=http_stage.url)

    def _make_query_api(
        self, data: DataStack, bus: BusStack, alerts: AlertsStack, jobs: JobsStack
    ) -> PythonFunction:
        tables = data.tables
        function = PythonFunction(
            self,
            "QueryApi",
            name="query_api",
            description="The HTTP API and the console's files",
            stage=self._stage,
            settings=QueryApiSettings(
                stage=self._stage.stage,
                registry_table=tables[TableName.REGISTRY].table_name,
                presence_table=tables[TableName.PRESENCE].table_name,
                trails_table=tables[TableName.TRAILS].table_name,
                media_bucket=data.media.bucket_name,
                event_bus=bus.bus.event_bus_name,
                security_topic=alerts.topic.topic_arn,
                run_job_function=jobs.run_job.function.function_name,
                user_pool_client_id=self.users.client.user_pool_client_id,
            ),
            layers=[make_layer(self, self._stage, "core"), make_layer(self, self._stage, "api", base="core")],
            memory_mb=1024,
            timeout_seconds=TIMEOUT_SECONDS,
            extra_folders={"console/dist": REPOSITORY / "console" / "dist"},  # `npm run build` makes it
        )
        allow_erasing(function.role, data, self._stage)
        # An import of vehicles reads those of its rows that are listed already.
        allow(function.role, ["dynamodb:BatchGetItem"], [tables[TableName.REGISTRY].table_arn])
        # Trying a plate, and opening for a visitor, read how many visits are left.
        allow(function.role, ["dynamodb:BatchGetItem"], [tables[TableName.PRESENCE].table_arn])
        allow_table(function.role, tables[TableName.PRESENCE], TableUse.READ_WRITE_AND_REMOVE)
        allow_table(function.role, tables[TableName.TRAILS], TableUse.READ_AND_WRITE)  # marks of who watches
        # Pictures go out as presigned URLs, which can do what their signer may do.
        allow_objects(function.role, data.media, "s3:GetObject", ["live", "snapshots", "enrolled"])
        # Naming somebody moves the picture to theirs and the faces to the gallery.
        allow_objects(function.role, data.media, "s3:PutObject", ["snapshots", "enrolled"])
        allow_publishing(function.role, bus.bus)
        allow_key(function.role, data.key)
        allow_notifying(function.role, alerts.topic, alerts.topic_key)
        allow_subscribing(function.role, alerts.topic)
        allow_keeping_faces(function.role, self._stage)  # who is named in review is enrolled
        allow(function.role, ["lambda:InvokeFunction"], [jobs.run_job.function.function_arn])
        return function

    def _make_api(self) -> apigatewayv2.HttpApi:
        return apigatewayv2.HttpApi(
            self,
            "Api",
            description=f"Floorsight {self._stage.stage}",
            create_default_stage=False,
            cors_preflight=self._cors(),
        )

    def _cors(self) -> apigatewayv2.CorsPreflightOptions | None:
        """For consoles of another origin. The emulator drops it, and there the origins are one."""
        if not (self._stage.runs_on_aws and self._stage.cors_origins):
            return None
        return apigatewayv2.CorsPreflightOptions(
            allow_origins=list(self._stage.cors_origins),
            allow_methods=[apigatewayv2.CorsHttpMethod.ANY],
            allow_headers=["authorization", "content-type"],
            max_age=Duration.hours(1),
        )

    def _add_routes(self, authorizer: HttpUserPoolAuthorizer) -> None:
        integration = HttpLambdaIntegration(
            "QueryApi", self.query_api.function, scope_permission_to_route=False
        )
        self.api.add_routes(
            path="/api/{proxy+}", methods=METHODS, integration=integration, authorizer=authorizer
        )
        for path, method in OPEN_ROUTES:
            for route in self.api.add_routes(path=path, methods=[method], integration=integration):
                if path in SIGN_IN_PATHS:
                    # Whoever tries passwords gets few tries, and uses up nobody else's share.
                    self._limit(route, f"POST {path}", SIGN_INS_A_SECOND)
                acknowledge(route, {"APIG4": f"{method.value} {path} is for those who have no token yet"})

    def _add_image_routes(self, images: ImagesStack, authorizer: HttpUserPoolAuthorizer) -> None:
        """More special than `/api/{proxy+}`, so that the gateway prefers them."""
        integration = HttpLambdaIntegration(
            "AnalyseImage", images.analyse_image.function, scope_permission_to_route=False
        )
        for path, most in IMAGE_PATHS.items():
            (route,) = self.api.add_routes(
                path=path, methods=[POST], integration=integration, authorizer=authorizer
            )
            self._limit(route, f"POST {path}", most)

    def _limit(self, route: apigatewayv2.HttpRoute, key: str, requests_a_second: int) -> None:
        self._limited_routes.append(route)
        self._limits[key] = requests_a_second

    def _make_http_stage(self) -> apigatewayv2.HttpStage:
        access_logs = logs.LogGroup(
            self,
            "AccessLogs",
            retention=self._stage.log_retention,
            removal_policy=self._stage.removal_policy,
        )
        stage = apigatewayv2.HttpStage(
            self,
            "Default",
            http_api=self.api,
            auto_deploy=True,
            throttle=apigatewayv2.ThrottleSettings(rate_limit=100, burst_limit=200),
            access_log_settings=_AccessLogs(access_logs),
        )
        self._set_limits(stage)
        return stage

    def _set_limits(self, stage: apigatewayv2.HttpStage) -> None:
        resource = cast("apigatewayv2.CfnStage", stage.node.default_child)
        # As CloudFormation spells them: CDK passes these settings on as they are.
        resource.route_settings = {
            key: {"ThrottlingRateLimit": limit, "ThrottlingBurstLimit": 2 * limit}
            for key, limit in self._limits.items()
        }
        stage.node.add_dependency(*self._limited_routes)  # a stage can't name a route that isn't there yet


@jsii.implements(apigatewayv2.IAccessLogSettings)
class _AccessLogs:
    """One JSON object a request; tokens and bodies are not in it."""

    def __init__(self, group: logs.ILogGroup) -> None:
        self._destination = apigatewayv2.LogGroupLogDestination(group)
        self._format = apigateway.AccessLogFormat.custom(json.dumps(ACCESS_LOG_FIELDS))

    @property
    def destination(self) -> apigatewayv2.IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        return self._format
