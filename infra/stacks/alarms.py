"""What wakes somebody up."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from floorsight.platform.observability import NAMESPACE
from infra.settings import StageSettings

LAG_LIMIT_MINUTES = 5
# A sleeping worker is awake after two minutes on Fargate, a GPU instance's after ten.
UNREAD_PERIODS = 3
CLOCK_SKEW_LIMIT_SECONDS = 2
MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)


class AlarmsStack(Stack):
    """Alarms on dead letters, lag, functions, the API and video; all go to the operations topic."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageSettings,
        dead_letters: Mapping[str, sqs.Queue],
        functions: Mapping[str, lambda_.Function],
        stream: kinesis.Stream,
        api: apigatewayv2.HttpApi,
    ) -> None:
        super().__init__(scope, construct_id, env=stage.environment)
        self._stage = stage.stage
        self._topic = self._make_topic(stage)
        for name, queue in dead_letters.items():
            self._watch_dead_letters(name, queue)
        for name, function in functions.items():
            self._watch_function(name, function)
        self._watch_api(api)
        if stage.runs_on_aws:  # the emulator takes no expressions
            self._watch_unread(stream)
        self._watch_workers()
        self._watch_lag(stream)
        self._watch_video()
        if stage.rekognition:
            self._alarm(
                "RekognitionSpendCapReached",
                self._own_metric("RekognitionSpendCapReached"),
                "A site has spent its day's money for Rekognition: nobody is looked up there until tomorrow",
            )

    def _make_topic(self, stage: StageSettings) -> sns.Topic:
        key = kms.Key(
            self,
            "TopicKey",
            description=f"Floorsight {stage.stage}: operations topic",
            enable_key_rotation=True,
            removal_policy=stage.removal_policy,
        )
        # Alarms publish as CloudWatch, which must be able to use the topic's key.
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],  # in a key's own policy: this key
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        topic = sns.Topic(self, "Operations", master_key=key, enforce_ssl=True)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        if stage.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(stage.alarm_email))
        return topic

    def _watch_dead_letters(self, name: str, queue: sqs.Queue) -> None:
        self._alarm(
            f"{name}DeadLetters",
            queue.metric_approximate_number_of_messages_visible(statistic="Maximum", period=MINUTE),
            "Events that failed every attempt wait in the dead-letter queue",
        )

    def _watch_function(self, name: str, function: lambda_.Function) -> None:
        self._alarm(
            f"{name}Errors",
            function.metric_errors(statistic="Sum", period=FIVE_MINUTES),
            f"{name} raised errors that it should have answered or reported",
        )
        self._alarm(
            f"{name}Throttles",
            function.metric_throttles(statistic="Sum", period=FIVE_MINUTES),
            f"{name} met the account's limit of concurrent executions",
        )

    def _watch_api(self, api: apigatewayv2.HttpApi) -> None:
        # The function answers 500 for its own faults, so that they are no errors of Lambda's.
        self._alarm(
            "ApiFaults",
            api.metric_server_error(statistic="Sum", period=FIVE_MINUTES),
            "The API answered with a status of 500 or more",
        )

    def _watch_unread(self, stream: kinesis.Stream) -> None:
        # Who does not read leaves no samples of what it read, nor of the age of what it should have read.
        # A list is summed over what there is, so the expression needs no sample of either.
        self._alarm(
            "ChunksUnread",
            cloudwatch.MathExpression(
                expression="SUM([incoming, taken])",
                using_metrics={
                    "incoming": stream.metric_incoming_records(statistic="Sum", period=FIVE_MINUTES),
                    "taken": cloudwatch.MathExpression(
                        expression="read * -1000000000",
                        using_metrics={
                            "read": stream.metric_get_records(statistic="Sum", period=FIVE_MINUTES),
                        },
                        period=FIVE_MINUTES,
                    ),
                },
                period=FIVE_MINUTES,
                label="records that came in while none was read",
            ),
            "Chunks come in and nobody reads them",
            periods=UNREAD_PERIODS,
        )

    def _watch_workers(self) -> None:
        self._alarm(
            "WorkerGaveUp",
            self._own_metric("WorkerGaveUp"),
            "A worker ended itself because a shard did not advance",
        )
        self._alarm(
            "PlatesOff",
            self._own_metric("PlatesOff"),
            "A worker can't open what reads plates: the gates of its cameras stay shut",
        )
        self._alarm(
            "ShardsUnassigned",
            self._own_metric("ShardsUnassigned"),
            "Every worker has as many shards as it may, and some shards nobody reads",
            periods=UNREAD_PERIODS,
        )

    def _watch_lag(self, stream: kinesis.Stream) -> None:
        behind = f"more than {LAG_LIMIT_MINUTES} minutes behind the cameras"
        self._alarm(
            "ChunkLag",
            stream.metric_get_records_iterator_age_milliseconds(statistic="Maximum", period=MINUTE),
            f"The oldest unread chunk is {behind}",
            threshold=LAG_LIMIT_MINUTES * 60_000,
            periods=3,
        )
        self._alarm(
            "CaptureLag",
            self._own_metric("CaptureLagSeconds", statistic="Maximum", period=MINUTE),
            f"The counts are {behind}",
            threshold=LAG_LIMIT_MINUTES * 60,
            periods=3,
        )

    def _watch_video(self) -> None:
        self._alarm(
            "ChunksRejected",
            self._own_metric("ChunksRejected"),
            "Chunks could not be analysed; they are in quarantine",
        )
        self._alarm("ChunksMissed", self._own_metric("ChunksMissed"), "Chunks of a camera never arrived")
        self._alarm(
            "ClockSkew",
            self._own_metric("ClockSkewSeconds", statistic="Maximum"),
            "A publisher's clock is ahead: its chunks arrive before they were captured",
            threshold=CLOCK_SKEW_LIMIT_SECONDS,
        )

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        threshold: float = 1,
        periods: int = 1,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        alarm.add_ok_action(actions.SnsAction(self._topic))

    def _own_metric(
        self, name: str, *, statistic: str = "Sum", period: Duration = FIVE_MINUTES
    ) -> cloudwatch.Metric:
        """A metric that `floorsight.platform.observability` prints, over all cameras of this stage."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={"stage": self._stage.value},
            statistic=statistic,
            period=period,
        )
