"""A network for workers that only call out."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.settings import StageSettings


class VisionNetwork(Construct):
    """Public subnets, no way in, no NAT gateway.

    A worker talks to ECR, Kinesis, EventBridge, KMS and CloudWatch. Through a NAT gateway or five
    interface endpoints that would cost many times what one public address a task does, all day long,
    while the service sleeps at zero tasks; ADR 0012 has the sums. The security group lets nothing in.
    S3 (images' layers, pictures) and DynamoDB go through gateway endpoints, which are free.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: StageSettings) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[ec2.SubnetConfiguration(name="workers", subnet_type=ec2.SubnetType.PUBLIC)],
            # To empty the default group CDK would need a function of its own, with rights on all groups.
            # Nothing here is in that group: every network interface is made with the group below.
            restrict_default_security_group=False,
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
        )
        flow_logs = logs.LogGroup(
            self, "FlowLogs", retention=stage.log_retention, removal_policy=stage.removal_policy
        )
        self.vpc.add_flow_log(
            "Rejected",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(flow_logs),
            traffic_type=ec2.FlowLogTrafficType.REJECT,  # what somebody tried; accepted traffic is our own
        )
        self.security_group = ec2.SecurityGroup(
            self, "Workers", vpc=self.vpc, description="Vision workers: out to AWS, nothing in"
        )
