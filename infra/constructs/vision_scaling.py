"""When the vision service wakes, grows, shrinks and sleeps."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from infra.settings import StageSettings

IDLE_MINUTES = 15  # longer than a worker takes to start, so that a pause in a camera's stream costs no start
LAG_THAT_GROWS_MS = 60_000
LAG_THAT_SHRINKS_MS = 5_000
MINUTE = Duration.minutes(1)


class VisionScaling(Construct):
    """Zero tasks while nothing comes in, one as soon as something does, then as the lag demands.

    CPU load says little (a worker always uses what it has); the age of the oldest unread record is
    what people notice. The number of running tasks is counted from ECS's own CPU samples: one a task
    and minute, at no cost.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageSettings,
        service: ecs.BaseService,
        stream: kinesis.Stream,
    ) -> None:
        super().__init__(scope, construct_id)
        self._target = scaling.ScalableTarget(
            self,
            "Tasks",
            service_namespace=scaling.ServiceNamespace.ECS,
            resource_id=f"service/{service.cluster.cluster_name}/{service.service_name}",
            scalable_dimension="ecs:service:DesiredCount",
            min_capacity=0,
            max_capacity=stage.vision_max_tasks,
        )
        self._metrics: dict[str, cloudwatch.IMetric] = {
            "incoming": stream.metric_incoming_records(statistic="Sum", period=MINUTE),
            "age": stream.metric_get_records_iterator_age_milliseconds(statistic="Maximum", period=MINUTE),
            "running": service.metric_cpu_utilization(statistic="SampleCount", period=MINUTE),
        }
        # While nobody reads there is no age; while nobody writes there are no records: both count as 0.
        idle = "FILL(incoming, 0) == 0 AND FILL(age, 0) < 1000"
        self._step("Wake", "FILL(incoming, 0) > 0 AND FILL(running, 0) < 1", minutes=1, to=1)
        self._step("Sleep", f"{idle} AND FILL(running, 0) > 0", minutes=IDLE_MINUTES, to=0)
        if stage.vision_max_tasks > 1:
            self._step("Grow", f"FILL(age, 0) > {LAG_THAT_GROWS_MS}", minutes=3, by=1)
            lean = f"FILL(age, 0) < {LAG_THAT_SHRINKS_MS} AND FILL(running, 0) > 1"
            self._step("Shrink", lean, minutes=IDLE_MINUTES, by=-1)

    def _step(
        self, name: str, condition: str, *, minutes: int, to: int | None = None, by: int | None = None
    ) -> None:
        """Set the number of tasks (`to`) or change it (`by`) once the condition has held for some minutes."""
        exact = to is not None
        action = scaling.StepScalingAction(
            self,
            f"{name}Action",
            scaling_target=self._target,
            adjustment_type=scaling.AdjustmentType.EXACT_CAPACITY
            if exact
            else scaling.AdjustmentType.CHANGE_IN_CAPACITY,
            cooldown=Duration.minutes(2),
            metric_aggregation_type=scaling.MetricAggregationType.MAXIMUM,
        )
        action.add_adjustment(adjustment=to if to is not None else by or 0, lower_bound=0)
        used = {key: metric for key, metric in self._metrics.items() if key in condition}
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_description=f"{name} the vision workers: {condition}",
            metric=cloudwatch.MathExpression(
                expression=f"IF({condition}, 1, 0)", using_metrics=used, period=MINUTE, label=name
            ),
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=minutes,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.ApplicationScalingAction(action))
