"""What becomes of data when its stack goes."""

from aws_cdk import RemovalPolicy


def removal_policy(*, retain: bool) -> RemovalPolicy:
    return RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY
