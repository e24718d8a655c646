"""The one setting per account and region that lets API Gateway write logs."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.acknowledge import acknowledge_wildcard


class ApiGatewayLogging(Construct):
    """Kept when the stack goes: other APIs of the account write their logs by it."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"))
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    # the list API Gateway checks for when the role is set
                    actions=[
                        "logs:CreateLogGroup",
                        "logs:CreateLogStream",
                        "logs:DescribeLogGroups",
                        "logs:DescribeLogStreams",
                        "logs:FilterLogEvents",
                        "logs:GetLogEvents",
                        "logs:PutLogEvents",
                    ],
                    resources=["*"],
                )
            ],
        )
        acknowledge_wildcard(
            policy,
            "*",
            reason=(
                "API Gateway accepts its account-wide logging role only with these actions on all "
                "log groups (its developer guide, 'Set up CloudWatch logging'). Compensating "
                "control: only the API Gateway service can assume the role, for its own logs."
            ),
        )
        account = apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
        account.node.add_dependency(policy)
        for kept in (role, policy, account):
            kept.apply_removal_policy(RemovalPolicy.RETAIN)
