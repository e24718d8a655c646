"""Keys that sign checkpoints of audit logs, as docs/audit-format.md says."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.keys import PENDING_WINDOW
from infra.constructs.permissions import Grant

_ALGORITHM = "ECDSA_SHA_256"


class SigningKey(kms.Key):
    """ECDSA on P-256, used by one role, for whole messages; by nobody else, whatever IAM says.

    It does not rotate: KMS rotates no asymmetric key, and verifiers hold this one's public half.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        purpose: str,
        signer: iam.IRole,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Amana: {purpose}",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            pending_window=PENDING_WINDOW,
            removal_policy=removal_policy,
        )
        self._deny("Others", "Sign", {"ArnNotEquals": {"aws:PrincipalArn": signer.role_arn}})
        self._deny(
            "OtherAlgorithms", "Sign", {"StringNotEquals": {"kms:SigningAlgorithm": _ALGORITHM}}
        )
        # of a digest nobody can tell what it is of
        self._deny("Digests", "Sign", {"StringNotEquals": {"kms:MessageType": "RAW"}})
        # a grant would let somebody sign whom no policy names
        self._deny("Grants", "CreateGrant")

    def use(self) -> list[Grant]:
        """What the signer's role needs besides this key's policy."""
        only = {"StringEquals": {"kms:SigningAlgorithm": _ALGORITHM, "kms:MessageType": "RAW"}}
        sign = iam.PolicyStatement(actions=["kms:Sign"], resources=[self.key_arn], conditions=only)
        tell = iam.PolicyStatement(actions=["kms:GetPublicKey"], resources=[self.key_arn])
        return [Grant(statement=sign), Grant(statement=tell)]

    def _deny(self, name: str, action: str, when: dict[str, dict[str, str]] | None = None) -> None:
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid=f"No{name}",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=[f"kms:{action}"],
                resources=["*"],
                conditions=when,
            )
        )
