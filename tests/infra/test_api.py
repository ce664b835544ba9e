"""Who gets through to the API's function, and as what."""

from __future__ import annotations

import json

from floorsight.identity.erasing.service import LONGEST_SECONDS
from floorsight.identity.rekognition.calling import ROOM_TO_ANSWER_SECONDS
from floorsight.identity.rekognition.index import LIMIT_SECONDS
from tests.infra.conftest import SynthesisedStage

OPEN = {
    "GET /",
    "GET /console/{proxy+}",
    "GET /api/health",
    "POST /api/login",
    "POST /api/login/refresh",
}

ENROLMENT = "POST /api/employees/{employee_id}/faces"
PLATES = "POST /api/v1/vehicle/validate-plate"


def test_only_the_five_named_routes_go_without_a_token(stage: SynthesisedStage) -> None:
    routes = {
        route.properties["RouteKey"]: route.properties["AuthorizationType"]
        for route in stage.resources("AWS::ApiGatewayV2::Route")
    }
    assert {key for key, authorization in routes.items() if authorization == "NONE"} == OPEN
    behind_a_token = {key for key, authorization in routes.items() if authorization == "JWT"}
    images = {"POST /api/process", "POST /api/process/uploads", ENROLMENT, PLATES}
    # OPTIONS is not among them: a browser asks it without a token, and gateway's CORS answers it.
    assert (
        behind_a_token
        == {f"{method} /api/{{proxy+}}" for method in ("GET", "POST", "PUT", "PATCH", "DELETE")} | images
    )
    assert set(routes) == OPEN | behind_a_token


def test_the_api_outlives_the_longest_erasure_with_rekognition(stage: SynthesisedStage) -> None:
    """Else it is killed in the middle, and whoever asked is told "internal error" and not to ask again."""
    [timeout] = [
        function.properties["Timeout"]
        for function in stage.resources("AWS::Lambda::Function")
        if function.properties.get("Handler") == "functions.query_api.handler.handler"
    ]
    assert LONGEST_SECONDS + LIMIT_SECONDS - ROOM_TO_ANSWER_SECONDS < timeout < 30


def test_tokens_are_those_of_our_pool_for_our_client(stage: SynthesisedStage) -> None:
    authorizer = stage.resource("api", "AWS::ApiGatewayV2::Authorizer").properties
    pool = stage.resource("api", "AWS::Cognito::UserPool").logical_id
    client = stage.resource("api", "AWS::Cognito::UserPoolClient").logical_id
    assert authorizer["JwtConfiguration"]["Audience"] == [{"Ref": client}]
    assert {"Ref": pool} in authorizer["JwtConfiguration"]["Issuer"]["Fn::Join"][1]
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_users_are_made_by_administrators_with_strong_passwords(stage: SynthesisedStage) -> None:
    pool = stage.resource("api", "AWS::Cognito::UserPool").properties
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 12
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))
    groups = {g.properties["GroupName"] for g in stage.resources("AWS::Cognito::UserPoolGroup")}
    assert groups == {"admin", "operator", "viewer", "machine"}


def test_the_client_has_no_secret_and_tells_nobody_who_exists(stage: SynthesisedStage) -> None:
    client = stage.resource("api", "AWS::Cognito::UserPoolClient").properties
    assert client["GenerateSecret"] is False
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


def test_requests_are_throttled_and_logged(stage: SynthesisedStage) -> None:
    default = stage.resource("api", "AWS::ApiGatewayV2::Stage").properties
    assert default["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert default["AccessLogSettings"]["DestinationArn"]
    assert "uthorization" not in default["AccessLogSettings"]["Format"]


def test_the_access_log_has_routes_and_no_addresses_as_these_have_plates(stage: SynthesisedStage) -> None:
    settings = stage.resource("api", "AWS::ApiGatewayV2::Stage").properties["AccessLogSettings"]
    fields = set(json.loads(settings["Format"]).values())
    assert "$context.routeKey" in fields
    assert not {field for field in fields if "path" in field.lower() or "querystring" in field.lower()}


def test_passwords_can_not_be_tried_fast_nor_all_cores_be_taken_by_images(stage: SynthesisedStage) -> None:
    default = stage.resource("api", "AWS::ApiGatewayV2::Stage")
    guesses = {"ThrottlingRateLimit": 5, "ThrottlingBurstLimit": 10}
    images = {"ThrottlingRateLimit": 50, "ThrottlingBurstLimit": 100}
    assert default.properties["RouteSettings"] == {
        "POST /api/login": guesses,
        "POST /api/login/refresh": guesses,
        "POST /api/process": images,
        "POST /api/process/uploads": images,
        ENROLMENT: guesses,
        PLATES: {"ThrottlingRateLimit": 10, "ThrottlingBurstLimit": 20},
    }
    limited = {
        route.logical_id
        for route in stage.resources("AWS::ApiGatewayV2::Route")
        if route.properties["RouteKey"] in default.properties["RouteSettings"]
    }
    assert limited <= set(default.attributes["DependsOn"])


def test_images_go_to_their_own_function(stage: SynthesisedStage) -> None:
    image_function = stage.function("analyse_image").logical_id
    targets = {
        integration.logical_id: json.dumps(integration.properties["IntegrationUri"])
        for integration in stage.resources("AWS::ApiGatewayV2::Integration")
    }
    for route in stage.resources("AWS::ApiGatewayV2::Route"):
        target = targets[route.properties["Target"]["Fn::Join"][1][1]["Ref"]]
        key = route.properties["RouteKey"]
        of_images = key.startswith("POST /api/process") or key in (ENROLMENT, PLATES)
        assert (image_function in target) is of_images


def test_other_origins_are_allowed_only_where_they_are_named(
    gpu_fleet: SynthesisedStage, prod: SynthesisedStage, local: SynthesisedStage
) -> None:
    named = gpu_fleet.resource("api", "AWS::ApiGatewayV2::Api").properties["CorsConfiguration"]
    assert named["AllowOrigins"] == ["https://one.example", "https://two.example"]
    for quiet in (prod, local):
        assert "CorsConfiguration" not in quiet.resource("api", "AWS::ApiGatewayV2::Api").properties
