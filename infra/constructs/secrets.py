"""Secrets that start as a random placeholder."""

from aws_cdk import Aws
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledge import AWS_SOLUTIONS, HIPAA, NIST_R5, acknowledge
from infra.constructs.lifecycle import removal_policy


class Secret(secretsmanager.Secret):
    """A JSON secret with a random placeholder, under a name that grants can be written for.

    `no_rotation`: why AWS cannot rotate it by itself, and what is done instead.

    `Ref` of a secret is its ARN on AWS and its name elsewhere, so policies do not use it: they
    name `…:secret:NAME-??????`, the six characters being those that Secrets Manager appends.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key: kms.IKey,
        retain: bool,
        generate: secretsmanager.SecretStringGenerator,
        no_rotation: str,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            secret_name=name,
            encryption_key=key,
            generate_secret_string=generate,
            removal_policy=removal_policy(retain=retain),
        )
        self.arn_pattern = (
            f"arn:{Aws.PARTITION}:secretsmanager:{Aws.REGION}:{Aws.ACCOUNT_ID}:secret:{name}-??????"
        )
        for rule, packs in (
            ("SMG4", (AWS_SOLUTIONS,)),
            ("SecretsManagerRotationEnabled", (HIPAA, NIST_R5)),
        ):
            acknowledge(self, rule, *packs, reason=no_rotation)
