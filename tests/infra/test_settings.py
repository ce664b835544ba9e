"""A stage's settings and their overrides."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack

from floorsight.platform.errors import Malformed
from infra.settings import Stage, StageSettings, VisionCompute, read_settings
from tests.infra.conftest import SynthesisedStage


def read(**context: Any) -> StageSettings:
    return read_settings(context.get)


def test_the_stage_is_local_unless_named() -> None:
    assert read().stage is Stage.LOCAL
    assert read(stage="prod").stage is Stage.PROD


def test_only_prod_keeps_its_data() -> None:
    kept = {stage: read(stage=stage).removal_policy for stage in Stage}
    assert kept == {
        Stage.LOCAL: RemovalPolicy.DESTROY,
        Stage.DEV: RemovalPolicy.DESTROY,
        Stage.PROD: RemovalPolicy.RETAIN,
    }


def test_text_of_the_command_line_overrides_any_field() -> None:
    settings = read(
        stage="dev", vision_compute="ec2-gpu", stream_shards="4", cors_origins="https://a,https://b"
    )
    assert settings.vision_compute is VisionCompute.EC2_GPU
    assert settings.stream_shards == 4
    assert settings.cors_origins == ("https://a", "https://b")


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"stage": "production"}, "unknown stage 'production': use -c stage=local|dev|prod"),
        ({"stage": "dev", "vision_compute": "tpu"}, "vision_compute"),
        ({"stage": "dev", "vision_max_tasks": "many"}, "vision_max_tasks"),
        ({"stage": "dev", "vision_max_tasks": "2"}, "more workers than the stream's 1 shards"),
        ({"stage": "dev", "stream_shards": "0"}, "stream_shards"),
        ({"stage": "dev", "stream_shards": "5"}, "give at least 2 workers, or fewer shards"),
        (
            {"stage": "prod", "stream_shards": "17"},
            "a worker takes 4 shards at most, and nobody would read the rest of 17",
        ),
    ],
)
def test_bad_settings_are_refused_with_what_to_do(context: dict[str, str], said: str) -> None:
    with pytest.raises(Malformed) as refused:
        read(**context)
    assert said in refused.value.message


def test_one_machine_may_have_any_number_of_shards() -> None:
    """Its one worker takes all of them, and no task limits how many workers of a fleet one starts."""
    assert read(stage="local", stream_shards="9").stream_shards == 9


def test_only_a_stage_that_keeps_its_data_is_protected_from_deletion(
    dev: SynthesisedStage, prod: SynthesisedStage
) -> None:
    for stage, protected in ((dev, False), (prod, True)):
        stacks = [node for node in stage.app.node.find_all() if isinstance(node, Stack)]
        assert {stack.termination_protection for stack in stacks} == {protected}


def test_prod_is_warned_when_nobody_is_told(
    dev: SynthesisedStage, prod: SynthesisedStage, gpu_fleet: SynthesisedStage
) -> None:
    """`gpu_fleet` is a prod with an address."""
    warned = [
        any("mailed to nobody" in str(e.data) for e in s.app.node.metadata) for s in (dev, prod, gpu_fleet)
    ]
    assert warned == [False, True, False]
