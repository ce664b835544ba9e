"""When the vision service wakes, grows, shrinks and sleeps."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from floorsight.platform.observability import NAMESPACE

IDLE_MINUTES = 15  # longer than a worker takes to start, so that a pause in a camera's stream costs no start
LAG_THAT_GROWS_MS = 60_000
LAG_THAT_SHRINKS_MS = 5_000
UNREAD_MS = 1_000
# A new task starts for two minutes, then KCL moves shards to it, a few at a time, then it catches up.
FLEET_COOLDOWN_MINUTES = 5
MINUTE = Duration.minutes(1)
EXACTLY = scaling.AdjustmentType.EXACT_CAPACITY
BY = scaling.AdjustmentType.CHANGE_IN_CAPACITY


@dataclass(frozen=True)
class Step:
    """Once the metric has been at or over the threshold (or below it) for some minutes, change the tasks."""

    name: str
    why: str
    metric: cloudwatch.IMetric
    threshold: float
    minutes: int
    kind: scaling.AdjustmentType
    tasks: int
    from_below: bool = False
    cooldown_minutes: int = 2
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING


class VisionScaling(Construct):
    """Zero tasks while nothing comes in, one as soon as something does, then as the lag demands.

    CPU load says little (a worker always uses what it has); the age of the oldest unread record is
    what people notice. The number of running tasks is counted from ECS's own CPU samples: one a task
    and minute, at no cost.

    An idle stream has no samples of records, a stream without readers none of age, a service without
    tasks none of CPU. So the expressions only combine them by SUM and MAX over lists, which pass over
    what is missing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: str,
        max_tasks: int,
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
            max_capacity=max_tasks,
            # ECS's scaling takes this role whatever it is told; CDK would make another that nobody uses.
            role=_service_linked_role(self),
        )
        incoming = stream.metric_incoming_records(statistic="Sum", period=MINUTE)
        age = stream.metric_get_records_iterator_age_milliseconds(statistic="Maximum", period=MINUTE)
        running = service.metric_cpu_utilization(statistic="SampleCount", period=MINUTE)

        self._add(_wake(incoming, running))
        self._add(_sleep(incoming, age))
        if max_tasks > 1:
            self._add(_grow(age, _unassigned(stage)))
            self._add(_shrink(age, running))

    def _add(self, step: Step) -> None:
        comparison = cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            self,
            step.name,
            alarm_description=f"{step.why}: scales the vision workers",
            metric=step.metric,
            threshold=step.threshold,
            comparison_operator=comparison.LESS_THAN_THRESHOLD
            if step.from_below
            else comparison.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=step.minutes,
            treat_missing_data=step.missing,
        )
        action = scaling.StepScalingAction(
            self,
            f"{step.name}Action",
            scaling_target=self._target,
            adjustment_type=step.kind,
            cooldown=Duration.minutes(step.cooldown_minutes),
            metric_aggregation_type=scaling.MetricAggregationType.MAXIMUM,
        )
        # A step's bounds count from the alarm's threshold.
        bound = {"upper_bound": 0} if step.from_below else {"lower_bound": 0}
        action.add_adjustment(adjustment=step.tasks, **bound)
        alarm.add_alarm_action(actions.ApplicationScalingAction(action))


def _service_linked_role(scope: Construct) -> iam.IRole:
    """The role that Application Auto Scaling makes for itself in an account."""
    name = "AWSServiceRoleForApplicationAutoScaling_ECSService"
    arn = Stack.of(scope).format_arn(
        service="iam",
        region="",
        resource="role",
        resource_name=f"aws-service-role/ecs.application-autoscaling.amazonaws.com/{name}",
    )
    return iam.Role.from_role_arn(scope, "ServiceLinkedRole", arn, mutable=False)


def _wake(incoming: cloudwatch.IMetric, running: cloudwatch.IMetric) -> Step:
    # With a task running the sum is far below zero: a wake must not set a fleet back to one.
    awake = _expression("running * -1000000000", running=running)
    metric = _expression("SUM([incoming, awake])", incoming=incoming, awake=awake)
    return Step(
        "Wake", "Records arrive and nobody runs", metric, threshold=1, minutes=1, kind=EXACTLY, tasks=1
    )


def _sleep(incoming: cloudwatch.IMetric, age: cloudwatch.IMetric) -> Step:
    busy = _expression(f"incoming * {UNREAD_MS}", incoming=incoming)
    return Step(
        "Sleep",
        "Nothing arrives and nothing is unread",
        _expression("MAX([busy, age])", busy=busy, age=age),
        threshold=UNREAD_MS,
        from_below=True,
        minutes=IDLE_MINUTES,
        missing=cloudwatch.TreatMissingData.BREACHING,  # no samples at all is as idle as can be
        kind=EXACTLY,
        tasks=0,
    )


def _unassigned(stage: str) -> cloudwatch.IMetric:
    """How often a minute the fleet's leader had shards left over: every worker had as many as it may."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name="ShardsUnassigned",
        dimensions_map={"stage": stage},
        statistic="Sum",
        period=MINUTE,
    )


def _grow(age: cloudwatch.IMetric, unassigned: cloudwatch.IMetric) -> Step:
    # A shard that nobody reads has no age: who only looked at that would never see it.
    left_over = _expression(f"unassigned * {LAG_THAT_GROWS_MS}", unassigned=unassigned)
    return Step(
        "Grow",
        "The workers fall behind, or can't take all shards",
        _expression("MAX([age, left_over])", age=age, left_over=left_over),
        threshold=LAG_THAT_GROWS_MS,
        minutes=3,
        kind=BY,
        tasks=1,
        cooldown_minutes=FLEET_COOLDOWN_MINUTES,
    )


def _shrink(age: cloudwatch.IMetric, running: cloudwatch.IMetric) -> Step:
    lean = f"IF((age < {LAG_THAT_SHRINKS_MS}) AND (running > 1), 1, 0)"
    return Step(
        "Shrink",
        "More workers than the stream needs",
        _expression(lean, age=age, running=running),
        threshold=1,
        minutes=IDLE_MINUTES,
        kind=BY,
        tasks=-1,
        cooldown_minutes=FLEET_COOLDOWN_MINUTES,
    )


def _expression(expression: str, **metrics: cloudwatch.IMetric) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(
        expression=expression, using_metrics=metrics, period=MINUTE, label=expression
    )
